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
settings-calls-on = Когда урок открыт, ученикам приходит сообщение
settings-calls-off = Об открытии урока ученикам не сообщаю
button-settings-zone = Часовой пояс
button-settings-late = Опоздание
button-settings-length = Длительность
button-settings-words = Слова
button-settings-language = Язык
settings-zone-ask = Где занимается класс? Выберите по времени, которое там сейчас.
settings-late-ask = С какой минуты отметка считается опозданием?
settings-length-ask = Сколько минут { word-lesson-open } { word-lesson }, если не сказать иначе?
settings-words-ask = Как называть тех, кто приходит, и то, на что они приходят?
settings-language-ask = На каком языке писать в группу класса и заполнять его файлы?
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
