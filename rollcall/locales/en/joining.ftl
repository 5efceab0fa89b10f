join-hello = Class “{ $title }”.
join-unknown = This join link does not work any more. Ask your teacher for a new one.
join-own-class = You teach “{ $title }”. Pass this link on to your students.
join-first = You have not joined a class yet. Ask your teacher for the join link and open it; then come back with your voice.
join-first-teacher = You teach, so I do not mark you. To try a check-in, join a colleague's class with its join link.
invite-unusable = This invitation has been used or has expired. Ask the administrator for a new one.

consent-text =
    To recognise you I make a voiceprint: numbers computed from three voice notes. Your voice is biometric data, so I ask first.

    What I keep: your name and your Telegram account's number; your voiceprint and a check value of each note, so that no recording is used twice (both encrypted); the verdict on each note and its time. The recordings themselves are deleted as soon as they are processed.
    Why: only to mark who attends this class's lessons. Your teacher sees your name and marks, never your voiceprint.
    If I am not sure three times in a lesson, your teacher listens to your last note and decides.
    Until when: until you delete it, or have not used it for { $days } days. /forget deletes it at any time, /mydata shows what is kept.

    You are free to refuse. Then you check in by a tap on “I’m here”, and your teacher confirms it; it counts just the same.
consent-yes = I agree
consent-no = I do not agree
answer-consent-first = First please press one of the two buttons above; /cancel leaves the question.

name-ask = Thank you. What is your full name, as in the class list?
name-again = I need your full name in one line, 2 to 100 characters, for example: Anna Belova.
name-first = First tell me your full name in a text message.

joined =
    { $name }, you have joined “{ $title }”.

    Next comes /enroll: three short voice notes, so that I know your voice.
joined-already = { $name }, you belong to “{ $title }” already. /enroll records your voice (anew), /me shows your attendance.

keep-ask = One more question: may I keep these three recordings, encrypted? Should the recogniser be replaced some day, it can then learn your voice without asking you again. /forget deletes them.
keep-yes = Keep the recordings
keep-no = Do not keep them
keep-done = Thank you, the three recordings are kept, encrypted.
keep-not = The recordings are not kept.
enrol-anew = The recogniser has been replaced, and the new one does not know your voice yet. Please send /enroll and record three notes again.
