# A number that a note has to say: shown to one person, for one lesson, for two minutes.
digit-0 = zero
digit-1 = one
digit-2 = two
digit-3 = three
digit-4 = four
digit-5 = five
digit-6 = six
digit-7 = seven
digit-8 = eight
digit-9 = nine

button-say = 🔢 Say a number — { $title }
button-say-another = Another number
say-number =
    <b>{ $digits }</b>
    { $spelt }

    Record a voice note: first a short sentence, then these digits, one by one and slowly. They are for you alone, and good for two minutes. Any sentence will do, for example: “{ $phrase }”
say-same =
    The number is still good for { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }:

    <b>{ $digits }</b>
    { $spelt }

    First a short sentence, then these digits, one by one and slowly. Any sentence will do, for example: “{ $phrase }”
say-agree =
    In <b>{ $title }</b> a voice note also says a number, a new one each time: so no old recording can check you in. For that I listen to the words of the note. I do not keep them: only whether the number was heard, and how clearly.

    You are free to refuse. Then tap “I’m here”, and your teacher confirms it. It counts just the same.
button-say-agree = I agree, show me the number
say-anything = No number is asked for now. Send me a voice note, any words will do.
say-no-voice = I do not recognise your voice yet, so a number would not help. Check in without a voice: /here
say-enough = You have had many numbers in this { word-lesson }. Check in without a voice: tap “I’m here”, and your teacher confirms it.
say-closed = This { word-lesson } is not open any more. If you were there, tell your teacher.
call-by-say = Tap “Say a number” and say it in a voice note.

reason-words_wanted = This is your voice. Here a note also says a number, a new one each time.
reason-words_not_heard = This is your voice, but I did not hear the number.
reason-words_other = This is your voice, but the number was not the one that I have shown you.
reason-words_unclear = This is your voice, but I could not make out the number. Find a quieter place and speak slowly.
words-teacher-decides = This is your voice, but I could not make out the number. So your teacher listens to this note and decides; you need not send another one.

consent-words = In this class a note also says a number that I show. I listen to the words for that, and keep only whether it was heard.

enrol-number =
    After that, please say these digits, one by one and slowly. They are good for two minutes.

    <b>{ $digits }</b>
    { $spelt }
claim-unsaid = The number that I asked for was not heard in it.
claim-why-unsaid = I could not hear the number that I asked for.

short-reason-words_wanted = no number said
short-reason-words_not_heard = number not heard
short-reason-words_other = another number heard
short-reason-words_unclear = number not clear
report-remark-words-not_heard = number not heard
report-remark-words-something_else = another number heard
report-remark-words-unsure = number not clear
report-remark-words-not_checked = number not checked
review-card-words =
    <b>{ $name }</b> · { $title } · { $time }
    The voice is this { word-student }’s, but the number was not clear. Whoever speaks was asked to say a new one.

# Set by a teacher.
button-settings-number = Number to say
settings-spoken-off = A note may say anything
settings-spoken-ask = A note is asked to say a number, and counts without it
settings-spoken-require = A note counts only with the number that was shown
settings-number-ask =
    Shall a note say a number? Each { word-student } is shown one of their own, for two minutes: so no old recording checks anybody in.

    If you only ask for it, every note counts, and you read in the report where the number was not heard. Once that works well, you can require it. “I’m here” stays as it is.
settings-number-rates = In { $notes ->
    [one] { $notes } note
   *[other] { $notes } notes
} of the class: heard { $heard } %, another one { $another } %, not clear { $unclear } %, none { $silent } %.
settings-number-no-rates = No note of the class has said a number yet.
settings-number-few = You can require it after { $least ->
    [one] { $least } note
   *[other] { $least } notes
}.
settings-number-bad = You can require it once it is heard in { $least } % of the notes.
settings-number-deaf = At present no worker can listen to words, so nobody is shown a number and every note counts. Whoever runs this bot can change that.
button-number-off = Do not ask
button-number-ask = Ask only
button-number-require = Require
number-not-yet = That cannot be required yet: this class’s notes do not show that it works.
number-deaf = That cannot be required at present: no worker can listen to words.
button-settings-sentence = Number when recording
settings-sentence-on = The second note of a voice recording says a number
settings-sentence-off = A voice recording says no number
settings-sentence-ask = Shall the second of the three notes by which I learn a voice say a number too? So nobody can record another’s voice from a file.
button-sentence-on = Yes
button-sentence-off = No
