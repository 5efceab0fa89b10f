roster-count = 📋 В списке { $number ->
    [one] { $number } { word-student }
    [few] { $number } { word-student-gen }
   *[many] { $number } { word-students-gen }
}
roster-sheet = Лист: <b>{ $title }</b>. Остальные листы я не читал.
roster-compared =
    Класс <b>{ $title }</b>:
    новых — { $new }, уже в классе — { $known }, в классе, но не в списке — { $gone }
roster-which = В какой класс взять этот список?
roster-no-class = Сначала создайте класс, а потом пришлите список ещё раз.
roster-look = Посмотрите, всё ли верно:
roster-odd-one_word = • <b>{ $name }</b> — только одно слово
roster-odd-same_name = • <b>{ $name }</b> — такое же имя есть в другой строке, возьму обе
roster-odd-same_number = • <b>{ $name }</b> — такой номер уже есть у другого, возьму без номера
roster-left-out = Не возьму:
roster-why-double = • строка { $row }: <b>{ $name }</b> — повтор
roster-why-no_name = • строка { $row }: <b>{ $name }</b> — не похоже на полное имя
roster-more = …и ещё { $number }
roster-names = <fold>{ $names }</fold>
roster-button-take = Взять список в этот класс
roster-button-leave = Не брать
roster-taken =
    Готово, список взят в класс <b>{ $title }</b>.
    { word-students-gen-capital } в нём { $number }: добавлено { $added }, обновлено { $updated }.

    Кто ещё не вошёл в класс, на { word-lesson-prep } считается отсутствующим, пока вы сами его не отметите.
roster-gone =
    В классе, но не в списке — { $number }:
    { $names }

    Убрать их из класса? Отметки останутся в отчётах.
roster-button-remove = Убрать из класса: { $number }
roster-button-keep = Оставить всех
roster-removed =
    Убраны из класса <b>{ $title }</b>:
    { $names }

    Их отметки остались в отчётах.
roster-kept = Хорошо, все остаются в классе.
roster-not-taken = Хорошо, список не взят и удалён.
roster-trouble-too_big = Для списка это слишком большой файл. Пришлите таблицу без картинок и лишних листов, до 2 мегабайт.
roster-trouble-too_many = В списке больше 1000 строк. Пришлите его по частям.
roster-trouble-old_workbook = Это таблица старого образца или с паролем, её я не открою. Сохраните её как .xlsx без пароля и пришлите снова.
roster-trouble-unreadable = Прочитать этот файл не получилось. Пришлите список как .xlsx, .csv или просто текстом, по одному имени в строке.
roster-trouble-no_names = Имён я здесь не нашёл. Нужен столбец «ФИО» или столбцы «Фамилия» и «Имя»; можно и просто по одному имени в строке.
roster-trouble-unavailable = Telegram сейчас не отдаёт этот файл. Пришлите его ещё раз.

line-ask = У класса <b>{ $title }</b> есть список. Напишите свой номер из него или фамилию и имя, либо найдите себя ниже.
line-ask-name = У класса <b>{ $title }</b> есть список, и свободных строк в нём нет. Напишите фамилию и имя: я спрошу учителя.
line-which = Кто из них вы?
line-unknown = Такого номера в списке класса <b>{ $title }</b> нет. Проверьте его или напишите фамилию и имя.
join-waits = Спасибо. <b>{ $name }</b>: в списке класса <b>{ $title }</b> такого имени нет, поэтому я спросил учителя. Когда он ответит, я напишу.
joiner-card = <b>{ $title }</b>: по ссылке входит <b>{ $name }</b>, а в списке класса такого имени нет. Кто это?
joiner-line = Есть в списке, выбрать
joiner-new = Новый { word-student }
joiner-no = Не из этого класса
joiner-which = Кто в списке — это <b>{ $name }</b>?
joiner-in = <b>{ $name }</b> теперь в классе <b>{ $title }</b> (решил учитель: { $teacher }).
joiner-out = <b>{ $name }</b>: вход в класс <b>{ $title }</b> отклонён (решил учитель: { $teacher }).
joiner-accepted = <b>{ $name }</b>, учитель принял вас в класс <b>{ $title }</b>.
joiner-refused = Учитель не нашёл вас в классе <b>{ $title }</b>. Если это ошибка, напишите ему и откройте ссылку ещё раз.

