slow-down = That was a lot at once. Please wait { $seconds } s, then go on.
slow-down-minutes = That was a lot at once. Please wait { $minutes } min, then go on.
too-many-links = That was one wrong link too many. Please wait about { $minutes } min, and ask for a new link meanwhile.

command-invite = a link that makes a colleague a teacher
command-teachers = who teaches; end someone's right to

invite-soon =
    Pass this link on to one teacher. It works once, and not for long:
    { $link }
invites-open = Invitations nobody has used yet; press one to revoke it:
button-uninvite = ✕ valid until { $until }
invite-revoked = Revoked: that invitation does not work any more.
invite-not-open = That invitation has been used or is gone. /teachers shows who teaches.

teachers-head =
    { $n ->
        [one] { $n } teacher
       *[other] { $n } teachers
    }, without the administrators. Press a name to end that person's right to teach.
teachers-none = Nobody teaches yet but the administrators. /invite makes a teacher.
teacher-gone = That person is no teacher.
unteach-ask = End { $name }'s right to teach? The classes and their records stay, and { $name } does not reach them until invited again.
unteach-yes = Yes, end it
unteach-done = { $name } is no teacher any more.
no-teacher-any-more = The administrator has ended your right to teach. Your classes and their records stay.

link = Join link: { $link }
link-until = It works until { $until }.
link-none = There is no join link at present: nobody can join.
link-renewed = { $title } has a new join link; the old one does not work any more.
link-ended = { $title }: the join link does not work any more.
button-new-link = New join link
button-end-link = End the join link
