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

    Until they join the class, students count as absent unless you mark them yourself.
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
roster-removed-told = The teacher removed you from class <b>{ $title }</b>: you are not on its list. If that is a mistake, write to them.
roster-kept = All right, everyone stays in the class.
roster-not-taken = All right, the list was not taken and is deleted.
roster-trouble-too_big = This file is too big for a list. Send a table without pictures or spare sheets, up to 2 megabytes.
roster-trouble-too_many = The list has more than 1000 rows. Send it in parts.
roster-trouble-old_workbook = This is an old kind of spreadsheet, or one with a password, and I cannot open it. Save it as .xlsx without a password and send it again.
roster-trouble-unreadable = I could not read this file. Send the list as .xlsx, .csv or plain text, one name a line.
roster-trouble-no_names = I found no names here. There has to be a column called “Name”, or “First name” and “Last name”; one name a line is fine, too.
roster-trouble-unavailable = Telegram is not handing over this file right now. Please send it again.
