roster-count = 📋 { $number ->
    [one] { $number } { word-student }
   *[other] { $number } { word-students }
} on the list
roster-sheet = Sheet: <b>{ $title }</b>. I have not read the other sheets.
roster-compared =
    Class <b>{ $title }</b>:
    new: { $new }, in the class already: { $known }, in the class but not on the list: { $gone }
roster-which = Which class is this list for?
roster-no-class = Make a class first, then send the list again.
roster-look = Please check:
roster-odd-one_word = • <b>{ $name }</b>: a single word
roster-odd-same_name = • <b>{ $name }</b>: another line has the same name; I will take both
roster-odd-same_number = • <b>{ $name }</b>: somebody else has that number; I will take this line without it
roster-left-out = I will leave out:
roster-why-double = • row { $row }: <b>{ $name }</b>, listed twice
roster-why-no_name = • row { $row }: <b>{ $name }</b>, not a full name
roster-more = …and { $number } more
roster-names = <fold>{ $names }</fold>
roster-button-take = Take it into this class
roster-button-leave = Leave it
roster-taken =
    Done: the list is now in class <b>{ $title }</b>.
    On the list: { $number }. Added: { $added }, updated: { $updated }.

    Until they join the class, { word-students } count as absent unless you mark them yourself.
roster-gone =
    In the class but not on the list: { $number }
    { $names }

    Remove them from the class? Their marks stay in the reports.
roster-button-remove = Remove from the class: { $number }
roster-button-keep = Keep everyone
roster-removed =
    Removed from class <b>{ $title }</b>:
    { $names }

    Their marks stay in the reports.
roster-kept = All right, everyone stays in the class.
roster-not-taken = All right, the list was not taken and is deleted.
roster-trouble-too_big = This file is too big for a list. Send a table without pictures or spare sheets, up to 2 megabytes.
roster-trouble-too_many = The list has more than 1000 rows. Send it in parts.
roster-trouble-old_workbook = This is an old kind of spreadsheet, or one with a password, and I cannot open it. Save it as .xlsx without a password and send it again.
roster-trouble-unreadable = I could not read this file. Send the list as .xlsx, .csv or plain text, one name a line.
roster-trouble-no_names = I found no names here. There has to be a column called “Name”, or “First name” and “Last name”; one name a line is fine, too.
roster-trouble-unavailable = Telegram is not handing over this file right now. Please send it again.

line-ask = Class <b>{ $title }</b> has a list. Type your number on it or your full name, or find yourself below.
line-ask-name = Class <b>{ $title }</b> has a list, and nobody is missing from it. Type your full name and I will ask the teacher.
line-which = Which of them are you?
line-unknown = No one on the list of class <b>{ $title }</b> has that number. Check it, or type your full name.
join-waits = Thank you. <b>{ $name }</b>: that name is not on the list of class <b>{ $title }</b>, so I asked the teacher. I will write when they answer.
joiner-card = <b>{ $title }</b>: <b>{ $name }</b> followed the link, and is not on the class’s list. Who is it?
joiner-line = On the list: choose
joiner-new = A new { word-student }
joiner-no = Not of this class
joiner-which = Who on the list is <b>{ $name }</b>?
joiner-in = <b>{ $name }</b> is in class <b>{ $title }</b> now ({ $teacher } decided).
joiner-out = <b>{ $name }</b> was not let into class <b>{ $title }</b> ({ $teacher } decided).
joiner-accepted = <b>{ $name }</b>, the teacher let you into class <b>{ $title }</b>.
joiner-refused = The teacher did not find you in class <b>{ $title }</b>. If that is a mistake, write to them and open the link again.

students-button = { word-students-capital }
students-head = <b>{ $title }</b> · { $number ->
    [one] { $number } { word-student }
   *[other] { $number } { word-students }
}
students-without = Without a phone, or not joined yet: { $number }. You mark them.
students-list-hint = Press a name to correct it, to remove the { word-student } or to move their marks. ✖️ marks former { word-students }.
student-card = <b>{ $name }</b> · { $title }
student-number = Number: { $word }
student-group = Group: { $word }
student-email = E-mail: { $word }
student-former = No longer in the class. The marks stay in the reports.
student-without = No account: not joined yet, or without a phone. You mark this { word-student }.
student-add = Add a { word-student } without a phone
student-rename = Correct the name
student-out = Remove
student-merge = New account, same { word-student }
student-name-ask = What is the right name for <b>{ $name }</b>? Type the full name.
student-add-ask = Who is to be added to class <b>{ $title }</b>? Type the full name: the { word-student } will be on the list, and you mark them.
student-name-first = First type the { word-student }’s full name.
student-added = <b>{ $name }</b> is in class <b>{ $title }</b> now.
student-named = Corrected: <b>{ $name }</b>.
student-out-ask = Remove <b>{ $name }</b> from class <b>{ $title }</b>? The marks stay in the reports, and one press brings them back.
student-out-yes = Yes, remove
student-merge-which = <b>{ $name }</b> is the old account. Which one is new?
student-merge-ask = Move everything from the old account, <b>{ $name }</b>, to the new one, <b>{ $other }</b>? The marks stay, the old account’s voice is deleted. This cannot be undone.
student-merge-yes = Yes, move
student-merge-not = These two cannot become one: choose two different { word-students } of this class.
student-merged = Done: the marks are one { word-student }’s now, <b>{ $name }</b>.
student-move = Move to another class
student-move-which = Which class should <b>{ $name }</b> move to? It is class <b>{ $title }</b> now.
student-move-nowhere = There is nowhere to move <b>{ $name }</b> yet: you need another class of your own that this { word-student } is not in.
student-move-ask =
    Move <b>{ $name }</b> from class <b>{ $title }</b> to class <b>{ $other }</b>?

    The marks so far stay in the reports of <b>{ $title }</b>, and can be seen from the new class too. There, { word-lessons } count from today. I will tell the { word-student }. If you change your mind, move them back.
student-move-yes = Yes, move
student-moved =
    <b>{ $name }</b> is in class <b>{ $other }</b> now. { word-lessons-capital } count from today.

    The marks from class <b>{ $title }</b> are kept: in its reports, and on the { word-student }’s card under “{ button-sheet }”.
student-move-back = Move back
student-move-card = The { word-student }’s card
student-free = Claimed by the wrong person
student-free-ask = Did somebody else claim the line <b>{ $name }</b> in class <b>{ $title }</b>? It becomes free again, and the marks stay with it. I can ask whoever claimed it for their name, and you decide.
student-free-who = Free it and ask
student-free-out = Free it and remove
student-freed = The line <b>{ $name }</b> is free again, and the marks have stayed with it. I will ask whoever had it for their name and show you the answer.
student-freed-out = The line <b>{ $name }</b> is free again, and the marks have stayed with it. Whoever had it is no longer in class <b>{ $title }</b>. They still have the link: replace it if you need to.
join-waits-freed = Thank you, <b>{ $name }</b>. I have asked the teacher whether you are in class <b>{ $title }</b>. I will write once there is an answer.
joiner-card-freed = <b>{ $title }</b>: whoever had claimed somebody else’s line says that their name is <b>{ $name }</b>. Who is it?
line-ask-freed = Your teacher now decides who you are in class <b>{ $title }</b>. Write your first and last name, and I will ask.
