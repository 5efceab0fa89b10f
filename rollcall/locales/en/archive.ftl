button-archive = Archive
button-archive-yes = Yes, archive it
button-archived = Archived classes
button-restore = Restore the class

class-archive-ask =
    Archive <b>{ $title }</b>?

    Nobody can join it or check in any more, and your { word-students } no longer see their marks in it. You can go on reading them, and restore the class. After { $days ->
        [one] { $days } day
       *[other] { $days } days
    } it is erased with all its marks.
class-archived = <b>{ $title }</b> is in the archive. It will be erased after { $last }.
class-restored = <b>{ $title }</b> is back, with its { word-students } and marks.
class-in-archive = <b>{ $title }</b> is in the archive. To change anything in it, restore it first.

archived-head = Your archived classes. Press one to read it.
archived-line = • { $title } — will be erased after { $last }
archive-empty = Your archive is empty.
archived-card =
    <b>{ $title }</b> · in the archive since { $since }
    { $students ->
        [one] { $students } { word-student }
       *[other] { $students } { word-students }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
       *[other] { $lessons } { word-lessons }
    }. Everything will be erased after { $last }.

staff-told-archived = <b>{ $name }</b> has archived <b>{ $title }</b>. You can still read it there.
staff-told-restored = <b>{ $name }</b> has restored <b>{ $title }</b> from the archive.
staff-told-erased-soon = The archived class <b>{ $title }</b> will be erased after { $last }, with all its marks. If you still need it, get the report or restore the class.
