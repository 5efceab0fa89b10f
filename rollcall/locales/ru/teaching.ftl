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
button-invite-class = Пригласить { word-students-gen }
newclass-made =
    Класс <b>{ $title }</b> готов. Отправьте { word-students-dat } ссылку для входа:
    { $link }

    Когда начнётся { word-lesson }, нажмите «Открыть { word-lesson-acc }».
button-practice = Попробовать самому
button-practice-end = Закончить и удалить
practice-title = Проба
practice-begin = Сейчас вы увидите всё глазами { word-student-gen }: вы единственный { word-student } пробного класса. Его нет ни в одном списке, через день он удалится, а с ним и ваш голос, если вы больше нигде не учитесь.
practice-again = Вы в пробном классе. Откройте { word-lesson-acc } и пришлите мне голосовое сообщение.
practice-ended = Пробный класс удалён.
practice-none = Пробного класса больше нет.
classes-none = У вас ещё нет класса.
classes-head = Ваши классы. Нажмите на класс, чтобы открыть его.
classes-line =
    • <b>{ $title }</b> — { $students ->
        [one] { $students } { word-student }
        [few] { $students } { word-student-gen }
       *[other] { $students } { word-students-gen }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
        [few] { $lessons } { word-lesson-gen }
       *[other] { $lessons } { word-lessons-gen }
    }
class-not-yours = Этого класса нет среди ваших.
class-card =
    <b>{ $title }</b> · { $students ->
        [one] { $students } { word-student }
        [few] { $students } { word-student-gen }
       *[other] { $students } { word-students-gen }
    }
button-open = Открыть { word-lesson-acc }
button-close = Закрыть { word-lesson-acc }
button-report = Отчёт
button-back = Назад

