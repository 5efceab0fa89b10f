# Настройки класса.
button-settings = Настройки
settings-head = <b>{ $title }</b>: настройки
settings-zone = Часовой пояс: { $zone }, там сейчас { $time }
settings-late =
    Опоздание: после { $minutes ->
        [one] { $minutes } минуты
       *[other] { $minutes } минут
    }
settings-late-at-once = Опоздание: с первой минуты
settings-length =
    Длительность { word-lesson-gen }: { $minutes ->
        [one] { $minutes } минута
        [few] { $minutes } минуты
       *[other] { $minutes } минут
    }
settings-words-school = Слова: ученик, урок
settings-words-university = Слова: студент, пара
settings-words-neutral = Слова: участник, занятие
settings-language = Язык в группе и в файлах: { $language }
settings-row =
    По понедельникам пишу, кто пропустил { $number ->
        [one] { $number } { word-lesson-acc }
        [few] { $number } { word-lesson-gen }
       *[many] { $number } { word-lessons-gen }
    } подряд
settings-row-off = О пропусках подряд не пишу
settings-share = По понедельникам пишу, у кого посещаемость ниже { $number } %
settings-share-off = О низкой посещаемости не пишу
settings-calls-on = Когда { word-lesson } { word-lesson-open }, { word-students-dat } приходит сообщение
settings-calls-off = Об открытии { word-lesson-gen } { word-students-dat } не сообщаю
button-settings-zone = Часовой пояс
button-settings-late = Опоздание
button-settings-length = Длительность
button-settings-words = Слова
button-settings-language = Язык
button-settings-row = Пропуски подряд
button-settings-share = Посещаемость
settings-zone-ask = Где занимается класс? Выберите по времени, которое там сейчас.
settings-late-ask = С какой минуты отметка считается опозданием?
settings-length-ask = Сколько минут { word-lesson-open } { word-lesson }, если не сказать иначе?
settings-words-ask = Как называть тех, кто приходит, и то, на что они приходят?
settings-language-ask = На каком языке писать в группу класса и заполнять его файлы?
settings-row-ask = После скольких пропусков подряд сообщать учителям? Я пишу раз в неделю, в понедельник утром.
settings-share-ask = При какой посещаемости сообщать учителям? Я пишу раз в неделю, в понедельник утром, когда { word-lessons-gen } было уже не меньше четырёх.
told-never = Не сообщать
told-row = { $number } подряд
told-share = Ниже { $number } %
button-zone-other = Другой город
zone-ask = Напишите город или часовой пояс, например: Прага, Тбилиси, UTC+4.
zone-unknown = Такого я не знаю. Напишите крупный город поблизости или разницу с UTC, например UTC+4.
minutes = { $minutes ->
    [one] { $minutes } минута
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
late-at-once = Сразу
button-words-school = Ученик, урок
button-words-university = Студент, пара
button-words-neutral = Участник, занятие
class-language-default = как у учителя
class-language-en = английский
class-language-ru = русский
