button-staff = Учителя
button-the-class = Открыть класс
button-invite-colleague = Пригласить коллегу
button-leave-class = Уйти из класса
button-leave-yes = Да, уйти
button-give = Передать класс
button-give-stay = Передать и остаться учителем
button-give-go = Передать и уйти из класса
button-take-out = Убрать из класса
button-for-good = Постоянно
button-for-today = На сегодня
button-for-a-week = На неделю
button-until-day = До определённого дня

staff-day = { $day } { report-month }
staff-head = Учителя класса <b>{ $title }</b>:
staff-line = • { $name }
staff-line-owner = • { $name } — отвечает за класс
staff-line-substitute = • { $name } — на замене по { $last } включительно
staff-you = { $name } (вы)
staff-one =
    <b>{ $title }</b>
    { $line }
staff-taken-out = <b>{ $name }</b> больше не ведёт этот класс.
staff-give-ask =
    Передать класс <b>{ $title }</b>? Новый ответственный: <b>{ $name }</b>.

    Кто ведёт этот класс, дальше решаете уже не вы.
staff-given-stay = Теперь за класс отвечает <b>{ $name }</b>. Вы по-прежнему его ведёте.
staff-given-go = Теперь за класс <b>{ $title }</b> отвечает <b>{ $name }</b>, а вы его больше не ведёте.
staff-leave-can = Уйти из класса <b>{ $title }</b>? Вы увидите его снова, только если вас пригласит коллега.
staff-leave-owner = За класс <b>{ $title }</b> отвечаете вы. Кому его передать?
staff-leave-last = Кроме вас, никто не ведёт класс <b>{ $title }</b> постоянно. Сначала пригласите коллегу или отправьте класс в архив.
staff-left = Вы больше не ведёте класс <b>{ $title }</b>.

staff-invite-ask = На какое время пригласить коллегу в класс <b>{ $title }</b>? Замена закончится сама.
staff-until-ask = По какой день включительно нужна замена в классе <b>{ $title }</b>?
staff-link =
    Отправьте эту ссылку коллеге. Она сработает один раз; кто её откроет, будет вести класс <b>{ $title }</b>:
    { $link }
staff-link-until =
    Отправьте эту ссылку тому, кто вас заменит. Она сработает один раз; кто её откроет, будет вести класс <b>{ $title }</b> по { $last } включительно:
    { $link }
staff-link-teachers-only = Сработает она только у тех, кому администратор дал права учителя.

colleague-welcome = Теперь вы ведёте класс <b>{ $title }</b>.
colleague-welcome-until = Вы ведёте класс <b>{ $title }</b> на замене по { $last } включительно. Потом доступ закроется сам.
colleague-already = Вы уже ведёте класс <b>{ $title }</b>.
colleague-already-until = Вы уже ведёте класс <b>{ $title }</b> на замене по { $last } включительно.
colleague-unusable = Это приглашение уже использовано или истекло. Попросите у коллеги новое.
colleague-student = Вы есть в списке { word-students-gen } этого класса, поэтому вести его с этого аккаунта нельзя.
colleague-not-yet = Кто здесь учитель, решает администратор. Попросите у него приглашение, а потом откройте эту ссылку ещё раз.

standing-lasting = На замене это недоступно. Попросите постоянного учителя класса.
standing-owner = Это может только учитель, который отвечает за класс.

staff-told-joined = <b>{ $title }</b>: <b>{ $name }</b> теперь тоже ведёт этот класс.
staff-told-substitute = <b>{ $title }</b>: <b>{ $name }</b> ведёт этот класс на замене по { $last } включительно.
staff-told-left = <b>{ $title }</b>: <b>{ $name }</b> больше не ведёт этот класс.
staff-told-you-left = Вы больше не ведёте класс <b>{ $title }</b>. Если это ошибка, скажите об этом: <b>{ $by }</b>.
staff-told-over = Замена в классе <b>{ $title }</b> закончилась. Спасибо!
staff-told-owner = <b>{ $title }</b>: за этот класс теперь отвечает <b>{ $name }</b>.
staff-told-you-own = За класс <b>{ $title }</b> теперь отвечаете вы: вы решаете, кто его ведёт.
staff-told-moved = Учитель (<b>{ $by }</b>) перевёл вас из класса <b>{ $name }</b> в класс <b>{ $title }</b>. Теперь отмечайтесь там, прежние отметки сохранены. Если это ошибка, скажите учителю.