open-usage = После /open можно указать, на сколько минут открыть { word-lesson-acc }, от 1 до { $most }: /open 20
open-which = Какой класс?
button-longer = +{ $minutes ->
    [one] { $minutes } минута
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
longer = ⏱ <b>{ $title }</b>: теперь { word-lesson } { word-lesson-open } до { $closes }.
open-already = { word-lesson-this } уже { word-lesson-open }.
board-open = 🟢 <b>{ $title }</b> — { word-lesson } { word-lesson-open } для отметки до { $closes }.
board-closed = ⚪ <b>{ $title }</b> — { word-lesson } { word-lesson-closed } в { $time }.
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
call-open = 🟢 <b>{ $title }</b>: { word-lesson } { word-lesson-open }, отметиться можно до { $closes }.
call-last = ⏰ <b>{ $title }</b>: вы ещё не отметились, а { word-lesson } закроется в { $closes }.
call-by-voice = Отправьте сюда голосовое сообщение.
call-by-tap = Нажмите «Я здесь», и учитель подтвердит.
call-by-enrol = Ваш голос ещё не записан, поэтому нажмите «Я здесь», и учитель подтвердит. Запишите голос, и дальше хватит голосового сообщения.
button-uncall = 🔕 Не сообщать { word-lessons-about }
button-call = 🔔 Сообщать { word-lessons-about }
call-muted = 🔕 Больше не сообщаю { word-lessons-about } этого класса. Отмечаться можно как прежде.
call-wanted = 🔔 Сообщу, когда { word-lesson } этого класса откроется.
button-calls-off = 🔕 Не сообщать { word-students-dat } { word-lessons-about }
button-calls-on = 🔔 Сообщать { word-students-dat } { word-lessons-about }
close-none = Открытых { word-lessons-gen } нет.
close-which = { word-lesson-which }?
closed =
    <b>{ $title }</b>: { word-lesson } { word-lesson-closed }, на месте { $attended } из { $students }.
close-ask =
    Уже закрыть { word-lesson-acc } <b>{ $title }</b>? До конца ещё { $minutes ->
        [one] { $minutes } минута
        [few] { $minutes } минуты
       *[other] { $minutes } минут
    }.
close-ask-missing = Ещё не отметились: { $number }
close-ask-waiting = Ждут вашего подтверждения: { $number }
button-close-now = Закрыть сейчас
button-close-not = Пока нет
close-not = Хорошо, { word-lesson } <b>{ $title }</b> { word-lesson-open } до { $closes }.
button-reopen = Открыть снова
reopened = 🟢 <b>{ $title }</b>: { word-lesson } снова { word-lesson-open } до { $closes }. Те, кого при закрытии записали в отсутствующие, могут отметиться.
reopen-too-late = Снова открыть { word-lesson-acc } можно только в день закрытия.
reopen-another = У этого класса сейчас идёт { word-lesson-other }. Сначала нужно закрыть то, что идёт.
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

lessons-head = <b>{ $title }</b>: прошедшие { word-lessons }. Нажмите на { word-lesson-acc }, чтобы увидеть отметки.
lessons-none = В классе <b>{ $title }</b> ещё не было { word-lessons-gen }.
lessons-which = { word-lessons-capital } какого класса?
lesson-of = <b>{ $title }</b>
lesson-named = { $when } · <b>{ $topic }</b>
lesson-unnamed = { $when }
button-lessons = Прошедшие { word-lessons }

button-topic = Тема
topic-ask = О чём { word-lesson }? Напишите тему в нескольких словах.
topic-ask-again =
    Тема { word-lesson-gen }: <b>{ $topic }</b>. Напишите новую.

    Чтобы убрать тему, отправьте дефис: -
topic-too-long = Не помещается: можно до { $most ->
    [one] { $most } знака
   *[other] { $most } знаков
}. Напишите короче.
topic-set = Тема { word-lesson-gen }: <b>{ $topic }</b>.
topic-removed = Темы у { word-lesson-gen } больше нет.
lesson-gone = { word-lesson-this-gen } больше нет.
button-lesson-delete = Удалить { word-lesson-acc }
button-lesson-delete-yes = Да, удалить
lesson-delete-ask =
    Удалить { word-lesson-this-acc }?
    { $when }

    Вместе с ним { $number ->
        [one] пропадёт { $number } отметка
        [few] пропадут { $number } отметки
       *[other] пропадут { $number } отметок
    }. Вернуть { word-lesson-acc } нельзя.
lesson-deleted = { word-lesson-deleted }: { $when }
button-merge = Объединить
button-merge-with = С { $times }
merge-ask =
    Объединить с { word-lesson-with } того же дня?
    { $when }

    Из двух отметок { word-student-gen } останется лучшая.
merge-none = Рядом в этот день нет { word-lesson-other-closed-gen }.
merged = Теперь это { word-lesson-one }: { $when }

report-which = Какой класс?
report-usage = После /report можно указать период: сегодня, неделя, месяц или всё.
report-other-class = Другой класс
report-period-button-lesson = { word-lesson-last }
report-period-button-today = Сегодня
report-period-button-week = Неделя
report-period-button-month = Месяц
report-period-button-all = Всё время

me-enrolled = Ваш голос записан.
me-not-enrolled = Ваш голос ещё не записан.
me-voice-waits = Ваш записанный голос ждёт решения учителя.
me-name = <b>{ $name }</b>
me-class = <b>{ $title }</b> — { $counts }
me-class-before = До перевода, <b>{ $title }</b> — { $counts }

button-voices = Голоса
voices-too-few = <b>{ $title }</b>: голоса записали меньше двух { word-students-gen }, сравнивать пока нечего.
voices-head =
    <b>{ $title }</b>: насколько хорошо я различаю голоса
    Записано голосов: { $students }
voices-second-tries =
    { $n ->
        [0] Своего { word-student-gen } я почти всегда узнаю с первого раза.
       *[other] Из 100 сообщений самого { word-student-gen } переспрошу примерно после { $n }.
    }
voices-false-accepts =
    { $n ->
        [0] Чужой голос из класса сойдёт за голос { word-student-gen } реже, чем один раз из 1000.
       *[other] Из 1000 чужих сообщений примерно { $n } похожи на голос { word-student-gen }. Почти все они не пройдут: на настоящего автора они похожи больше.
    }
voices-raised = Голоса здесь похожи сильнее обычного, поэтому я требую более точного совпадения, чем в других классах.
voices-closest = Больше всего похожи <b>{ $one }</b> и <b>{ $other }</b>; я их различаю.
voices-mixed-up = <b>{ $one }</b> и <b>{ $other }</b> для меня звучат как один человек. Сообщение, похожее на обоих, не принимается.

review-card =
    <b>{ $name }</b> · { $title } · { $time }
    Голос похож на голос этого { word-student-gen }, но уверенности нет. Попыток: { $tries }.
review-other-voices = { $number ->
    [one] До этого с аккаунта пришла { $number } запись другим голосом.
    [few] До этого с аккаунта пришли { $number } записи другим голосом.
   *[many] До этого с аккаунта пришло { $number } записей другим голосом.
}
review-card-voice-waits =
    <b>{ $name }</b> · { $title } · { $time }
    Записанный голос этого { word-student-gen } ждёт вашего решения, поэтому сравнивать это сообщение мне не с чем.
review-ask = Это <b>{ $name }</b>?
review-confirm = ✅ Подтвердить
review-reject = ❌ Отклонить
review-confirm-after-all = ✅ Изменить: всё же подтвердить
review-reject-after-all = ❌ Изменить: всё же отклонить
review-too-late = Это решение уже не изменить: с него прошло больше суток.
review-voice-refused = Послушать нечего: ваши настройки приватности не принимают от меня голосовые сообщения. Разрешите их в Telegram (Настройки → Конфиденциальность → Голосовые сообщения), а пока спросите { word-student-gen } лично.
review-voice-gone = Послушать нечего: записи в Telegram больше нет. Спросите { word-student-gen } лично.
review-confirmed = ✅ Подтверждено ({ $teacher }): отметка поставлена.
review-rejected = ❌ Отклонено ({ $teacher }): отметки нет, в отчёте стоит предупреждение.
review-settled = Решать больше нечего: отметка уже стоит или голос удалён.
review-told-confirmed = <b>{ $title }</b>: учитель послушал и подтвердил вас — { $status }, { $time }.
review-told-rejected = <b>{ $title }</b>: учитель послушал запись и не подтвердил отметку. Если это ошибка, поговорите с ним: в течение суток он может изменить ответ.

board-number = Каждому я показываю своё число, его нужно сказать.
board-number-deaf = Числа сейчас не проверяются: слова слушать некому. Засчитывается любое сообщение.
board-phrase = Слова могут быть любыми, например: «{ $phrase }»
namesake-card = <b>{ $title }</b>: новое имя <b>{ $name }</b> выглядит так же, как <b>{ $other }</b> в этом же классе.
namesake-letters = Имена выглядят одинаково, но набраны разными буквами: например, русскую заменяет похожая латинская.
namesake-asked = { word-student-gen-capital } я спросил, тёзки они или это его второй аккаунт.
namesake-said-other = { word-student-capital } отвечает, что они тёзки.
namesake-said-same = { word-student-capital } отвечает, что это тоже он, с другого аккаунта.
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
claim-like-someone = Он был похож на голос { word-student-gen }, которого нет в ваших классах или чей голос уже удалён.
claim-until-old = Это голос { word-student-gen }? Пока вы не решили, действует прежний. Без ответа новый будет удалён после { $until }
claim-until-new = Это голос { word-student-gen }? Пока вы не решили, по этому голосу я никого не узнаю, { word-student } отмечается кнопкой «Я здесь». Без ответа голос будет удалён после { $until }
claim-accept = ✅ Да, это { word-student }
claim-reject = ❌ Нет, кто-то другой
claim-accept-after-all = ✅ Изменить: всё же это { word-student }
claim-reject-after-all = ❌ Изменить: всё же кто-то другой
claim-too-late = Это решение уже не изменить: с него прошло больше суток или голос с тех пор записан заново.
claim-accepted = ✅ Подтверждено ({ $teacher }): по этому голосу я узнаю { word-student-gen }.
claim-rejected = ❌ Отклонено ({ $teacher }): по этому голосу я { word-student-gen } не узнаю.
claim-lapsed = ⌛ Ответа не было, голос удалён.
claim-lapsed-word = <b>{ $name }</b>: записанный голос ждал вашего решения, ответа не было, и голос удалён. { word-student-dat-capital } я тоже сообщу.
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
mark-announced = Нет: об отсутствии сообщили заранее, причина уважительная.
mark-waiting = ⏳ Ждёт вашего решения в другом сообщении; отметка, поставленная здесь, его заменит.
mark-corrected = Отметку поставил учитель: { $teacher }.
mark-corrected-somebody = Отметку поставил учитель.
mark-gone = Этого { word-student-gen } больше нет в классе.
mark-undone = Изменение отменено.
mark-undo-late = Отменять больше нечего: с тех пор отметку изменили.
mark-why = По какой причине? { word-student-capital } её тоже увидит.
excuse-own = Своими словами
excuse-none = Без причины
excuse-ask = Напишите причину для <b>{ $name }</b>, до { $most ->
    [one] { $most } знака
   *[other] { $most } знаков
}. { word-student-capital } её тоже увидит.
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
    [one] Отметить, что { $number } { word-student } присутствует?
    [few] Отметить, что { $number } { word-student-gen } присутствуют?
   *[many] Отметить, что { $number } { word-students-gen } присутствуют?
}
rest-ask-excused = { $number ->
    [one] Поставить уважительную причину { $number } { word-student-dat }?
   *[other] Поставить уважительную причину { $number } { word-students-dat }?
}
rest-yes-present = Да, они здесь
rest-yes-excused = Да, поставить
rest-done-present = ✅ Отмечены как присутствующие: { $number }
rest-done-excused = 📄 Уважительная причина поставлена: { $number }
rest-undone = Изменение отменено, { word-students-gen }: { $number }
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
export-moodle = Файл для модуля «Посещаемость» в Moodle, для загрузки из CSV. { word-students-gen-capital } Moodle найдёт { $identifier ->
    [idnumber] по индивидуальному номеру
   *[email] по адресу электронной почты
}, { word-lessons } — по времени начала.
export-moodle-without = В файле нет тех, у кого в списке класса не указан { $identifier ->
    [idnumber] личный номер
   *[email] адрес почты
}: { $number }.
export-moodle-none = Moodle ищет { word-students-gen } по личному номеру или адресу почты, а в списке класса нет ни того, ни другого. Пришлите мне список с таким столбцом: файл Excel, CSV или просто текст.

