invite =
    Pass this link on to one teacher. It works once, for { $days } days:
    { $link }

newclass-usage = Write the class's name after the command, up to { $most } characters: /newclass Physics 9B
newclass-made =
    Class “{ $title }” is ready. Pass this join link on to your students:
    { $link }

    When the lesson begins, send /open.
classes-none = You have no class yet. Make one: /newclass Physics 9B
classes-head = Your classes. Press one to manage it.
classes-line =
    • { $title } — { $students ->
        [one] { $students } student
       *[other] { $students } students
    }, { $lessons ->
        [one] { $lessons } lesson
       *[other] { $lessons } lessons
    }
class-not-yours = That class is not among yours.
class-card =
    { $title } · { $students ->
        [one] { $students } student
       *[other] { $students } students
    }
class-archive-ask = Put “{ $title }” away? Nobody can join it or check in any more.
class-archived = “{ $title }” is put away.
button-open = Open a lesson
button-close = Close the lesson
button-report = Report
button-archive = Put away
button-archive-yes = Yes, put away
button-back = Back

open-usage = After /open comes nothing or the minutes, 1 to { $most }: /open 20
open-which = Which class?
open-already = This lesson is open already.
board-open = 🟢 { $title } — the lesson is open for check-in until { $closes }.
board-closed = ⚪ { $title } — the lesson was closed at { $time }.
board-count = present { $present } of { $students }
board-late = late among them: { $late }
board-late-from = After { $late } a note counts as late.
board-hint = Students check in with one voice note to me in private.
close-none = No lesson is open.
close-which = Which lesson?
closed =
    { $title }: the lesson is closed, { $attended } of { $students } came.
    present { $present } · late { $late } · absent { $absent } · flagged { $flagged }

report-which = Which class?
report-usage = After /report comes nothing or one of: today, week, month, all.
report-other-class = Other class
report-period-button-lesson = Last lesson
report-period-button-today = Today
report-period-button-week = Week
report-period-button-month = Month
report-period-button-all = All

me-enrolled = Your voice is enrolled.
me-not-enrolled = Your voice is not enrolled yet: /enroll
me-class = { $title }: present { $present } · late { $late } · absent { $absent }

    Your name and your attendance marks stay with your teacher. To check in by voice again you would have to enrol anew.

button-voices = Voices
voices-too-few = { $title }: fewer than two students have enrolled, so nobody can be mixed up yet.
voices-head = { $title }: what to expect of the { $students } enrolled voices
voices-second-tries =
    { $n ->
        [0] The right student is as good as always accepted at once.
       *[other] Of 100 notes by the right student, I will ask again after about { $n }.
    }
voices-false-accepts =
    { $n ->
        [0] Of 1,000 notes by a classmate, fewer than one would pass for the account's owner.
       *[other] Of 1,000 notes by a classmate, about { $n } would sound close enough to the account's owner; nearly all of them are stopped because the classmate sounds closer.
    }
voices-raised = These voices are more alike than usual, so I ask for a closer match than in other classes.
voices-closest = The most alike are { $one } and { $other }; I can tell them apart.
voices-mixed-up = { $one } and { $other } sound like one person to me. A note that fits both is not accepted.

review-card =
    { $name } · { $title } · { $time }
    The voice is close to this student’s, but not close enough, { $tries } times.
review-ask = Is it { $name }?
review-confirm = ✅ Confirm
review-reject = ❌ Reject
review-confirmed = ✅ Confirmed by { $teacher }: marked as there.
review-rejected = ❌ Rejected by { $teacher }: not marked, flagged in the report.
review-settled = Nothing to decide any more: a later note was accepted, or the voice was deleted.
review-told-confirmed = { $title }: your teacher has listened and confirmed you — { $status }, { $time }.
review-told-rejected = { $title }: your teacher has listened and did not recognise your voice, so you are not marked. Please talk to your teacher.

board-phrase = Ask everyone to say: “{ $phrase }”
alike-voices =
    { $title }: { $one } and { $other } sound like one person to me.
    It may be one person with two accounts, a telephone lent to a friend while enrolling, or twins. Their notes are told apart only if one clearly scores higher. If it was a mistake, ask them to send /enroll again.
