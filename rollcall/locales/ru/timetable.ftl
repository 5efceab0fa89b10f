# Расписание класса на неделю.
open-several = Какие классы сразу? Отметьте их и откройте.
button-several = Сразу несколько
button-open-several = Открыть: { $number }
opened-several = Открыто: { $titles }
button-timetable = Расписание
plan-head = <b>{ $title }</b>: расписание
plan-none = В расписании пока пусто.
plan-how = В это время { word-lessons } открываются и закрываются сами. За десять минут я предупрежу.
plan-term = Действует: { $days }
plan-holidays = { word-lessons-gen-capital } нет: { $days }
plan-weekday-ask = В какой день недели?
plan-weekday = { $weekday ->
    [1] Понедельник
    [2] Вторник
    [3] Среда
    [4] Четверг
    [5] Пятница
    [6] Суббота
   *[other] Воскресенье
}
plan-weekday-short = { $weekday ->
    [1] Пн
    [2] Вт
    [3] Ср
    [4] Чт
    [5] Пт
    [6] Сб
   *[other] Вс
}
plan-slot-ask = { $day }: со скольки до скольки? Например: 8:30–9:15 или 8:30 45. Можно добавить тему.
plan-slot-again = Не разобрал. Напишите начало и конец, например 8:30–9:15.
plan-holiday-ask = Когда { word-lessons-gen } нет? Напишите день или первый и последний дни, например 23.02 или 30.10–08.11.
plan-holiday-again = Не разобрал. Напишите день, например 23.02, или первый и последний: 30.10–08.11
plan-term-ask = С какого и по какой день действует расписание? Например: 01.09–31.05
plan-term-again = Не разобрал. Напишите первый и последний дни, например 01.09–31.05
plan-weeks-odd = нечётные недели
plan-weeks-even = чётные недели
button-plan-add = Добавить { word-lesson-acc }
button-plan-holiday = Добавить каникулы
button-plan-term = Срок действия
button-plan-no-term = Без срока
button-plan-remove = Убрать
button-weeks-every = Каждую неделю
button-weeks-odd = Нечётные недели
button-weeks-even = Чётные недели
plan-soon = ⏰ <b>{ $title }</b>: { word-lesson } откроется в { $time }.
plan-soon-topic = ⏰ <b>{ $title }</b>: { word-lesson } откроется в { $time }. Тема: { $topic }
button-plan-skip = Пропустить этот
plan-skipped = Хорошо, { word-lesson-acc } <b>{ $title }</b> в { $time } я не открою.
plan-skip-late = Пропускать уже нечего.
