# Журнал в браузере: страницы учителя и администратора.
web-class-parts = Разделы класса
web-tab-class = Обзор
web-tab-register = Журнал
web-tab-lessons = { word-lessons-capital }
web-class = Класс
web-save = Сохранить
web-saved = Сохранено.
web-add = Добавить
web-change = Изменить
web-next = Дальше
web-choose = Выбрать
web-sure = Проверьте ещё раз
web-pages = Страницы
web-page-before = ‹ Назад
web-page-after = Вперёд ›
web-answered = Ответ записан.

# Обзор
web-now = Сейчас
web-lesson-on = идёт
web-lesson-open-until = { word-lesson-capital } { word-lesson-open } до { $closes }
web-lesson-see = Посмотреть, кто пришёл
web-open-for = минут
web-join-link = Ссылка для входа
web-link-in-chat = Ссылка действует. Её текст и код для телефона покажет бот: откройте там класс.
web-last-lessons = Последние { word-lessons }
web-new-class = Новый класс
web-new-class-title = Название, например: Физика 9Б
web-new-class-made = Класс готов: { $title }
web-new-class-long = Такое название не подходит: нужен хотя бы один знак и не больше чем { $most }.
web-class-open = Открыть журнал

# Журнал
web-register-week = Неделя
web-register-month = Месяц
web-register-term = Весь срок
web-register-views = За какое время
web-register-before = Раньше
web-register-after = Позже
web-register-none = За это время { word-lessons-gen } не было.
web-register-here = На месте
web-register-hint = Нажмите на отметку, чтобы её исправить, или на дату, чтобы открыть { word-lesson-acc }.
web-term-hint = Цветом выделены месяцы, в которых посещаемость ниже 60 %.
web-legend = Что означают отметки

# Отметка
web-mark = Отметка
web-mark-more = Подробности
web-mark-change = Какой должна быть отметка
web-mark-excuse = Уважительная причина
web-mark-reason = Причина
web-mark-own = Или своими словами
web-mark-told = { word-student-capital } тоже увидит причину.
web-mark-excuse-set = Поставить
web-mark-set = { $name }: { $mark }
web-several = Отметить выбранных
web-several-nobody = Сначала выберите, кого отметить.
web-several-done = Исправлено отметок: { $number }
web-topic = О чём { word-lesson }

# Ученики
web-account = Аккаунт
web-account-yes = В Telegram
web-account-no = нет
web-former = выбыл(а)
web-one-word = Имя действительно из одного слова
web-name-one-word = Здесь только одно слово. Если это полное имя, отметьте это в форме.
web-name-fault = Это не похоже на полное имя. Нужны фамилия и имя, например: Белова Анна
web-student-change = Изменить
web-sheet-file = Скачать таблицей
web-merge-with = Кто это на самом деле
web-merging = { $name } и { $other } через несколько секунд станут одним: сначала удаляется голос прежнего аккаунта.

# Список класса
web-list = Загрузить список
web-list-how = Подойдёт таблица Excel, файл CSV или просто имена, по одному в строке. Сначала вы увидите, что получится.
web-list-file = Файл Excel, CSV или с обычным текстом
web-list-lines = Или вставьте список сюда
web-list-example = Белова Анна
web-list-show = Показать, что получится
web-list-check = Проверьте список
web-list-line = В списке
web-list-meets = В классе
web-list-new = добавится
web-list-gone = В классе, но не в списке: { $number }
web-list-gone-ask = Убрать их из класса? Отметки останутся в отчётах.
web-list-removed = Убраны из класса: { $number }

# Кто ждёт
web-waiting = Ждут ответа: { $number }
web-waiting-title = Ждут вашего ответа
web-waiting-none = Никто не ждёт.
web-waiting-decided = Решено за последние сутки
web-voice-listen = Запись: { $name }
web-voice-in-chat = Послушать запись можно в чате с ботом.
web-voice-none = Отметка без голоса: слушать нечего.
web-joiner-this = Это он(а)
web-absence = Не будет: { $days }
web-appeal = { $when }, сейчас отметка «{ $mark }». { word-student-capital } пишет, что она неверна.

# Выгрузка
web-export-period = За какое время
web-export-get = Скачать
web-export-record = Выгрузка попадает в журнал действий, как и в боте.
web-export-xlsx = таблица с итогами и формулами
web-export-register = лист для печати, как в бумажном журнале
web-export-csv = для любой программы
web-export-moodle = для модуля «Посещаемость»
web-export-moodle-en = то же, для английского Moodle
web-export-json = для своих программ

# Настройки
web-zone = Город или часовой пояс
web-calls = Сообщения { word-students-dat }
web-archive-about = Класс можно отправить в архив: отметки останутся, вернуть его можно в любой момент.
web-archived-until = Удалится после { $last }
web-archive = Архив

# Расписание
web-weekday = День недели
web-times = Начало, конец и, если хочется, тема
web-weeks = Когда
web-holidays = Каникулы
web-days = День или первый и последний дни

# Учителя
web-staff-what = Роль
web-staff-teacher = учитель
web-staff-owner = отвечает за класс
web-staff-substitute = на замене по { $last } включительно
web-staff-term = На какое время
web-staff-last = Последний день, если до определённого дня
web-staff-make = Получить ссылку
web-staff-link = Отправьте эту ссылку коллеге: она сработает один раз и больше не покажется.
web-staff-link-until = Отправьте эту ссылку тому, кто вас заменит по { $last } включительно: она сработает один раз и больше не покажется.
web-no-link = Бот сейчас не отвечает, поэтому ссылку сделать нельзя. Попробуйте позже или сделайте её в чате с ботом.
web-invites = Приглашения, которыми ещё не воспользовались
web-invite-until = действует до { $until }
web-invite-link = Отправьте эту ссылку учителю: она сработает один раз и больше не покажется.
web-invite-whom = Для кого приглашение
web-revoke = Отозвать

# Администратор
web-admin = Управление
web-search = Найти
web-search-hint = Часть названия или имени учителя
web-teacher = Учитель
web-classes-of = Классы
web-is-admin = администратор
web-unteach = Отозвать права
web-appoint-hint = Кого нет в списке, тому сначала нужно приглашение. Учителя класса узнают о назначении.
web-health = Состояние
web-health-at = По состоянию на { $time }.
web-health-again = Проверить ещё раз
web-health-good = в порядке
web-health-bad = нужно внимание
web-health-queue = Очередь
web-health-workers = Обработчики
web-health-database = База и ответы
web-health-clock = Часы
web-health-unreachable = недоступно
web-health-waiting = Ждут обработки
web-health-pending = Обрабатываются
web-health-oldest = Самое старое ждёт
web-health-results = Результаты ещё не записаны
web-health-dead = Не удалось обработать
web-health-memory = Занято памяти очереди
web-health-count = Работают
web-health-inbox = Сообщений не разобрано
web-health-inbox-age = Самое старое из них ждёт
web-health-owed = Ответов не отправлено
web-health-lessons = Открыто { word-lessons-gen }
web-health-skew = Расхождение с часами Telegram
web-health-seconds = { $seconds ->
    [one] { $seconds } секунда
    [few] { $seconds } секунды
   *[many] { $seconds } секунд
}
web-health-share = { $percent } %
