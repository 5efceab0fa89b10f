button-all-classes = All classes
button-appoint = Appoint a teacher
button-appoint-me = Appoint yourself
button-in-charge = Put in charge

all-classes-none = There are no classes yet.
all-classes-head = All classes. Press one to see or change who teaches it.
all-classes-line = • { $title } — { $teachers }
all-classes-line-archived = • { $title } — { $teachers }, in the archive
all-classes-nobody = nobody
all-classes-search = To search: /classes and a part of the class’s name or of a teacher’s.
all-classes-found = Found:
all-classes-not-found = No class and no teacher of one is called that.
all-classes-more =
    { $number ->
        [one] { $number } class more was found.
       *[other] { $number } classes more were found.
    } Write a longer part of the name.
class-not-there = This class is not there any more.
any-class =
    <b>{ $title }</b> · { $students ->
        [one] { $students } { word-student }
       *[other] { $students } { word-students }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
       *[other] { $lessons } { word-lessons }
    }
any-class-archived = In the archive since { $since }.
any-class-nobody = Nobody teaches this class.
appoint-whom = Who is to teach <b>{ $title }</b>? Whoever is not on this list needs an invitation first: /invite
appointed = <b>{ $name }</b> teaches this class now. Its teachers will hear of it.
now-in-charge = <b>{ $name }</b> is in charge of this class now.
staff-told-appointed = The administrator has made you a teacher of <b>{ $title }</b>.
