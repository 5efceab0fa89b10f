invite =
    Pass this link on to one teacher. It works once, for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }:
    { $link }

newclass-ask = What is the class called? For example: Physics 9B
newclass-too-long =
    That name is too long, at most { $most ->
        [one] { $most } character fits
       *[other] { $most } characters fit
    }. Please write a shorter one.
title-first = First write what the class is called, for example: Physics 9B
newclass-title = The class is called <b>{ $title }</b> now.
newclass-title-not = The class keeps its name: this one does not fit, or the class is gone.
newclass-forward = Below is a message to forward to your class.
invitation =
    Class <b>{ $title }</b>: you check in here by voice.

    Open the link, or point your camera at the code: { $link }

    The bot asks for your name and has you read three sentences aloud. You do that once.
button-join = Join the class
button-invite-class = Invite { word-students }
newclass-made =
    Class <b>{ $title }</b> is ready. Pass this join link on to your { word-students }:
    { $link }

    When the { word-lesson } begins, press “Open a { word-lesson }”.
button-practice = Try it yourself
button-practice-end = End and delete
practice-title = Practice
practice-begin = Now you see what your { word-students } see: you are the only { word-student } of a practice class. It is on no list, and is deleted after a day; so is your voice, unless you are a { word-student } elsewhere.
practice-again = You are in your practice class. Open its { word-lesson }, then send me a voice note.
practice-ended = The practice class is deleted.
practice-none = There is no practice class any more.
classes-none = You have no class yet.
classes-head = Your classes. Press one to see it.
classes-line =
    • <b>{ $title }</b> — { $students ->
        [one] { $students } { word-student }
       *[other] { $students } { word-students }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
       *[other] { $lessons } { word-lessons }
    }
class-not-yours = That class is not among yours.
class-card =
    <b>{ $title }</b> · { $students ->
        [one] { $students } { word-student }
       *[other] { $students } { word-students }
    }
button-open = Open a { word-lesson }
button-close = Close the { word-lesson }
button-report = Report
button-back = Back

