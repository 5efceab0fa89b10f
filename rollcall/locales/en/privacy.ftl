consent-declined =
    All right: nothing was stored.

    You can join without a voice as well. In a { word-lesson } you then tap “I’m here” and your teacher confirms it; the report does not show that such a mark differs from others. For that I would keep your name, your Telegram account’s number and your attendance marks, and nothing else. Press the button if you agree; otherwise do nothing.
consent-declined-member = All right: nothing of your voice was stored. In a { word-lesson } you can check in without it: /here. It counts just the same.
without-button = Join without a voice
joined-without-voice =
    <b>{ $name }</b>, you have joined <b>{ $title }</b>.

    When a { word-lesson } is open, tap “I’m here”: the button comes by itself, or send /here. Your teacher confirms it. Should you prefer your voice some day, record it.

here-button = ✋ I’m here — { $title }
here-offer = Tap the button, and your teacher is asked to confirm that you are here.
here-no-lesson = No { word-lesson } is open now. When one is, send /here again.
here-marked = You are marked already.
here-noted = ✋ <b>{ $title }</b> · { $time }: your teacher is asked to confirm that you are here. This is the time that counts; I will tell you the answer.
here-closed = This { word-lesson } is not open any more, so nothing was recorded.
here-noted-later = ✋ <b>{ $title }</b> · { $time }: written down, but my message has not reached your teacher yet. I keep trying, and tell you once they answer. Tell them yourself as well: the report shows you as waiting to be confirmed.
here-noted-nobody = ✋ <b>{ $title }</b> · { $time }: written down, but this class has no teacher at the moment, so there is nobody I could ask. Tell whoever holds the { word-lesson }; as soon as the class has a teacher, I ask them.
here-was-rejected = Your teacher answered that you are not there. If that is a mistake, talk to them: the button under the message about you changes the answer.
here-card =
    <b>{ $name }</b> · { $title } · { $time }
    Checked in without a voice, by a tap on “I’m here”.
here-ask = Is <b>{ $name }</b> there?
here-confirmed = ✅ Confirmed by { $teacher }: marked as there.
here-rejected = ❌ Rejected by { $teacher }: not marked.
here-settled = Nothing to decide any more: the { word-student } is marked already.
here-told-confirmed = <b>{ $title }</b>: your teacher has confirmed you — { $status }, { $time }.
here-told-rejected = <b>{ $title }</b>: your teacher has not confirmed that you were there, so you are not marked. If that is a mistake, talk to them: for a day they can change the answer.

tidy-button = Delete the notes from this chat
tidy-done = Enrolment notes deleted from this chat: { $n }.
tidy-left = Not deleted: { $n } ({ $times }). Telegram lets me delete a message for 48 hours only; please delete these yourself.

forget-nothing = I keep nothing about you.
forget-ask =
    I will delete your voiceprint and everything else made from your voice: from the database, from the queue and from the server’s memory. Your voice messages of the last 48 hours will disappear from this chat. Your consent is withdrawn. For each file you sent a number is left, so that the same file is not taken again in your class; it tells nothing of you or your voice.

    Your name and your marks stay with your teacher. To check in by voice again you would have to record it anew.
forget-yes = Delete my voice
forget-no = Keep it
forgotten = Done: your voiceprint and everything made from your voice is deleted, and your consent is withdrawn. Only a number for each file you sent is left, so that the same file is not taken again. To check in without a voice: /here. To record your voice anew, should you wish to: /enroll
forget-kept = Nothing was deleted.

receipt-head =
    Receipt { $receipt }
    { $at }
receipt-nothing = Nothing was left to delete.
receipt-voiceprints = Voiceprints deleted: { $n }
receipt-enrolment_notes = Voice samples behind the voiceprint deleted: { $n }
receipt-voiceprint_steps = Earlier states of the voiceprint deleted: { $n }
receipt-recordings = Kept recordings deleted: { $n }
receipt-check_values = Notes whose codes were deleted: { $n }
receipt-queued = Notes taken out of the queue: { $n }
receipt-messages = Voice messages deleted from chats: { $n }
receipt-marks = Attendance marks deleted: { $n }
receipt-messages_left = Voice messages I cannot delete from this chat any more: { $n }. Telegram lets me for 48 hours only; please delete them yourself.
receipt-cards_left = Voice messages I cannot delete from your teacher’s chat any more: { $n }. Please ask your teacher to delete them.

