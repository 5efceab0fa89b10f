join-hello = Class <b>{ $title }</b>.
join-again = Class <b>{ $title }</b>. What you agreed to before holds here as well: the same is kept, for the same purpose.
join-as = Join as { $name }
join-not = Do not join
join-not-now = All right, you have not joined this class.
join-unknown = This join link does not work any more. Ask your teacher for a new one.
join-own-class = You teach <b>{ $title }</b>. Pass this link on to your { word-students }.
join-first = You have not joined a class yet. Ask your teacher for the join link and open it.
join-first-teacher = You teach, so I do not mark you. Would you like to see what your { word-students } see?
invite-unusable = This invitation has been used or has expired. Ask the administrator for a new one.

consent-text =
    To recognise you I make a voiceprint from three voice notes. Your voice is biometric data, so I ask first.

    <fold>What I keep: your name, your Telegram account’s number, your marks and my answers to your notes; your voiceprint, and a short code of each note, so that none can be used twice. Voiceprint and codes are encrypted; the recordings themselves are deleted as soon as they are processed.
    Why: only to mark who attends this class’s { word-lessons }. Your teacher sees your name and marks, never your voiceprint.
    If three times in a { word-lesson } I am not sure that it is you, your teacher listens to your last note and decides. So they do with a note of yours where a voice that you record is unlike the one before, or much like a classmate’s.
    Until when: until you delete the voiceprint. If you do not use it for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }, it is deleted by itself. What is left then is a number for each file you sent, so that the same file is not taken again in this class; it tells nothing of you or your voice. To delete the voiceprint at any time: /forget, to see everything: /mydata</fold>

    You are free to refuse. Then you check in by a tap on “I’m here”, and your teacher confirms it. It counts just the same.
consent-yes = I agree
consent-no = I do not agree
answer-consent-first = First please press one of the two buttons above. To cancel: /cancel

name-ask = Thank you. What is your full name? Surname first, as in the class list: Bell Anna
name-fault-length = I need your full name in one line, 2 to 100 characters, for example: Bell Anna
name-fault-link = That looks like a link or a command. I need your full name, for example: Bell Anna
name-fault-question = First tell me your full name, for example: Bell Anna. What I can do: /help
name-fault-signs = A name has letters, hyphens and apostrophes only, no emoji and no other signs. Please write it again, for example: Bell Anna
name-fault-digits = A name has no digits. Please write your last and first name only, for example: Bell Anna
name-fault-greeting = Hello! Please write your full name only, without other words, for example: Bell Anna
name-fault-one_word = Is that your whole name? Please write your last and first name, for example: Bell Anna. If you have just the one name, send it again.
namesake = This class already has a { word-student } whose name looks the same. Do you share the name, or is that you too, from another account?
namesake-is-other = We share the name
namesake-is-same = That is me too
namesake-other = All right, both of you are in the class.
namesake-longer = To be told apart more easily, you can add a middle name: edit your message with the name.
namesake-same = All right, I will tell your teacher, who decides which account stays. Until then you can check in from either.
name-first = First tell me your full name in a text message.
name-changed = Thank you, your name is now <b>{ $name }</b>.

joined =
    <b>{ $name }</b>, you have joined <b>{ $title }</b>.

    One thing is left: three short voice notes, so that I know your voice. Press the button or send /enroll
joined-known-voice =
    <b>{ $name }</b>, you have joined <b>{ $title }</b>.

    I know your voice already: in a { word-lesson }, send me one voice note.
joined-voice-waits = <b>{ $name }</b>, you have joined <b>{ $title }</b>. I know your voice from another class already.
button-enrol = Record my voice
button-me = My attendance
button-enrol-again = Record my voice anew
joined-already = <b>{ $name }</b>, you are in <b>{ $title }</b> already.

keep-ask = One last question: may I keep these recordings, encrypted? Should the recogniser be replaced some day, you would not have to record your voice again. To delete them at any time: /forget
keep-yes = Keep the recordings
keep-no = Do not keep them
keep-done = Thank you, the recordings are kept, encrypted.
keep-not = The recordings are not kept.
enrol-anew = The recogniser has been replaced, and the new one does not know your voice yet. Please record three notes again: /enroll

quit-which = Which class do you want to leave?
quit-ask = Leave <b>{ $title }</b>? The marks you have stay in the teacher’s reports. The join link lets you come back.
quit-done = You are no longer in <b>{ $title }</b>.
quit-voice = You are in no other class, and your voice is still recorded. If you do not need it any more, delete it.
quit-not = All right, you stay in the class.