absence-card =
    <b>{ $name }</b> · { $title }
    не будет: { $days }
absence-ask = Причина уважительная? Тогда на { word-lessons-prep } в эти дни она отметится сама.
absence-excuse = 📄 Уважительная
absence-refuse = Неуважительная
absence-excuse-after-all = 📄 Изменить: уважительная
absence-refuse-after-all = Изменить: неуважительная
absence-excused = 📄 Причина уважительная ({ $teacher }): { word-lessons } в эти дни отмечены так.
absence-refused = Причина неуважительная ({ $teacher }): пропуски считаются пропусками.
absence-withdrawn = { word-student-capital } отменил сообщение: он придёт.
appeal-card = <b>{ $name }</b>: { word-student } пишет, что отметка неверна.
appeal-ask = { word-student-capital } был на { word-lesson-prep }? Пока вы не решили, действует прежняя отметка.
appeal-present = ✅ Был(а) на { word-lesson-prep }
appeal-late = 🕒 Опоздал(а)
appeal-keep = Оставить отметку
appeal-accepted = ✅ Отметку изменил учитель: { $teacher }.
appeal-kept = Отметка осталась прежней (решил учитель: { $teacher }).
appeal-settled = Решать больше нечего: отметку тем временем изменил учитель.
button-mark-card = ✎ Карточка { word-student-gen }

button-sheet = Все { word-lessons }
sheet-head = <b>{ $name }</b> · { $title }
sheet-hint = Сначала последние { word-lessons }. Чтобы изменить отметку, нажмите на { word-lesson-acc }.
sheet-none = { word-lessons-gen-capital } с этим { word-student-with } ещё не было.
sheet-earlier = До перевода, класс <b>{ $title }</b>: посещаемость { $percent } %
sheet-earlier-button = До перевода: { $title }
sheet-file = Таблицей