leave-button = Leave all classes, delete everything
leave-ask =
    You will leave all classes. I delete your name, your Telegram account’s number, your marks and everything else I keep about you. Your teacher’s reports will not show you any more, and nothing of it can be brought back.

    Might you need the marks? Send /mydata first
leave-yes = Delete everything
leave-no = Stay
leave-kept = You stay; nothing more was deleted.
left = Done: you have left, and everything I kept about you is deleted. What is left is this receipt, without your name, and a number for each file you sent, which leads to nobody.

mydata-none = I keep nothing about you.
mydata-caption = Everything I keep about you. Voiceprint and note codes are encrypted: the file says that they are there, but does not hold them. To delete: /forget
mydata-parts = A file follows, with everything I keep about you. Its parts:
mydata-part = • <b>{ $part }</b> — { $words }
mydata-part-account = your name and your Telegram account’s number
mydata-part-agreements = what you agreed to: { $number }
mydata-part-asked-to-join = questions to a teacher who you are on the class’s list: { $number }
mydata-part-conversation = your language, and where our conversation stands
mydata-part-classes = classes that you are or were in: { $number }
mydata-part-attendance = marks: { $number }
mydata-part-voice-notes = voice notes, without the recordings: when each came and what I answered: { $number }
mydata-part-voiceprint = your voiceprint: that there is one, and since when
mydata-part-enrolment-notes = recordings that it was made of: { $number }
mydata-part-kept-recordings = recordings that you allowed me to keep: { $number }
mydata-part-voiceprint-steps = steps that it took after your voice: { $number }
mydata-part-note-waiting-for-a-step = a note that may lead to the next step
mydata-part-words-owed-about-the-voice = a word that I still owe you about your voice
mydata-part-announced-absences = absences that you announced: { $number }
mydata-part-objections-to-marks = marks that you objected to: { $number }
mydata-part-corrected-marks = marks that a teacher gave by hand: { $number }
mydata-part-words-owed-about-marks = messages about marks that you have not had yet: { $number }
mydata-part-questions-to-the-teacher = questions to a teacher whether it was you: { $number }
mydata-part-voices-waiting-for-a-teacher = recorded voices that a teacher was asked about: { $number }
mydata-part-sounds-like-a-classmate = voices in the class that are much like yours: { $number }
mydata-part-asked-to-say = numbers to say, from the last day: { $number }
mydata-part-told-of-lessons = calls to check in: { $number }
mydata-part-named-like-a-classmate = names in the class that look like yours: { $number }
mydata-part-weekly-words-owed = weekly messages to you as a teacher that were not sent yet: { $number }
mydata-part-signed-in-devices = devices on which you are signed in to the pages: { $number }
mydata-part-sign-in-links = links to the pages that you have not opened: { $number }
mydata-part-screens = links for a projector that you made: { $number }
mydata-part-lists-sent = class lists that you sent: { $number }
mydata-part-lessons-opened = { word-lessons } that you opened: { $number }

fresh-word = Your voice has moved a little away from what you recorded. Your notes are still accepted, but more narrowly each time. Record three new ones in a quiet minute, and it will not come to refusals. Voices change with time, you did nothing wrong.
button-not-now = Not now
button-follow = Let the voiceprint follow my voice
button-follow-no = Stop following my voice
button-follow-back = Voiceprint as I recorded it
follow-ask =
    Voices change over the years. If you like, your voiceprint follows yours: a note that is clearly yours moves it a small step, once a day at most, and never far from what you recorded.

    For that I keep, encrypted, the code of such a note for a day, and what the voiceprint was before each step, so that it can be put back. It is up to you, and nothing else depends on it. To end it or to go back: /mydata
follow-yes = Yes, let it follow
follow-done = Agreed: from now on your voiceprint follows your voice. To end it or to go back: /mydata
follow-stopped = Your voiceprint stays as it is now.
follow-back-done = Your voiceprint is again as you recorded it.
follow-back-not = Your voiceprint is already as you recorded it.
follow-later = All right. You can record your voice anew at any time: /enroll
follow-no-voice = There is no recorded voice of yours here. To record one: /enroll
