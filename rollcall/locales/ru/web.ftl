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
