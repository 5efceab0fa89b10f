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

    Кто ещё не вошёл в класс, на уроке считается отсутствующим, пока вы сами его не отметите.
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
roster-removed-told = Учитель убрал вас из класса <b>{ $title }</b>: вас нет в его списке. Если это ошибка, напишите ему.
roster-kept = Хорошо, все остаются в классе.
roster-not-taken = Хорошо, список не взят и удалён.
roster-trouble-too_big = Для списка это слишком большой файл. Пришлите таблицу без картинок и лишних листов, до 2 мегабайт.
roster-trouble-too_many = В списке больше 1000 строк. Пришлите его по частям.
roster-trouble-old_workbook = Это таблица старого образца или с паролем, её я не открою. Сохраните её как .xlsx без пароля и пришлите снова.
roster-trouble-unreadable = Прочитать этот файл не получилось. Пришлите список как .xlsx, .csv или просто текстом, по одному имени в строке.
roster-trouble-no_names = Имён я здесь не нашёл. Нужен столбец «ФИО» или столбцы «Фамилия» и «Имя»; можно и просто по одному имени в строке.
roster-trouble-unavailable = Telegram сейчас не отдаёт этот файл. Пришлите его ещё раз.
