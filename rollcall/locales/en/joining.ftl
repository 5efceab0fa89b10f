join-hello = Class <b>{ $title }</b>.
join-unknown = This join link does not work any more. Ask your teacher for a new one.
join-own-class = You teach <b>{ $title }</b>. Pass this link on to your students.
join-first = You have not joined a class yet. Ask your teacher for the join link and open it.
join-first-teacher = You teach, so I do not mark you. To see what your students see, open your own join link from another account.
invite-unusable = This invitation has been used or has expired. Ask the administrator for a new one.

consent-text =
    To recognise you I make a voiceprint from three voice notes. Your voice is biometric data, so I ask first.

    <fold>What I keep: your name, your Telegram account’s number, your marks and my answers to your notes; your voiceprint, and a short code of each note, so that none can be used twice. Voiceprint and codes are encrypted; the recordings themselves are deleted as soon as they are processed.
    Why: only to mark who attends this class’s lessons. Your teacher sees your name and marks, never your voiceprint.
    If three times in a lesson I am not sure that it is you, your teacher listens to your last note and decides.
    Until when: until you delete the voiceprint. If you do not use it for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }, it is deleted by itself. To delete it at any time: /forget, to see everything: /mydata</fold>

    You are free to refuse. Then you check in by a tap on “I’m here”, and your teacher confirms it. It counts just the same.
consent-yes = I agree
consent-no = I do not agree
answer-consent-first = First please press one of the two buttons above. To cancel: /cancel

name-ask = Thank you. What is your full name? Surname first, as in the class list: Bell Anna
name-again = I need your full name in one line, 2 to 100 characters, for example: Bell Anna
name-first = First tell me your full name in a text message.
name-changed = Thank you, your name is now <b>{ $name }</b>.

joined =
    <b>{ $name }</b>, you have joined <b>{ $title }</b>.

    One thing is left: three short voice notes, so that I know your voice. Press the button or send /enroll
joined-known-voice =
    <b>{ $name }</b>, you have joined <b>{ $title }</b>.

    I know your voice already: in a lesson, send me one voice note.
button-enrol = Record my voice
joined-already = <b>{ $name }</b>, you are in <b>{ $title }</b> already. Your attendance: /me, to record your voice anew: /enroll

keep-ask = One last question: may I keep these three recordings, encrypted? Should the recogniser be replaced some day, you would not have to record your voice again. To delete them at any time: /forget
keep-yes = Keep the recordings
keep-no = Do not keep them
keep-done = Thank you, the three recordings are kept, encrypted.
keep-not = The recordings are not kept.
enrol-anew = The recogniser has been replaced, and the new one does not know your voice yet. Please record three notes again: /enroll
