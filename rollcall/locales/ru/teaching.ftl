invite =
    Отправьте эту ссылку одному учителю. Она сработает один раз и действует { $days ->
        [one] { $days } день
        [few] { $days } дня
       *[many] { $days } дней
    }:
    { $link }

newclass-ask = Как назвать класс? Например: Физика 9Б
newclass-too-long =
    Название слишком длинное, поместится не больше { $most ->
        [one] { $most } знака
       *[other] { $most } знаков
    }. Напишите короче.
title-first = Сначала напишите, как назвать класс, например: Физика 9Б
newclass-title = Теперь класс называется <b>{ $title }</b>.
newclass-title-not = Название осталось прежним: новое не подходит или такого класса уже нет.
newclass-forward = Ниже — сообщение, которое можно переслать классу.
invitation =
    Класс <b>{ $title }</b>: здесь мы отмечаемся голосом.

    Откройте ссылку или наведите камеру на код: { $link }

    Бот спросит имя и попросит прочитать вслух три предложения. Это нужно один раз.
button-join = Войти в класс
button-invite-class = Пригласить учеников
newclass-made =
    Класс <b>{ $title }</b> готов. Отправьте ученикам ссылку для входа:
    { $link }

    Когда начнётся урок, нажмите «Открыть урок».
button-practice = Попробовать самому
button-practice-end = Закончить и удалить
practice-title = Проба
practice-begin = Сейчас вы увидите всё глазами ученика: вы единственный ученик пробного класса. Его нет ни в одном списке, через день он удалится, а с ним и ваш голос, если вы больше нигде не учитесь.
practice-again = Вы в пробном классе. Откройте урок и пришлите мне голосовое сообщение.
practice-ended = Пробный класс удалён.
practice-none = Пробного класса больше нет.
classes-none = У вас ещё нет класса.
classes-head = Ваши классы. Нажмите на класс, чтобы открыть его.
classes-line =
    • <b>{ $title }</b> — { $students ->
        [one] { $students } ученик
        [few] { $students } ученика
       *[other] { $students } учеников
    }, { $lessons ->
        [one] { $lessons } урок
        [few] { $lessons } урока
       *[other] { $lessons } уроков
    }
class-not-yours = Этого класса нет среди ваших.
class-card =
    <b>{ $title }</b> · { $students ->
        [one] { $students } ученик
        [few] { $students } ученика
       *[other] { $students } учеников
    }
button-open = Открыть урок
button-close = Закрыть урок
button-report = Отчёт
button-back = Назад

