web-name = Rollcall
web-skip = Skip to content
web-where = Where you are
web-leave = Sign out
web-undo = Undo
web-told = A message
web-sign-in = To sign in, open the bot and send /web: it gives you a link.
web-link-old = This link does not work any more: it opens once, and within five minutes. Send the bot /web or /board for another.
web-form-old = This page is out of date. Go back, reload it and try again: nothing has changed.
web-nowhere = There is no such page.
web-left = You are signed out. To sign in again, send the bot /web.
web-enter-title = Sign in on this device
web-enter-who = You will be signed in as <b>{ $name }</b>.
web-enter = Sign in
web-enter-hint = It lasts for twelve hours. You can end it sooner here, or in the bot with /web.
web-classes = My classes
web-classes-none = No classes yet. Give the first one a name below.
web-class-counts =
    { $students ->
        [one] { $students } { word-student }
       *[other] { $students } { word-students }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
       *[other] { $lessons } { word-lessons }
    }
web-boards = Board of the { word-lesson }
web-board-lesson = { word-lesson-capital }
web-board-go = Go to the board
web-board-here = here
web-board-late = late
web-board-waiting = waits for the teacher
web-board-excused = excused
web-board-missing = not yet
web-board-absent = absent
web-board-tally = <b>{ $here }</b> of { $students }
web-board-is-open = Check-in is open until { $closes }.
web-board-late-from = After { $late } is late.
web-board-was-open = { $opened }–{ $closed }
web-board-opened = The { word-lesson } is open.
web-board-open-already = The { word-lesson } is open already.
web-board-is-closed = The { word-lesson } is closed already: nothing has changed.
web-board-longer = Check-in is open until { $closes }.
web-board-closed = The { word-lesson } is closed. { $here } of { $students } came.
web-board-reopened = The { word-lesson } is open again, until { $closes }.
web-board-stale = This page was out of date: the { word-lesson } has been opened or closed since. The mark has not changed; the board is up to date now.
web-board-nobody = That person is not in the class any more: nothing has changed.
web-board-marked = <b>{ $name }</b>: { $word }.
web-board-undone = <b>{ $name }</b>: the mark is what it was before.
web-board-not-undone = There is nothing to take back: the mark has changed since.
web-board-names = Names on the screen
web-board-names-set = That is how the screen names people now.
web-names-full = in full
web-names-short = first name and a letter
web-names-initials = letters only
web-board-screen = Show on the screen
web-board-empty = Nobody is in the class yet.
web-board-card = Mark of { $name }
web-board-lost = The connection is lost; coming back…
web-board-failed = That did not work: there is no connection. Try again.
web-mark-present = Present
web-mark-late = Late
web-mark-absent = Absent
web-mark-excused = Excused
web-mark-why = Reason
web-mark-no-reason = no reason
web-mark-undo = Take the last mark back
web-screen-over = The { word-lesson } is closed, and this link shows nothing any more.
web-screen-how = How to check in
web-screen-open-bot = Open @{ $bot } in Telegram.
web-screen-open-a-bot = Open the class’s bot in Telegram.
web-screen-speak = Record a voice message: any words, five seconds.
web-screen-until = Be in time: until { $closes }.
web-screen-qr = QR code: a link to @{ $bot }
web-screen-join = Not on the list? Point your camera here.
web-app-opening = Opening…
web-app-refused = You could not be signed in. Close this window and open it in Telegram once more.
