slow-down =
    I cannot keep up with you. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }, then go on.
slow-down-minutes =
    I cannot keep up with you. Please wait { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }, then go on.
too-many-links =
    Too many of your links were wrong. Please wait about { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }, and ask for a new link meanwhile.

command-invite = invite a teacher
command-teachers = who teaches here

invite-soon =
    Pass this link on to one teacher. It works once, and not for long:
    { $link }
invites-open = Invitations nobody has used yet; press one to revoke it:
button-uninvite = ✕ valid until { $until }
invite-for-whom = For whom is it? Write the name, so that you can tell your invitations apart.
invite-whom = The invitation is for <b>{ $name }</b>.
invite-whom-again = Please write the name of whoever the invitation is for, for example: Bell Anna
button-uninvite-named = ✕ { $name }, until { $until }
invite-revoked = Revoked: that invitation does not work any more.
invite-not-open = That invitation has been used or is gone. Who teaches: /teachers

teachers-head =
    { $n ->
        [one] { $n } teacher
       *[other] { $n } teachers
    }, not counting the administrators. Press a name to remove that teacher.
teachers-none = Only the administrators teach so far.
teacher-gone = This person is not a teacher any more.
unteach-ask = Remove <b>{ $name }</b> as a teacher? The classes and their records stay, but <b>{ $name }</b> will not see them until invited again.
unteach-yes = Yes, remove
unteach-done = <b>{ $name }</b> is no longer a teacher.

link = Join link: { $link }
link-until = It works until { $until }.
link-none = There is no join link at present: nobody can join.
link-renewed = <b>{ $title }</b> has a new join link; the old one does not work any more.
link-ended = <b>{ $title }</b>: the join link does not work any more.
button-new-link = New join link
button-end-link = End the join link