open-usage = После /open можно указать, на сколько минут открыть урок, от 1 до { $most }: /open 20
open-which = Какой класс?
button-longer = +{ $minutes ->
    [one] { $minutes } минута
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
longer = ⏱ <b>{ $title }</b>: теперь урок открыт до { $closes }.
open-already = Этот урок уже открыт.
board-open = 🟢 <b>{ $title }</b> — урок открыт для отметки до { $closes }.
board-closed = ⚪ <b>{ $title }</b> — урок закрыт в { $time }.
board-count =
    { $present ->
        [one] Присутствует
       *[other] Присутствуют
    } { $present } из { $students }
board-count-closed =
    Всего { $present ->
        [one] присутствовал
       *[other] присутствовали
    } { $present } из { $students }
board-late = из них с опозданием: { $late }
board-late-from = После { $late } отметка считается опозданием.
board-hint = Отметиться: голосовое сообщение в личный чат @{ $bot }
board-waiting =
    <b>{ $number ->
        [one] Ждёт
       *[other] Ждут
    } вашего подтверждения ({ $number }):</b>
board-missing = <b>Ещё не отметились ({ $number }):</b>
board-missing-closed = <b>Не отметились ({ $number }):</b>
board-excused =
    <b>{ $number ->
        [one] Отсутствует
       *[other] Отсутствуют
    } по уважительной причине ({ $number }):</b>
board-all-here = Отметились все.
board-names-more = … и ещё { $number }
button-check-in = Отметиться
call-open = 🟢 <b>{ $title }</b>: урок открыт, отметиться можно до { $closes }.
call-last = ⏰ <b>{ $title }</b>: вы ещё не отметились, а урок закроется в { $closes }.
call-by-voice = Отправьте сюда голосовое сообщение.
call-by-tap = Нажмите «Я здесь», и учитель подтвердит.
call-by-enrol = Ваш голос ещё не записан, поэтому нажмите «Я здесь», и учитель подтвердит. Запишите голос, и дальше хватит голосового сообщения.
button-uncall = 🔕 Не сообщать об уроках
button-call = 🔔 Сообщать об уроках
call-muted = 🔕 Больше не сообщаю об уроках этого класса. Отмечаться можно как прежде.
call-wanted = 🔔 Сообщу, когда урок этого класса откроется.
button-calls-off = 🔕 Не сообщать ученикам об уроках
button-calls-on = 🔔 Сообщать ученикам об уроках
close-none = Открытых уроков нет.
close-which = Какой урок?
closed =
    <b>{ $title }</b>: урок закрыт, на месте { $attended } из { $students }.
close-ask =
    Уже закрыть урок <b>{ $title }</b>? До конца ещё { $minutes ->
        [one] { $minutes } минута
        [few] { $minutes } минуты
       *[other] { $minutes } минут
    }.
close-ask-missing = Ещё не отметились: { $number }
close-ask-waiting = Ждут вашего подтверждения: { $number }
button-close-now = Закрыть сейчас
button-close-not = Пока нет
close-not = Хорошо, урок <b>{ $title }</b> открыт до { $closes }.
button-reopen = Открыть снова
reopened = 🟢 <b>{ $title }</b>: урок снова открыт до { $closes }. Те, кого при закрытии записали в отсутствующие, могут отметиться.
reopen-too-late = Снова открыть урок можно только в день, когда он закрыт.
reopen-another = У этого класса сейчас открыт другой урок. Сначала закройте его.
and-more = и ещё { $number }
closed-waiting = ⏳ { $number ->
    [one] ждёт
   *[other] ждут
} подтверждения: { $number }
closed-remarks = 👀 { $number ->
    [one] { $number } отметка с пояснением
    [few] { $number } отметки с пояснениями
   *[many] { $number } отметок с пояснениями
}, подробности в отчёте

lessons-head = <b>{ $title }</b>: прошедшие уроки. Нажмите на урок, чтобы открыть его.
lessons-none = В классе <b>{ $title }</b> ещё не было уроков.
lessons-which = Уроки какого класса?
lesson-of = <b>{ $title }</b>
lesson-named = { $when } · <b>{ $topic }</b>
lesson-unnamed = { $when }
button-lessons = Прошедшие уроки

button-topic = Тема
topic-ask = О чём урок? Напишите тему в нескольких словах.
topic-ask-again =
    Тема урока: <b>{ $topic }</b>. Напишите новую.

    Чтобы убрать тему, отправьте дефис: -
topic-too-long = Не помещается: можно до { $most ->
    [one] { $most } знака
   *[other] { $most } знаков
}. Напишите короче.
topic-set = Тема урока: <b>{ $topic }</b>.
topic-removed = Темы у урока больше нет.
lesson-gone = Этого урока больше нет.
button-lesson-delete = Удалить урок
button-lesson-delete-yes = Да, удалить
lesson-delete-ask =
    Удалить этот урок?
    { $when }

    Вместе с ним { $number ->
        [one] пропадёт { $number } отметка
        [few] пропадут { $number } отметки
       *[other] пропадут { $number } отметок
    }. Вернуть урок нельзя.
lesson-deleted = Удалён: { $when }
button-merge = Объединить
button-merge-with = С уроком { $times }
merge-ask =
    Сделать из двух уроков один?
    { $when }

    Он сольётся с соседним уроком того же дня. Из двух отметок ученика останется лучшая.
merge-none = Рядом с ним в этот день нет другого закрытого урока.
merged = Теперь это один урок: { $when }

report-which = Какой класс?
report-usage = После /report можно указать период: сегодня, неделя, месяц или всё.
report-other-class = Другой класс
report-period-button-lesson = Последний урок
report-period-button-today = Сегодня
report-period-button-week = Неделя
report-period-button-month = Месяц
report-period-button-all = Всё время

me-enrolled = Ваш голос записан.
me-not-enrolled = Ваш голос ещё не записан.
me-voice-waits = Ваш записанный голос ждёт решения учителя.
me-name = <b>{ $name }</b>
me-class = <b>{ $title }</b> — { $counts }

button-voices = Голоса
voices-too-few = <b>{ $title }</b>: голоса записали меньше двух учеников, сравнивать пока нечего.
voices-head =
    <b>{ $title }</b>: насколько хорошо я различаю голоса
    Записано голосов: { $students }
voices-second-tries =
    { $n ->
        [0] Своего ученика я почти всегда узнаю с первого раза.
       *[other] Из 100 сообщений самого ученика переспрошу примерно после { $n }.
    }
voices-false-accepts =
    { $n ->
        [0] Чужой голос из класса сойдёт за голос ученика реже, чем один раз из 1000.
       *[other] Из 1000 чужих сообщений примерно { $n } похожи на голос ученика. Почти все они не пройдут: на настоящего автора они похожи больше.
    }
voices-raised = Голоса здесь похожи сильнее обычного, поэтому я требую более точного совпадения, чем в других классах.
voices-closest = Больше всего похожи <b>{ $one }</b> и <b>{ $other }</b>; я их различаю.
voices-mixed-up = <b>{ $one }</b> и <b>{ $other }</b> для меня звучат как один человек. Сообщение, похожее на обоих, не принимается.

review-card =
    <b>{ $name }</b> · { $title } · { $time }
    Голос похож на голос этого ученика, но уверенности нет. Попыток: { $tries }.
review-other-voices = { $number ->
    [one] До этого с аккаунта пришла { $number } запись другим голосом.
    [few] До этого с аккаунта пришли { $number } записи другим голосом.
   *[many] До этого с аккаунта пришло { $number } записей другим голосом.
}
review-card-voice-waits =
    <b>{ $name }</b> · { $title } · { $time }
    Записанный голос этого ученика ждёт вашего решения, поэтому сравнивать это сообщение мне не с чем.
review-ask = Это <b>{ $name }</b>?
review-confirm = ✅ Подтвердить
review-reject = ❌ Отклонить
review-confirm-after-all = ✅ Изменить: всё же подтвердить
review-reject-after-all = ❌ Изменить: всё же отклонить
review-too-late = Это решение уже не изменить: с него прошло больше суток.
review-voice-refused = Послушать нечего: ваши настройки приватности не принимают от меня голосовые сообщения. Разрешите их в Telegram (Настройки → Конфиденциальность → Голосовые сообщения), а пока спросите ученика лично.
review-voice-gone = Послушать нечего: записи в Telegram больше нет. Спросите ученика лично.
review-confirmed = ✅ Подтверждено ({ $teacher }): отметка поставлена.
review-rejected = ❌ Отклонено ({ $teacher }): отметки нет, в отчёте стоит предупреждение.
review-settled = Решать больше нечего: отметка уже стоит или голос удалён.
review-told-confirmed = <b>{ $title }</b>: учитель послушал и подтвердил вас — { $status }, { $time }.
review-told-rejected = <b>{ $title }</b>: учитель послушал и не узнал ваш голос, отметки нет. Если это ошибка, поговорите с ним: в течение суток он может изменить ответ.

board-phrase = Слова могут быть любыми, например: «{ $phrase }»
namesake-card = <b>{ $title }</b>: новое имя <b>{ $name }</b> выглядит так же, как <b>{ $other }</b> в этом же классе.
namesake-letters = Имена выглядят одинаково, но набраны разными буквами: например, русскую заменяет похожая латинская.
namesake-asked = Ученика я спросил, тёзки они или это его второй аккаунт.
namesake-said-other = Ученик отвечает, что они тёзки.
namesake-said-same = Ученик отвечает, что это тоже он, с другого аккаунта.
namesake-choice = Делать ничего не обязательно: отмечаться могут оба, в списках у второго цифра.
namesake-keep = Оставить обоих
namesake-out = Убрать: { $name }
namesake-kept = Хорошо, в классе остаются оба.
namesake-out-done = <b>{ $name }</b> больше не в классе <b>{ $title }</b>. Отметки сохранены.
namesake-back = Вернуть в класс
namesake-back-done = <b>{ $name }</b> снова в классе <b>{ $title }</b>.
claim-card =
    <b>{ $name }</b> · { $title }
    { $time }: записанный голос ждёт вашего решения.
claim-changed = Он не похож на тот, что записан раньше.
claim-like = Он похож на голос: <b>{ $other }</b>. Так бывает у близнецов и родственников.
claim-like-someone = Он был похож на голос ученика, которого нет в ваших классах или чей голос уже удалён.
claim-until-old = Это голос ученика? Пока вы не решили, действует прежний. Без ответа новый будет удалён после { $until }
claim-until-new = Это голос ученика? Пока вы не решили, по этому голосу я никого не узнаю, ученик отмечается кнопкой «Я здесь». Без ответа голос будет удалён после { $until }
claim-accept = ✅ Да, это ученик
claim-reject = ❌ Нет, кто-то другой
claim-accept-after-all = ✅ Изменить: всё же это ученик
claim-reject-after-all = ❌ Изменить: всё же кто-то другой
claim-too-late = Это решение уже не изменить: с него прошло больше суток или голос с тех пор записан заново.
claim-accepted = ✅ Подтверждено ({ $teacher }): по этому голосу я узнаю ученика.
claim-rejected = ❌ Отклонено ({ $teacher }): по этому голосу я ученика не узнаю.
claim-lapsed = ⌛ Ответа не было, голос удалён.
claim-lapsed-word = <b>{ $name }</b>: записанный голос ждал вашего решения, ответа не было, и голос удалён. Ученику я тоже сообщу.
claim-settled = Решать больше нечего: голос удалён или записан заново, либо класс в архиве.
claims-waiting = 🎙 Голоса, которые ждут вашего решения: { $number }
voices-waiting = <b>{ $one }</b>: новый голос ждёт вашего решения.
voices-waiting-like = <b>{ $one }</b>: новый голос ждёт вашего решения, он похож на голос: <b>{ $other }</b>.

button-correct = ✎ Исправить
button-marks = Имена и отметки
button-undo = ↩ Отменить
mark-present = присутствует
mark-late = с опозданием
mark-excused = уваж. причина
mark-absent = отсутствует
mark-card = <b>{ $name }</b>
mark-lesson = { $title } · { $day }, { $time }
mark-none = Пока не отмечен.
mark-waiting = ⏳ Ждёт вашего решения в другом сообщении; отметка, поставленная здесь, его заменит.
mark-corrected = Отметку поставил учитель: { $teacher }.
mark-corrected-somebody = Отметку поставил учитель.
mark-gone = Этого ученика больше нет в классе.
mark-undone = Изменение отменено.
mark-undo-late = Отменять больше нечего: с тех пор отметку изменили.
mark-why = По какой причине? Ученик её тоже увидит.
excuse-own = Своими словами
excuse-none = Без причины
excuse-ask = Напишите причину для <b>{ $name }</b>, до { $most ->
    [one] { $most } знака
   *[other] { $most } знаков
}. Ученик её тоже увидит.
excuse-too-long = Причина не поместилась: до { $most ->
    [one] { $most } знака
   *[other] { $most } знаков
}. Напишите ещё раз, короче.
reason-first = Сначала напишите причину в нескольких словах.
marks-head = Чью отметку изменить?
marks-page = Страница { $number } из { $total }
marks-hint = Сначала те, кого нет. ✎ стоит там, где отметку изменил учитель.
rest-present = Остальные здесь
rest-excused = Остальным — уваж.
rest-ask-present = { $number ->
    [one] Отметить, что { $number } ученик присутствует?
    [few] Отметить, что { $number } ученика присутствуют?
   *[many] Отметить, что { $number } учеников присутствуют?
}
rest-ask-excused = { $number ->
    [one] Поставить уважительную причину { $number } ученику?
   *[other] Поставить уважительную причину { $number } ученикам?
}
rest-yes-present = Да, они здесь
rest-yes-excused = Да, поставить
rest-done-present = ✅ Отмечены как присутствующие: { $number }
rest-done-excused = 📄 Уважительная причина поставлена: { $number }
rest-undone = Изменение отменено, учеников: { $number }
rest-nobody = Отмечать больше некого: все на месте или отсутствуют по уважительной причине.
# Выгрузка
button-export = Выгрузить
export-which = В каком виде?
export-form-xlsx = Excel
export-form-register = Страница журнала
export-form-csv = CSV
export-form-moodle = Moodle на русском
export-form-moodle-en = Moodle на английском
export-form-json = JSON
export-moodle = Файл для модуля «Посещаемость» в Moodle, для загрузки из CSV. Учеников Moodle найдёт { $identifier ->
    [idnumber] по индивидуальному номеру
   *[email] по адресу электронной почты
}, уроки — по времени начала.
export-moodle-without = В файле нет тех, у кого в списке класса не указан { $identifier ->
    [idnumber] личный номер
   *[email] адрес почты
}: { $number }.
export-moodle-none = Moodle ищет учеников по личному номеру или адресу почты, а в списке класса нет ни того, ни другого. Пришлите мне список с таким столбцом: файл Excel, CSV или просто текст.
