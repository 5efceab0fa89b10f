web-name = Перекличка
web-skip = К содержанию
web-where = Где вы
web-leave = Выйти
web-undo = Отменить
web-told = Сообщение
web-sign-in = Чтобы войти, откройте бота и отправьте команду /web: он пришлёт ссылку.
web-link-old = Эта ссылка больше не действует: она открывается один раз и в течение пяти минут. Новую бот пришлёт по команде /web или /board.
web-form-old = Страница устарела. Вернитесь, обновите её и попробуйте ещё раз: ничего не изменилось.
web-nowhere = Такой страницы нет.
web-left = Вы вышли. Чтобы войти снова, отправьте боту команду /web.
web-enter-title = Вход на этом устройстве
web-enter-who = Вы войдёте как <b>{ $name }</b>.
web-enter = Войти
web-enter-hint = Вход действует двенадцать часов. Закрыть его раньше можно здесь же или в боте, командой /web.
web-classes = Мои классы
web-classes-none = Классов пока нет. Назовите первый ниже.
web-class-counts =
    { $students ->
        [one] { $students } { word-student }
        [few] { $students } { word-student-gen }
       *[other] { $students } { word-students-gen }
    }, { $lessons ->
        [one] { $lessons } { word-lesson }
        [few] { $lessons } { word-lesson-gen }
       *[other] { $lessons } { word-lessons-gen }
    }
web-boards = Доска { word-lesson-gen }
web-board-lesson = { word-lesson-capital }
web-board-go = Открыть доску
web-board-here = на месте
web-board-late = с опозданием
web-board-waiting = ждёт учителя
web-board-excused = уважительная причина
web-board-missing = ещё нет
web-board-absent = не было
web-board-tally = <b>{ $here }</b> из { $students }
web-board-is-open = Отметиться можно до { $closes }.
web-board-late-from = После { $late } — с опозданием.
web-board-was-open = { $opened }–{ $closed }
web-board-opened = { word-lesson-capital } { word-lesson-open }.
web-board-open-already = { word-lesson-capital } уже { word-lesson-open }.
web-board-is-closed = { word-lesson-capital } уже { word-lesson-closed }: ничего не изменилось.
web-board-longer = Отметиться можно до { $closes }.
web-board-closed = { word-lesson-capital } { word-lesson-closed }. Пришли { $here } из { $students }.
web-board-reopened = { word-lesson-capital } снова { word-lesson-open }, до { $closes }.
web-board-stale = Страница устарела: с тех пор { word-lesson-acc } открыли или закрыли. Отметка не изменилась; теперь на доске всё как есть.
web-board-nobody = Этого человека в классе уже нет: ничего не изменилось.
web-board-marked = <b>{ $name }</b>: { $word }.
web-board-undone = <b>{ $name }</b>: прежняя отметка возвращена.
web-board-not-undone = Вернуть нечего: отметка с тех пор изменилась.
web-board-names = Имена на экране
web-board-names-set = Имена на экране теперь такие.
web-names-full = полностью
web-names-short = имя и первая буква
web-names-initials = только буквы
web-board-screen = Показать на экране
web-board-empty = В классе пока никого нет.
web-board-card = Отметка: { $name }
web-board-lost = Связь потеряна, восстанавливаю…
web-board-failed = Не получилось: нет связи. Попробуйте ещё раз.
web-mark-present = Присутствует
web-mark-late = С опозданием
web-mark-absent = Отсутствует
web-mark-excused = Уважительная причина
web-mark-why = Причина
web-mark-no-reason = без причины
web-mark-undo = Вернуть прежнюю отметку
web-screen-over = { word-lesson-capital } { word-lesson-closed }, и эта ссылка больше ничего не показывает.
web-screen-how = Как отметиться
web-screen-open-bot = Откройте в Telegram бота @{ $bot }.
web-screen-open-a-bot = Откройте в Telegram бота класса.
web-screen-speak = Запишите голосовое сообщение: любая фраза, пять секунд.
web-screen-until = Успейте до { $closes }.
web-screen-qr = Код для камеры: ссылка на бота @{ $bot }
web-screen-join = Вас нет в списке? Наведите камеру.
web-app-opening = Открываю…
web-app-refused = Войти не получилось. Закройте это окно и откройте его в Telegram ещё раз.
