# The register in a browser: a teacher's pages and an admin's.
web-class-parts = Parts of the class
web-tab-class = Overview
web-tab-register = Register
web-tab-lessons = { word-lessons-capital }
web-class = Class
web-save = Save
web-saved = Saved.
web-add = Add
web-change = Change
web-next = Next
web-choose = Choose
web-sure = Please check once more
web-pages = Pages
web-page-before = ‹ Back
web-page-after = On ›
web-answered = Your answer is written down.

# Overview
web-now = Now
web-lesson-on = on now
web-lesson-open-until = The { word-lesson } is open until { $closes }
web-lesson-see = See who is there
web-open-for = minutes
web-join-link = Join link
web-link-in-chat = The link works. The bot shows it, with a code for phones: open the class there.
web-last-lessons = Last { word-lessons }
web-new-class = New class
web-new-class-title = Title, such as: Physics 9B
web-new-class-made = The class is ready: { $title }
web-new-class-long = That title does not fit: at most { $most ->
    [one] { $most } character
   *[other] { $most } characters
}, and something to see in it.
web-class-open = Open the register

# The register
web-register-week = Week
web-register-month = Month
web-register-term = Whole term
web-register-views = Which time
web-register-before = Earlier
web-register-after = Later
web-register-none = There were no { word-lessons } in this time.
web-register-here = Present
web-register-hint = Press a mark to correct it, or a date to open the { word-lesson }.
web-term-hint = Months with an attendance below 60 % are coloured.
web-legend = What the marks mean

# A mark
web-mark = Mark
web-mark-more = Details
web-mark-change = Which mark it should be
web-mark-excuse = Excused
web-mark-reason = Reason
web-mark-own = Or in your own words
web-mark-told = The { word-student } sees the reason, too.
web-mark-excuse-set = Excuse
web-mark-set = { $name }: { $mark }
web-several = Mark the chosen ones
web-several-nobody = First choose whom to mark.
web-several-done = Marks corrected: { $number }
web-topic = What the { word-lesson } is about

# Students
web-account = Account
web-account-yes = On Telegram
web-account-no = none
web-former = left
web-one-word = The name really is a single word
web-name-one-word = That is one word only. If it is the full name, tick the box in the form.
web-name-fault = That does not look like a full name. Give first and last name, such as: Anna Bell
web-student-change = Change
web-sheet-file = Download as a spreadsheet
web-merge-with = Who it really is
web-merging = { $name } and { $other } will be one in a few seconds: the former account’s voice is deleted first.

# The class’s list
web-list = Upload a list
web-list-how = An Excel workbook, a CSV file, or just names, one on each line. You see what comes of it first.
web-list-file = An Excel, CSV or plain text file
web-list-lines = Or paste the list here
web-list-example = Anna Bell
web-list-show = Show what comes of it
web-list-check = Check the list
web-list-line = On the list
web-list-meets = In the class
web-list-new = will be added
web-list-gone = In the class, but not on the list: { $number }
web-list-gone-ask = Take them out of the class? Their marks stay in the reports.
web-list-removed = Taken out of the class: { $number }

# Who waits
web-waiting = Waiting for an answer: { $number }
web-waiting-title = Waiting for your answer
web-waiting-none = Nobody is waiting.
web-waiting-decided = Decided in the last 24 hours
web-voice-listen = Recording: { $name }
web-voice-in-chat = You can listen to the recording in the chat with the bot.
web-voice-none = Checked in without a voice: there is nothing to listen to.
web-joiner-this = This is who
web-absence = Will be away: { $days }
web-appeal = { $when }, the mark is “{ $mark }”. The { word-student } writes that it is wrong.

# Export
web-export-period = Which time
web-export-get = Download
web-export-record = Every export goes on record, as in the bot.
web-export-xlsx = a spreadsheet with totals and formulas
web-export-register = a sheet to print, like a paper register
web-export-csv = for any program
web-export-moodle = for Moodle’s attendance module
web-export-moodle-en = the same, for an English Moodle
web-export-json = for programs of your own

# Settings
web-zone = City or time zone
web-calls = Messages to { word-students }
web-archive-about = A class can be put into the archive: its marks stay, and it can be brought back at any time.
web-archived-until = Deleted after { $last }
web-archive = Archive

# Timetable
web-weekday = Day of the week
web-times = Beginning, end and, if you like, a topic
web-weeks = When
web-holidays = Holidays
web-days = A day, or the first and the last one

# Teachers
web-staff-what = Role
web-staff-teacher = teacher
web-staff-owner = in charge of the class
web-staff-substitute = substitute, up to and including { $last }
web-staff-term = For how long
web-staff-last = Last day, if until a day
web-staff-make = Get a link
web-staff-link = Send this link to a colleague: it works once, and is not shown again.
web-staff-link-until = Send this link to your substitute up to and including { $last }: it works once, and is not shown again.
web-no-link = The bot does not answer just now, so no link can be made. Try again later, or make it in the chat with the bot.
web-invites = Invitations that nobody has used yet
web-invite-until = works until { $until }
web-invite-link = Send this link to the teacher: it works once, and is not shown again.
web-invite-whom = For whom the invitation is
web-revoke = Revoke

# Admin
web-admin = Administration
web-search = Search
web-search-hint = Part of a title or of a teacher’s name
web-teacher = Teacher
web-classes-of = Classes
web-is-admin = admin
web-unteach = End the right to teach
web-appoint-hint = Whoever is not in the list needs an invitation first. The class’s teachers hear of it.
web-health = Health
web-health-at = As of { $time }.
web-health-again = Look again
web-health-good = fine
web-health-bad = needs attention
web-health-queue = Queue
web-health-workers = Workers
web-health-database = Database and answers
web-health-clock = Clock
web-health-unreachable = out of reach
web-health-waiting = Waiting
web-health-pending = Being judged
web-health-oldest = Oldest has waited
web-health-results = Results not written yet
web-health-dead = Could not be judged
web-health-memory = Queue memory in use
web-health-count = Running
web-health-inbox = Messages not handled yet
web-health-inbox-age = Oldest of them has waited
web-health-owed = Answers not sent yet
web-health-lessons = Open { word-lessons }
web-health-skew = Difference to Telegram’s clock
web-health-seconds = { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}
web-health-share = { $percent } %
