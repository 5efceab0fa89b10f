# Состояние одного ученика на одном уроке.
status-present = присутствует
status-late = с опозданием
status-excused = по уважительной причине
status-absent = отсутствует
status-flagged = под вопросом

# Сколько: учеников на уроке (counted), раз за период (total).
counted-present = { $number ->
    [one] присутствует
   *[other] присутствуют
}
counted-late = { $number ->
    [one] опоздал
   *[other] опоздали
}
counted-excused = уваж. причина
counted-absent = { $number ->
    [one] отсутствует
   *[other] отсутствуют
}
counted-flagged = под вопросом
total-present = вовремя
total-late = { $number ->
    [one] опоздание
    [few] опоздания
   *[many] опозданий
}
total-excused = уваж. причина
total-absent = { $number ->
    [one] пропуск
    [few] пропуска
   *[many] пропусков
}
total-flagged = под вопросом

# По одной букве для ячеек таблицы.
status-letter-present = П
status-letter-late = О
status-letter-excused = У
status-letter-absent = Н
status-letter-flagged = ?

# Почему сообщение не принято, как можно короче. Читает только преподаватель.
short-reason-match = голос совпал
short-reason-good_note = хорошая запись
short-reason-other_voice = голос другого { word-student-gen }
short-reason-unknown_voice = незнакомый голос
short-reason-unsure = голос распознан неуверенно
short-reason-voice_waits = голос ещё не подтверждён
short-reason-unreadable = не звуковой файл
short-reason-no_sound = файл без звука
short-reason-broken_file = файл испорчен
short-reason-damaged = часть записи потеряна
short-reason-too_long = слишком длинно
short-reason-too_big = слишком большой файл
short-reason-too_many = слишком много сообщений
short-reason-file_unavailable = Telegram не отдал запись
short-reason-silence = тишина
short-reason-no_speech = нет речи
short-reason-too_short = слишком коротко
short-reason-too_quiet = слишком тихо
short-reason-clipped = звук искажён
short-reason-noisy = слишком шумно
short-reason-narrow_band = звук приглушён
short-reason-several_speakers = несколько голосов
short-reason-forwarded = пересланное сообщение
short-reason-scheduled = отправлено по расписанию
short-reason-through_bot = отправлено через другого бота
short-reason-seen_before = уже присылали раньше
short-reason-same_recording = та же запись ещё раз
short-reason-before_lesson = записано до { word-lesson-gen }
short-reason-different_voice = не похоже на остальные записи
short-reason-not_enrolled = голос не записан
short-reason-not_expected = нет { word-lesson-running }
short-reason-processing_failed = не удалось обработать

# Why somebody was excused.
excuse-illness = болезнь
excuse-family = по семейным обстоятельствам
excuse-event = соревнования или мероприятие
excuse-other = другая уважительная причина

# Даты
report-weekday = { $weekday ->
    [1] понедельник
    [2] вторник
    [3] среда
    [4] четверг
    [5] пятница
    [6] суббота
   *[7] воскресенье
}
report-month = { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
}
report-month-short = { $month ->
    [1] янв
    [2] фев
    [3] мар
    [4] апр
    [5] май
    [6] июн
    [7] июл
    [8] авг
    [9] сен
    [10] окт
    [11] ноя
   *[12] дек
}
report-day = { $day } { report-month } { $year }
report-day-of-week = { report-weekday }, { report-day }
report-days = { $from } – { $to }
report-lesson-closed = { $day }, { $from }–{ $to }
report-lesson-open = { $day }, с { $from }, ещё идёт
report-period = { $period ->
    [lesson] { word-lesson-last }
    [today] Сегодня
    [week] Последние 7 дней
    [month] Последние 30 дней
   *[all] Все { word-lessons }
}
report-period-when = { report-period } · { $days }

# Числа
report-count = { $word }: { $number }
report-of = { $part } из { $whole }
report-lessons = { $number ->
    [one] { $number } { word-lesson }
    [few] { $number } { word-lesson-gen }
   *[many] { $number } { word-lessons-gen }
}
report-students = { $number ->
    [one] { $number } { word-student }
    [few] { $number } { word-student-gen }
   *[many] { $number } { word-students-gen }
}
report-times-late = { $number ->
    [one] { $number } опоздание
    [few] { $number } опоздания
   *[many] { $number } опозданий
}
report-times-excused = { $number } по уважительной причине
report-times-flagged = { $number } под вопросом
report-missed-in-a-row = { $number ->
    [one] { $number } пропуск подряд
    [few] { $number } пропуска подряд
   *[many] { $number } пропусков подряд
}

