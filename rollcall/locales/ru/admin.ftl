button-all-classes = Все классы
button-appoint = Назначить учителя
button-appoint-me = Назначить себя
button-in-charge = Сделать ответственным

all-classes-none = Классов пока нет.
all-classes-head = Все классы. Нажмите на класс, чтобы увидеть или изменить, кто его ведёт.
all-classes-line = • { $title } — { $teachers }
all-classes-line-archived = • { $title } — { $teachers }, в архиве
all-classes-nobody = учителя нет
all-classes-search = Найти класс: /classes и часть его названия или имени учителя.
all-classes-found = Вот что нашлось:
all-classes-not-found = Ни класса, ни учителя с таким названием или именем нет.
all-classes-more =
    Нашлось ещё { $number ->
        [one] { $number } класс
        [few] { $number } класса
       *[many] { $number } классов
    }. Напишите название или имя подробнее.
class-not-there = Этого класса больше нет.
any-class =
    <b>{ $title }</b> · { $students ->
        [one] { $students } { word-student }
        [few] { $students } { word-student-gen }
       *[many] { $students } { word-students-gen }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
        [few] { $lessons } { word-lesson-gen }
       *[many] { $lessons } { word-lessons-gen }
    }
any-class-archived = В архиве с { $since }.
any-class-nobody = Этот класс никто не ведёт.
appoint-whom = Кто будет вести класс <b>{ $title }</b>? Тому, кого нет в списке, сначала нужно приглашение: /invite
appointed = Теперь этот класс ведёт и <b>{ $name }</b>. Учителям класса я об этом сообщу.
now-in-charge = Теперь за этот класс отвечает <b>{ $name }</b>.
staff-told-appointed = Администратор назначил вас учителем класса <b>{ $title }</b>.
