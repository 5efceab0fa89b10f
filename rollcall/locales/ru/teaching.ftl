invite =
    Отправьте эту ссылку одному учителю. Она сработает один раз, дней до истечения: { $days }.
    { $link }

newclass-usage = Напишите название класса после команды, до { $most } знаков: /newclass Физика 9Б
newclass-made =
    Класс «{ $title }» готов. Отправьте ученикам ссылку для входа:
    { $link }

    Когда начнётся урок, отправьте /open.
classes-none = У вас ещё нет класса. Создайте: /newclass Физика 9Б
classes-head = Ваши классы. Нажмите, чтобы управлять.
classes-line =
    • { $title } — { $students ->
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
    { $title } · { $students ->
        [one] { $students } ученик
        [few] { $students } ученика
       *[other] { $students } учеников
    }
class-archive-ask = Убрать «{ $title }» в архив? Войти и отметиться в нём будет нельзя.
class-archived = «{ $title }» в архиве.
button-open = Открыть урок
button-close = Закрыть урок
button-report = Отчёт
button-archive = В архив
button-archive-yes = Да, в архив
button-back = Назад

open-usage = После /open — ничего или минуты, от 1 до { $most }: /open 20
open-which = Какой класс?
open-already = Этот урок уже открыт.
board-open = 🟢 { $title } — урок открыт для отметки до { $closes }.
board-closed = ⚪ { $title } — урок закрыт в { $time }.
board-count = присутствуют { $present } из { $students }
board-late = из них с опозданием: { $late }
board-late-from = После { $late } отметка считается опозданием.
board-hint = Ученики отмечаются одним голосовым сообщением мне в личный чат.
close-none = Открытых уроков нет.
close-which = Какой урок?
closed =
    { $title }: урок закрыт, на месте { $attended } из { $students }.
    присутствуют { $present } · опоздали { $late } · отсутствуют { $absent } · под вопросом { $flagged }

report-which = Какой класс?
report-usage = После /report — ничего или одно из слов: сегодня, неделя, месяц, всё.
report-other-class = Другой класс
report-period-button-lesson = Последний урок
report-period-button-today = Сегодня
report-period-button-week = Неделя
report-period-button-month = Месяц
report-period-button-all = Всё время

me-enrolled = Ваш голос записан.
me-not-enrolled = Ваш голос ещё не записан: /enroll
me-class = { $title }: присутствие { $present } · опоздания { $late } · пропуски { $absent }

    Имя и отметки о посещении останутся у учителя. Чтобы снова отмечаться голосом, его нужно будет записать заново.

button-voices = Голоса
voices-too-few = { $title }: голоса записали меньше двух учеников, путать пока некого.
voices-head = { $title }: чего ждать от записанных голосов ({ $students })
voices-second-tries =
    { $n ->
        [0] Своего ученика я почти всегда узнаю с первого раза.
       *[other] Из 100 сообщений самого ученика переспрошу примерно после { $n }.
    }
voices-false-accepts =
    { $n ->
        [0] Из 1000 сообщений одноклассника меньше одного сошло бы за хозяина аккаунта.
       *[other] Из 1000 сообщений одноклассника примерно { $n } прозвучали бы похоже на хозяина аккаунта; почти все они не пройдут, потому что на одноклассника похожи больше.
    }
voices-raised = Голоса здесь похожи сильнее обычного, поэтому я требую более точного совпадения, чем в других классах.
voices-closest = Больше всего похожи { $one } и { $other }; я их различаю.
voices-mixed-up = { $one } и { $other } для меня звучат как один человек. Сообщение, похожее на обоих, не принимается.

review-card =
    { $name } · { $title } · { $time }
    Голос похож на голос этого ученика, но недостаточно, попыток: { $tries }.
review-ask = Это { $name }?
review-confirm = ✅ Подтвердить
review-reject = ❌ Отклонить
review-confirmed = ✅ Подтверждено ({ $teacher }): отметка поставлена.
review-rejected = ❌ Отклонено ({ $teacher }): отметки нет, в отчёте стоит предупреждение.
review-settled = Решать больше нечего: позднее сообщение принято или голос удалён.
review-told-confirmed = { $title }: учитель послушал и подтвердил вас — { $status }, { $time }.
review-told-rejected = { $title }: учитель послушал и не узнал ваш голос, отметки нет. Обратитесь к учителю.

board-phrase = Попросите всех сказать: «{ $phrase }»
alike-voices =
    { $title }: { $one } и { $other } для меня звучат как один человек.
    Возможно, это один человек с двумя аккаунтами, телефон, одолженный другу при записи голоса, или близнецы. Их сообщения я различу, только если одно подходит явно лучше. Если это ошибка, попросите их снова отправить /enroll.
