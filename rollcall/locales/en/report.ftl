# One student's status in one lesson.
status-present = present
status-late = late
status-excused = excused
status-absent = absent
status-flagged = in doubt

# How many: students in a lesson (counted), times in a period (total).
counted-present = present
counted-late = late
counted-excused = excused
counted-absent = absent
counted-flagged = in doubt
total-present = present
total-late = late
total-excused = excused
total-absent = absent
total-flagged = in doubt

# One letter each, for the cells of the spreadsheet.
status-letter-present = P
status-letter-late = L
status-letter-excused = E
status-letter-absent = A
status-letter-flagged = ?

# Why a note was not accepted, in as few words as will do. Only the teacher reads these.
short-reason-match = voice matched
short-reason-good_note = good note
short-reason-other_voice = another { word-student }’s voice
short-reason-unknown_voice = an unknown voice
short-reason-unsure = voice not certain
short-reason-voice_waits = voice not confirmed yet
short-reason-unreadable = not a sound file
short-reason-no_sound = file without sound
short-reason-broken_file = broken file
short-reason-damaged = part of the recording lost
short-reason-too_long = too long
short-reason-too_big = file too big
short-reason-too_many = too many notes
short-reason-file_unavailable = not given by Telegram
short-reason-silence = silence
short-reason-no_speech = no speech
short-reason-too_short = too short
short-reason-too_quiet = too quiet
short-reason-clipped = distorted sound
short-reason-noisy = too noisy
short-reason-narrow_band = muffled sound
short-reason-several_speakers = several voices
short-reason-forwarded = forwarded note
short-reason-scheduled = scheduled beforehand
short-reason-through_bot = sent through another bot
short-reason-seen_before = sent before
short-reason-same_recording = the same recording again
short-reason-before_lesson = recorded before the { word-lesson }
short-reason-different_voice = differs from the other notes
short-reason-not_enrolled = not enrolled
short-reason-not_expected = no { word-lesson } open
short-reason-processing_failed = could not be processed

# Why somebody was excused.
excuse-illness = illness
excuse-family = family reasons
excuse-event = competition or event
excuse-other = another good reason

# Dates
report-weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
report-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
report-month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
report-day = { $day } { report-month } { $year }
report-day-of-week = { report-weekday }, { report-day }
report-days = { $from } – { $to }
report-lesson-closed = { $day }, { $from }–{ $to }
report-lesson-open = { $day }, from { $from }, still open
report-period = { $period ->
    [lesson] Last { word-lesson }
    [today] Today
    [week] Last 7 days
    [month] Last 30 days
   *[all] All { word-lessons }
}
report-period-when = { report-period } · { $days }

# Numbers
report-count = { $word }: { $number }
report-of = { $part } of { $whole }
report-lessons = { $number ->
    [one] { $number } { word-lesson }
   *[other] { $number } { word-lessons }
}
report-students = { $number ->
    [one] { $number } { word-student }
   *[other] { $number } { word-students }
}
report-times-late = { $number } late
report-times-excused = { $number } excused
report-times-flagged = { $number } in doubt
report-missed-in-a-row = { $number ->
    [one] { $number } absence in a row
   *[other] { $number } absences in a row
}

# Text
report-here = { $here } of { $total } here
report-attendance-share = attendance { $percent } %
report-former = { $name } (no longer in the class)
report-not-yet = not in the class yet
report-more = … and { $number } more in the spreadsheet
report-worth-a-look = Worth a look:
report-worth-a-look-more = … and { $number } more
report-flagged-explained = ⚠️ “In doubt”: not marked, but notes came from the { word-student }’s account that deserve a look.
report-remark-enrolled = voice recorded at { $time }, after the { word-lesson } had begun
report-remark-voices = { $number ->
    [one] { $number } note in another voice before
   *[other] { $number } notes in another voice before
}
report-remark-file = sent as a file
report-remark-corrected = corrected by a teacher
report-corrected-explained = { $sign } A teacher gave this mark by hand.
report-enrolled-together = 🎙 Recorded their voice during the { word-lesson }: { $number }
report-remarks-explained = Remarks beside a mark change nothing; they are for your information.
report-no-students = Nobody has joined this class yet.
report-no-lessons = { $period ->
    [lesson] There have been no { word-lessons } yet.
    [today] There have been no { word-lessons } today.
    [week] There have been no { word-lessons } in the last 7 days.
    [month] There have been no { word-lessons } in the last 30 days.
   *[all] There have been no { word-lessons } yet.
}

# Chart
report-chart-here = of { $total } here
report-chart-attendance = attendance
report-chart-arrivals = Arrivals
report-chart-minutes = +{ $number } min
report-chart-late-from = late from { $time }
report-chart-more = … and { $number } more
report-chart-nobody = Nobody has checked in.
report-chart-lowest = Only the lowest attendance is shown: { $shown } of { $total }.
report-chart-last-lessons = The last { word-lessons }: { $shown } of { $total }; percentages count them all.

# Spreadsheet and CSV
report-sheet-lesson = { word-lesson-capital }
report-sheet-period = Attendance
report-sheet-summary = Summary
report-column-name = Name
report-column-number = { word-student-capital } ID
report-column-group = Group
report-column-email = E-mail
report-column-former = Left
report-column-status = Status
report-column-time = Time
report-column-confidence = Confidence
report-column-refused = Refused notes
report-column-reasons = Reasons
report-column-remarks = Remarks
report-column-attended = Attended
report-column-lessons = { word-lessons-capital }
report-column-share = Attendance
report-column-lesson = { word-lesson-capital }
report-row-class = Class
report-row-lesson = { word-lesson-capital }
report-row-period = Period
report-row-zone = Time zone
report-row-made = Report made
report-row-students = { word-students-capital }
report-row-lessons = { word-lessons-capital }
report-row-share = Attendance
report-sheet-page = Page { $page } of { $pages }
report-sheet-correct = Marks can be corrected in this file, and the totals follow. Rollcall itself does not change.
report-excel-moment = d mmm yyyy hh:mm

short-reason-teacher_decides = waiting for the teacher
short-reason-teacher_confirmed = confirmed by the teacher
short-reason-teacher_rejected = rejected by the teacher
report-confirmed = confirmed by the teacher
report-confirmed-short = confirmed
report-waiting = waiting to be confirmed
report-waiting-count = waiting to be confirmed: { $number }
report-row-waiting = Waiting to be confirmed
report-no-chart = The chart could not be sent: Telegram did not take it. Everything is in the text above.
report-no-spreadsheet = The spreadsheet could not be sent: Telegram did not take it. What it says is in the text above; the Export button gives the same data as another file.
report-file-refused = Telegram did not take this file. The text of the report has the data: /report.

# A page of a register
register-sheet = Register
register-file = register
register-name = Name
register-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
register-letter-absent = a
register-letter-excused = e
register-letter-ill = i
register-letter-late = l
register-means-absent = absent
register-means-excused = excused
register-means-ill = ill
register-means-late = late
register-empty = empty — present
register-missed = Missed
register-excused = of these excused
register-ill = of these ill
register-late = Late
register-lesson-away = Missing
register-lesson-late = Late