students-button = { word-students-capital }
students-head = <b>{ $title }</b> · { $number ->
    [one] { $number } { word-student }
    [few] { $number } { word-student-gen }
   *[many] { $number } { word-students-gen }
}
students-without = Без телефона или ещё не вошли: { $number }. Их отмечаете вы.
students-list-hint = Нажмите на имя, чтобы исправить его, убрать { word-student-gen } или перенести отметки. ✖️ — бывшие { word-students }.
student-card = <b>{ $name }</b> · { $title }
student-number = Номер: { $word }
student-group = Группа: { $word }
student-email = Почта: { $word }
student-former = Больше не в классе. Отметки остались в отчётах.
student-without = Без аккаунта: ещё не вошёл по ссылке или без телефона. Отмечаете вы.
student-add = Добавить { word-student-gen } без телефона
student-rename = Исправить имя
student-out = Убрать
student-merge = Новый аккаунт, это тот же { word-student }
student-name-ask = Как правильно: <b>{ $name }</b>? Напишите фамилию и имя.
student-add-ask = Кого добавить в класс <b>{ $title }</b>? Напишите фамилию и имя: { word-student } будет в списке, отмечать его будете вы.
student-name-first = Сначала напишите текстом фамилию и имя { word-student-gen }.
student-added = <b>{ $name }</b> теперь в классе <b>{ $title }</b>.
student-named = Исправлено: <b>{ $name }</b>.
student-out-ask = Убрать из класса <b>{ $title }</b>: <b>{ $name }</b>? Отметки останутся в отчётах, вернуть можно одной кнопкой.
student-out-yes = Да, убрать
student-merge-which = <b>{ $name }</b> — прежний аккаунт. Какой теперь новый?
student-merge-ask = Перенести всё с прежнего аккаунта, <b>{ $name }</b>, на новый, <b>{ $other }</b>? Отметки сохранятся, голос с прежнего аккаунта будет удалён. Отменить это нельзя.
student-merge-yes = Да, перенести
student-merge-not = Эти двое не могут стать одним: выберите двух разных { word-students-gen } этого класса.
student-merged = Готово: отметки теперь у одного { word-student-gen }, <b>{ $name }</b>.
student-move = Перевести в другой класс
student-move-which = Куда перевести { word-student-gen } <b>{ $name }</b>? Сейчас это класс <b>{ $title }</b>.
student-move-nowhere = <b>{ $name }</b>: перевести пока некуда. Нужен ещё один ваш класс, в котором этого { word-student-gen } нет.
student-move-ask =
    Перевести: <b>{ $name }</b>, из класса <b>{ $title }</b> в класс <b>{ $other }</b>?

    Прежние отметки останутся в отчётах класса <b>{ $title }</b>, и отсюда их тоже будет видно. В новом классе считаются { word-lessons } с сегодняшнего дня. { word-student-dat-capital } я напишу. Передумаете — переведите обратно.
student-move-yes = Да, перевести
student-moved =
    <b>{ $name }</b> теперь в классе <b>{ $other }</b>. { word-lessons-capital } считаются с сегодняшнего дня.

    Отметки из класса <b>{ $title }</b> сохранены: они в его отчётах и в карточке { word-student-gen }, под кнопкой «{ button-sheet }».
student-move-back = Перевести обратно
student-move-card = Карточка { word-student-gen }
student-free = Строку занял не тот
student-free-ask = Строку <b>{ $name }</b> в классе <b>{ $title }</b> занял кто-то другой? Она снова станет свободной, и отметки останутся за ней. Того, кто её занял, я могу спросить, как его зовут, а решите вы.
student-free-who = Освободить и спросить
student-free-out = Освободить и убрать
student-freed = Строка <b>{ $name }</b> снова свободна, отметки остались за ней. Того, кто её занимал, я спрошу, как его зовут, и покажу вам ответ.
student-freed-out = Строка <b>{ $name }</b> снова свободна, отметки остались за ней. Тот, кто её занимал, больше не в классе <b>{ $title }</b>. Ссылка у него осталась: если нужно, замените её.
join-waits-freed = Спасибо, <b>{ $name }</b>. Я спросил учителя, есть ли вы в классе <b>{ $title }</b>. Когда он ответит, я напишу.
joiner-card-freed = <b>{ $title }</b>: тот, кто занимал чужую строку, пишет, что его зовут <b>{ $name }</b>. Кто это?
line-ask-freed = Кто вы в классе <b>{ $title }</b>, теперь решает учитель. Напишите свою фамилию и имя, и я спрошу его.
