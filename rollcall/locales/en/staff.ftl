button-staff = Teachers
button-the-class = The class
button-invite-colleague = Invite a colleague
button-leave-class = Leave the class
button-leave-yes = Yes, leave
button-give = Hand the class over
button-give-stay = Hand over and stay a teacher
button-give-go = Hand over and leave the class
button-take-out = Remove from the class
button-for-good = For good
button-for-today = For today
button-for-a-week = For a week
button-until-day = Until a certain day

staff-day = { $day } { report-month }
staff-head = Teachers of <b>{ $title }</b>:
staff-line = • { $name }
staff-line-owner = • { $name } — in charge
staff-line-substitute = • { $name } — substitute until the end of { $last }
staff-you = { $name } (you)
staff-one =
    <b>{ $title }</b>
    { $line }
staff-taken-out = <b>{ $name }</b> no longer teaches this class.
staff-give-ask =
    Hand <b>{ $title }</b> over to <b>{ $name }</b>?

    From then on { $name } decides who teaches it.
staff-given-stay = <b>{ $name }</b> is in charge of the class now. You go on teaching it.
staff-given-go = <b>{ $name }</b> is in charge of <b>{ $title }</b> now, and you no longer teach it.
staff-leave-can = Leave <b>{ $title }</b>? You will not see it again until a colleague invites you.
staff-leave-owner = You are in charge of <b>{ $title }</b>. Who takes it over?
staff-leave-last = Nobody else teaches <b>{ $title }</b> for good. Invite a colleague first, or archive the class.
staff-left = You no longer teach <b>{ $title }</b>.

staff-invite-ask = For how long is the colleague to teach <b>{ $title }</b>? A substitute’s right ends by itself.
staff-until-ask = Until the end of which day is the substitute to teach <b>{ $title }</b>?
staff-link =
    Pass this link on to your colleague. It works once; whoever opens it teaches <b>{ $title }</b>:
    { $link }
staff-link-until =
    Pass this link on to your substitute. It works once; whoever opens it teaches <b>{ $title }</b> until the end of { $last }:
    { $link }
staff-link-teachers-only = It works only for those whom the administrator has made teachers.

colleague-welcome = You teach <b>{ $title }</b> now.
colleague-welcome-until = You teach <b>{ $title }</b> as a substitute until the end of { $last }. After that your access ends by itself.
colleague-already = You teach <b>{ $title }</b> already.
colleague-already-until = You teach <b>{ $title }</b> already, as a substitute until the end of { $last }.
colleague-unusable = This invitation has been used or has expired. Ask your colleague for a new one.
colleague-student = You are on this class’s list as a { word-student }, so you cannot teach it from this account.
colleague-not-yet = Here the administrator decides who teaches. Ask for an invitation, and then open this link again.

standing-lasting = A substitute cannot do that. Ask one of the class’s own teachers.
standing-owner = Only the teacher in charge of the class can do that.

staff-told-joined = <b>{ $title }</b>: <b>{ $name }</b> now teaches this class too.
staff-told-substitute = <b>{ $title }</b>: <b>{ $name }</b> teaches this class as a substitute until the end of { $last }.
staff-told-left = <b>{ $title }</b>: <b>{ $name }</b> no longer teaches this class.
staff-told-you-left = You no longer teach <b>{ $title }</b>. If that is a mistake, talk to <b>{ $by }</b>.
staff-told-over = Your time as a substitute in <b>{ $title }</b> is over. Thank you!
staff-told-owner = <b>{ $title }</b>: <b>{ $name }</b> is in charge of this class now.
staff-told-you-own = You are in charge of <b>{ $title }</b> now: you decide who teaches it.
staff-told-no-teacher = The administrator has removed you as a teacher. Your classes and their records stay.
staff-told-moved = <b>{ $by }</b>, your teacher, has moved you from class <b>{ $name }</b> to class <b>{ $title }</b>. From now on you check in there; your earlier marks are kept. If this is a mistake, tell your teacher.
staff-told-freed = <b>{ $by }</b>, your teacher, has freed the line <b>{ $name }</b> in class <b>{ $title }</b>: it looks as if you claimed it by mistake. If you are in this class, write me your first and last name and I will ask the teacher.
staff-told-freed-out = <b>{ $by }</b> has freed the line <b>{ $name }</b> in class <b>{ $title }</b>: it was claimed by mistake. You are no longer in this class. If that is wrong, tell the teacher.
staff-told-out = Your teacher has removed you from <b>{ $title }</b>. If that is a mistake, write to your teacher: one button puts you back.
staff-told-back = Your teacher has put you back into <b>{ $title }</b>. Your earlier marks are still there.
staff-told-unlisted = The teacher removed you from class <b>{ $title }</b>: you are not on its list. If that is a mistake, write to them.