# Текст
report-here = { $here } из { $total } на месте
report-attendance-share = посещаемость { $percent } %
report-former = { $name } (больше не в классе)
report-not-yet = ещё не в классе
report-more = … и ещё { $number } — в таблице
report-worth-a-look = Стоит обратить внимание:
report-worth-a-look-more = … и ещё { $number }
report-flagged-explained = ⚠️ «Под вопросом»: отметки нет, но с аккаунта { word-student-gen } приходили записи, которые стоит проверить.
report-remark-enrolled = голос записан в { $time }, после начала { word-lesson-gen }
report-remark-voices = { $number ->
    [one] до этого { $number } запись другим голосом
    [few] до этого { $number } записи другим голосом
   *[many] до этого { $number } записей другим голосом
}
report-remark-file = отправлено файлом
report-remark-corrected = исправлено учителем
report-corrected-explained = { $sign } — отметку поставил учитель.
report-enrolled-together = 🎙 Записали голос уже во время { word-lesson-gen }: { $number }
report-remarks-explained = Пояснения рядом с отметкой ничего в ней не меняют, они только для вас.
report-no-students = В классе пока никого нет.
report-no-lessons = { $period ->
    [lesson] { word-lessons-gen-capital } ещё не было.
    [today] Сегодня { word-lessons-gen } не было.
    [week] За последние 7 дней { word-lessons-gen } не было.
    [month] За последние 30 дней { word-lessons-gen } не было.
   *[all] { word-lessons-gen-capital } ещё не было.
}

# График
report-chart-here = из { $total } на месте
report-chart-attendance = посещаемость
report-chart-arrivals = Кто когда отметился
report-chart-minutes = +{ $number } мин
report-chart-late-from = опоздание с { $time }
report-chart-more = … и ещё { $number }
report-chart-nobody = Никто не отметился.
report-chart-lowest = Показаны { word-students } с самой низкой посещаемостью: { $shown } из { $total }.
report-chart-last-lessons = Последние { word-lessons }: { $shown } из { $total }; проценты — по всем.

# Таблица и CSV
report-sheet-lesson = { word-lesson-capital }
report-sheet-period = Посещаемость
report-sheet-summary = Итоги
report-column-name = Имя
report-column-number = Личный номер
report-column-group = Группа
report-column-email = Эл. почта
report-column-former = Выбыл(а)
report-column-status = Статус
report-column-time = Время
report-column-confidence = Уверенность
report-column-refused = Не принято
report-column-reasons = Причины
report-column-remarks = Пояснения
report-column-attended = Посещено
report-column-lessons = { word-lessons-gen-capital }
report-column-share = Посещаемость
report-column-lesson = { word-lesson-capital }
report-row-class = Класс
report-row-lesson = { word-lesson-capital }
report-row-period = Период
report-row-zone = Часовой пояс
report-row-made = Отчёт составлен
report-row-students = { word-students-gen-capital }
report-row-lessons = { word-lessons-gen-capital }
report-row-share = Посещаемость
report-sheet-page = Страница { $page } из { $pages }
report-sheet-correct = Отметки можно исправить прямо здесь, и итоги пересчитаются. В боте от этого ничего не изменится.
report-excel-moment = dd.mm.yyyy hh:mm

short-reason-teacher_decides = ждёт учителя
short-reason-teacher_confirmed = подтверждено учителем
short-reason-teacher_rejected = отклонено учителем
report-confirmed = подтверждено учителем
report-confirmed-short = подтверждено
report-waiting = ждёт подтверждения
report-waiting-count = { $number ->
    [one] ждёт
   *[other] ждут
} подтверждения: { $number }
report-row-waiting = Ждут подтверждения
report-no-chart = График прислать не удалось: Telegram его не принял. Все данные — в тексте выше.
report-no-spreadsheet = Таблицу прислать не удалось: Telegram её не принял. Её содержание — в тексте выше; те же данные в другом виде — по кнопке «Выгрузить».
report-file-refused = Telegram не принял этот файл. Данные есть в тексте отчёта: /report.

# Страница журнала
register-sheet = Журнал
register-file = журнал
register-name = Фамилия, имя
register-month = { $month ->
    [1] январь
    [2] февраль
    [3] март
    [4] апрель
    [5] май
    [6] июнь
    [7] июль
    [8] август
    [9] сентябрь
    [10] октябрь
    [11] ноябрь
   *[12] декабрь
}
register-letter-absent = н
register-letter-excused = у
register-letter-ill = б
register-letter-late = о
register-means-absent = отсутствует
register-means-excused = по уважительной причине
register-means-ill = болезнь
register-means-late = опоздание
register-empty = пустая клетка — на { word-lesson-prep }
register-missed = Пропущено
register-excused = из них по уважительной причине
register-ill = из них по болезни
register-late = Опозданий
register-lesson-away = Отсутствуют
register-lesson-late = Опоздали
