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