open-usage = After /open you may say for how many minutes the { word-lesson } stays open, 1 to { $most }: /open 20
open-which = Which class?
button-longer = +{ $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
longer = ⏱ <b>{ $title }</b>: the { word-lesson } is open until { $closes } now.
open-already = This { word-lesson } is open already.
board-open = 🟢 <b>{ $title }</b> — the { word-lesson } is open for check-in until { $closes }.
board-closed = ⚪ <b>{ $title }</b> — the { word-lesson } was closed at { $time }.
board-count = Present { $present } of { $students }
board-count-closed = Present { $present } of { $students } in all
board-late = late among them: { $late }
board-late-from = After { $late } a note counts as late.
board-hint = To check in: a voice note to @{ $bot }, in private
board-waiting = <b>Waiting for your word ({ $number }):</b>
board-missing = <b>Not checked in yet ({ $number }):</b>
board-missing-closed = <b>Did not check in ({ $number }):</b>
board-excused = <b>Excused ({ $number }):</b>
board-all-here = Everybody has checked in.
board-names-more = … and { $number } more
button-check-in = Check in
call-open = 🟢 <b>{ $title }</b>: the { word-lesson } is open, you can check in until { $closes }.
call-last = ⏰ <b>{ $title }</b>: you have not checked in yet, and the { word-lesson } closes at { $closes }.
call-by-voice = Send a voice note here.
call-by-tap = Tap “I’m here”, and your teacher confirms it.
call-by-enrol = Your voice is not recorded yet, so tap “I’m here”, and your teacher confirms it. Record it, and from then on a voice note will do.
button-uncall = 🔕 Do not tell me of { word-lessons }
button-call = 🔔 Tell me of { word-lessons }
call-muted = 🔕 I no longer tell you of this class’s { word-lessons }. You check in as before.
call-wanted = 🔔 I tell you when a { word-lesson } of this class opens.
button-calls-off = 🔕 Do not tell { word-students } of { word-lessons }
button-calls-on = 🔔 Tell { word-students } of { word-lessons }
close-none = No { word-lesson } is open.
close-which = Which { word-lesson }?
closed =
    <b>{ $title }</b>: the { word-lesson } is closed, { $attended } of { $students } came.
close-ask =
    Close <b>{ $title }</b> already? It would go on for { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.
close-ask-missing = Not checked in yet: { $number }
close-ask-waiting = Waiting for your confirmation: { $number }
button-close-now = Close now
button-close-not = Not yet
close-not = All right, <b>{ $title }</b> stays open until { $closes }.
button-reopen = Reopen
reopened = 🟢 <b>{ $title }</b>: the { word-lesson } is open again until { $closes }. Whoever was marked as missing when it closed can check in now.
reopen-too-late = A { word-lesson } can be reopened only on the day it was closed.
reopen-another = Another { word-lesson } of this class is open. Close that one first.
and-more = and { $number } more
closed-waiting = ⏳ waiting to be confirmed: { $number }
closed-remarks = 👀 { $number ->
    [one] { $number } mark has a remark
   *[other] { $number } marks have remarks
}, see the report

lessons-head = <b>{ $title }</b>: the { word-lessons } so far. Press one to see it.
lessons-none = <b>{ $title }</b> has had no { word-lesson } yet.
lessons-which = { word-lessons-capital } of which class?
lesson-of = <b>{ $title }</b>
lesson-named = { $when } · <b>{ $topic }</b>
lesson-unnamed = { $when }
button-lessons = Past { word-lessons }

button-topic = Topic
topic-ask = What is the { word-lesson } about? Write it in a few words.
topic-ask-again =
    The { word-lesson } is about <b>{ $topic }</b>. Write a new topic.

    To take it away, send a dash: -
topic-too-long = That does not fit: { $most ->
    [one] { $most } character
   *[other] { $most } characters
} at most. Please write it shorter.
topic-set = The { word-lesson } is about <b>{ $topic }</b> now.
topic-removed = The { word-lesson } has no topic any more.
lesson-gone = That { word-lesson } is no longer there.
button-lesson-delete = Delete the { word-lesson }
button-lesson-delete-yes = Yes, delete it
lesson-delete-ask =
    Delete this { word-lesson }?
    { $when }

    { $number ->
        [one] { $number } mark goes
       *[other] { $number } marks go
    } with it. It cannot be brought back.
lesson-deleted = Deleted: { $when }
button-merge = Merge
button-merge-with = With { $times }
merge-ask =
    Make one { word-lesson } of two?
    { $when }

    It grows together with a { word-lesson } of the same day. Of a { word-student }’s two marks the better one stays.
merge-none = There is no other closed { word-lesson } just before or after it on that day.
merged = One { word-lesson } now: { $when }

report-which = Which class?
report-usage = After /report you may name a period: today, week, month or all.
report-other-class = Other class
report-period-button-lesson = Last { word-lesson }
report-period-button-today = Today
report-period-button-week = Week
report-period-button-month = Month
report-period-button-all = All

me-enrolled = Your voice is recorded.
me-not-enrolled = Your voice is not recorded yet.
me-voice-waits = Your recorded voice waits for your teacher’s word.
me-name = <b>{ $name }</b>
me-class = <b>{ $title }</b> — { $counts }
me-class-before = Before the move, <b>{ $title }</b> — { $counts }

button-voices = Voices
voices-too-few = <b>{ $title }</b>: fewer than two { word-students } have recorded their voices, so there is nothing to compare yet.
voices-head =
    <b>{ $title }</b>: how well I can tell the voices apart
    Voices recorded: { $students }
voices-second-tries =
    { $n ->
        [0] I recognise the right { word-student } nearly always at the first try.
       *[other] Of 100 notes by the right { word-student }, I ask for another after about { $n }.
    }
voices-false-accepts =
    { $n ->
        [0] A classmate’s voice passes for the { word-student }’s less than once in 1,000 notes.
       *[other] Of 1,000 notes by classmates, about { $n } sound close to the { word-student }. Nearly all of them are stopped, because they sound closer to whoever really spoke.
    }
voices-raised = These voices are more alike than usual, so I ask for a closer match than in other classes.
voices-closest = The most alike are <b>{ $one }</b> and <b>{ $other }</b>; I can tell them apart.
voices-mixed-up = <b>{ $one }</b> and <b>{ $other }</b> sound like one person to me. A note that fits both is not accepted.

review-card =
    <b>{ $name }</b> · { $title } · { $time }
    The voice is close to this { word-student }’s, but not close enough. Tries: { $tries }.
review-other-voices = { $number ->
    [one] { $number } note in another voice came from the account before.
   *[other] { $number } notes in another voice came from the account before.
}
review-card-voice-waits =
    <b>{ $name }</b> · { $title } · { $time }
    The recorded voice of this { word-student } waits for your word, so I compared this note with none.
review-ask = Is it <b>{ $name }</b>?
review-confirm = ✅ Confirm
review-reject = ❌ Reject
review-confirm-after-all = ✅ Change: confirm after all
review-reject-after-all = ❌ Change: reject after all
review-too-late = This decision cannot be changed any more: it is more than a day old.
review-voice-refused = There is nothing to listen to: your privacy settings refuse voice messages from me. Allow them in Telegram (Settings → Privacy → Voice Messages); until then, ask the { word-student } in person.
review-voice-gone = There is nothing to listen to: the note is no longer in Telegram. Ask the { word-student } in person.
review-confirmed = ✅ Confirmed by { $teacher }: marked as there.
review-rejected = ❌ Rejected by { $teacher }: not marked, in doubt in the report.
review-settled = Nothing to decide any more: the { word-student } is marked otherwise, or the voice was deleted.
review-told-confirmed = <b>{ $title }</b>: your teacher has listened and confirmed you — { $status }, { $time }.
review-told-rejected = <b>{ $title }</b>: your teacher has listened and has not confirmed you, so you are not marked. If that is a mistake, talk to them: for a day they can change the answer.

board-number = I show each { word-student } a number of their own to say.
board-number-deaf = Numbers are not checked at present: no worker can listen to words. Every note counts.
board-phrase = Any words will do, for example: “{ $phrase }”
namesake-card = <b>{ $title }</b>: the new name <b>{ $name }</b> looks the same as <b>{ $other }</b> in this class.
namesake-letters = The names look the same but are typed with different letters, such as a Cyrillic letter for a Latin one.
namesake-asked = I have asked the { word-student } whether they share the name or this is a second account.
namesake-said-other = The { word-student } says that they share the name.
namesake-said-same = The { word-student } says: that is me too, from another account.
namesake-choice = You need not do anything: both can check in, and lists number the second.
namesake-keep = Keep both
namesake-out = Remove { $name }
namesake-kept = All right, both stay in the class.
namesake-out-done = <b>{ $name }</b> is no longer in <b>{ $title }</b>. The marks are kept.
namesake-back = Put back
namesake-back-done = <b>{ $name }</b> is back in <b>{ $title }</b>.
claim-card =
    <b>{ $name }</b> · { $title }
    { $time }: a recorded voice waits for your word.
claim-changed = It does not sound like the voice on record.
claim-like = It sounds like <b>{ $other }</b> to me. Twins and relatives may.
claim-like-someone = It sounded like another { word-student }, who is in none of your classes or whose voice is deleted by now.
claim-until-old = Is it this { word-student }? Until you decide, the voice on record counts. Without your answer the new one is deleted after { $until }
claim-until-new = Is it this { word-student }? Until you decide, I recognise nobody by this voice, and the { word-student } checks in by “I’m here”. Without your answer it is deleted after { $until }
claim-accept = ✅ It is the { word-student }
claim-reject = ❌ It is somebody else
claim-accept-after-all = ✅ Change: the { word-student } after all
claim-reject-after-all = ❌ Change: somebody else after all
claim-too-late = This decision cannot be changed any more: it is more than a day old, or the voice was recorded anew since.
claim-accepted = ✅ Confirmed by { $teacher }: I recognise the { word-student } by this voice.
claim-rejected = ❌ Rejected by { $teacher }: I do not recognise the { word-student } by this voice.
claim-lapsed = ⌛ There was no answer in time: the voice is deleted.
claim-lapsed-word = <b>{ $name }</b>: the recorded voice that waited for your word is deleted, for there was no answer. The { word-student } is told as well.
claim-settled = Nothing to decide any more: the voice was deleted or recorded anew, or the class was archived.
claims-waiting = 🎙 Recorded voices that wait for your word: { $number }
voices-waiting = <b>{ $one }</b>: a new voice waits for your word.
voices-waiting-like = <b>{ $one }</b>: a new voice waits for your word, it sounds like <b>{ $other }</b>.

button-correct = ✎ Correct
button-marks = Names and marks
button-undo = ↩ Undo
mark-present = present
mark-late = late
mark-excused = excused
mark-absent = absent
mark-card = <b>{ $name }</b>
mark-lesson = { $title } · { $day }, { $time }
mark-none = Not here yet.
mark-announced = Not here: an absence that was announced and excused.
mark-waiting = ⏳ Waits for your word on another message of mine; a mark given here settles it.
mark-corrected = Marked by { $teacher }.
mark-corrected-somebody = Marked by a teacher.
mark-gone = This { word-student } is no longer in the class.
mark-undone = Taken back.
mark-undo-late = There is nothing to take back any more: something else has changed the mark since.
mark-why = Why? The { word-student } sees the reason too.
excuse-own = In my own words
excuse-none = No reason
excuse-ask = Write the reason for <b>{ $name }</b>, up to { $most ->
    [one] { $most } character
   *[other] { $most } characters
}. The { word-student } sees it too.
excuse-too-long = The reason does not fit: up to { $most ->
    [one] { $most } character
   *[other] { $most } characters
}, please. Write it again, shorter.
reason-first = First the reason, please, in a few words.
marks-head = Whose mark is to be changed?
marks-page = Page { $number } of { $total }
marks-hint = Who is not here comes first. ✎ marks what a teacher has changed.
rest-present = The rest is present
rest-excused = The rest is excused
rest-ask-present = { $number ->
    [one] Mark { $number } { word-student } as present?
   *[other] Mark { $number } { word-students } as present?
}
rest-ask-excused = { $number ->
    [one] Excuse { $number } { word-student }?
   *[other] Excuse { $number } { word-students }?
}
rest-yes-present = Yes, present
rest-yes-excused = Yes, excuse them
rest-done-present = { $number ->
    [one] ✅ { $number } { word-student } is marked as present.
   *[other] ✅ { $number } { word-students } are marked as present.
}
rest-done-excused = { $number ->
    [one] 📄 { $number } { word-student } is excused.
   *[other] 📄 { $number } { word-students } are excused.
}
rest-undone = { $number ->
    [one] Taken back for { $number } { word-student }.
   *[other] Taken back for { $number } { word-students }.
}
rest-nobody = There is nobody left: all are here or excused.
# Export
button-export = Export
export-which = In which form?
export-form-xlsx = Excel
export-form-register = Register page
export-form-csv = CSV
export-form-moodle = Moodle
export-form-moodle-en = Moodle (English)
export-form-json = JSON
export-moodle = For the attendance activity of Moodle, its upload of a CSV. { word-students-capital } are found there by their { $identifier ->
    [idnumber] ID number
   *[email] e-mail address
}, { word-lessons } by the time when they begin.
export-moodle-without = Not in the file, as the class’s list has no { $identifier ->
    [idnumber] ID number
   *[email] e-mail address
} for them: { $number }.
export-moodle-none = Moodle finds { word-students } by their ID number or e-mail address, and the class’s list has neither. Send me a list with such a column: an Excel file, a CSV or lines of text.

absence-card =
    <b>{ $name }</b> · { $title }
    will be absent: { $days }
absence-ask = Do you excuse it? { word-lessons-capital } of these days are then marked as excused by themselves.
absence-excuse = 📄 Excuse
absence-refuse = Do not excuse
absence-excuse-after-all = 📄 Change: excuse after all
absence-refuse-after-all = Change: do not excuse
absence-excused = 📄 Excused by { $teacher }: { word-lessons } of these days are marked so.
absence-refused = Not excused ({ $teacher }): { word-lessons } missed count as missed.
absence-withdrawn = The { word-student } has withdrawn it: they will be there.
appeal-card = <b>{ $name }</b> says that a mark is wrong.
appeal-ask = Was the { word-student } there? The present mark stays until you decide.
appeal-present = ✅ Was there
appeal-late = 🕒 Came late
appeal-keep = Keep the mark
appeal-accepted = ✅ { $teacher } has changed the mark.
appeal-kept = { $teacher } keeps the mark.
appeal-settled = Nothing to decide any more: a teacher has changed the mark meanwhile.
button-mark-card = ✎ The { word-student }’s card

button-sheet = All { word-lessons }
sheet-head = <b>{ $name }</b> · { $title }
sheet-hint = The newest { word-lessons } come first. Press one to change its mark.
sheet-none = There has been no { word-lesson } with this { word-student } yet.
sheet-earlier = Before the move, class <b>{ $title }</b>: attendance { $percent } %
sheet-earlier-button = Before the move: { $title }
sheet-file = As a spreadsheet
