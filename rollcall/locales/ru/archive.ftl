button-archive = В архив
button-archive-yes = Да, в архив
button-archived = Архив
button-restore = Вернуть из архива

class-archive-ask =
    Отправить класс <b>{ $title }</b> в архив?

    Войти в этот класс и отмечаться в нём будет нельзя, { word-students } перестанут видеть в нём свои отметки. Вы сможете их смотреть и в любой момент вернуть класс. Через { $days ->
        [one] { $days } день
        [few] { $days } дня
       *[many] { $days } дней
    } он удалится вместе со всеми отметками.
class-archived = Класс <b>{ $title }</b> в архиве. После { $last } он удалится.
class-restored = Класс <b>{ $title }</b> снова с вами: и { word-students }, и отметки на месте.
class-in-archive = Класс <b>{ $title }</b> в архиве. Чтобы что-то в нём изменить, сначала верните его.

archived-head = Ваши классы в архиве. Нажмите на класс, чтобы открыть его.
archived-line = • { $title } — удалится после { $last }
archive-empty = В архиве пусто.
archived-card =
    <b>{ $title }</b> · в архиве с { $since }
    { $students ->
        [one] { $students } { word-student }
        [few] { $students } { word-student-gen }
       *[many] { $students } { word-students-gen }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
        [few] { $lessons } { word-lesson-gen }
       *[many] { $lessons } { word-lessons-gen }
    }. После { $last } всё удалится.

staff-told-archived = Класс <b>{ $title }</b> отправлен в архив (<b>{ $name }</b>). Смотреть его по-прежнему можно.
staff-told-restored = Класс <b>{ $title }</b> возвращён из архива (<b>{ $name }</b>).
staff-told-erased-soon = Класс <b>{ $title }</b> лежит в архиве и после { $last } удалится вместе со всеми отметками. Если он ещё нужен, сохраните отчёт или верните класс.
