# Слова, которые зависят от класса: ученик и урок, студент и пара, участник и занятие.
# Какие из них нужны, тексты узнают сами: см. rollcall/texts.py.
word-lesson = { $vocabulary ->
    [university] пара
    [neutral] занятие
   *[school] урок
}
word-lesson-acc = { $vocabulary ->
    [university] пару
    [neutral] занятие
   *[school] урок
}
word-lesson-gen = { $vocabulary ->
    [university] пары
    [neutral] занятия
   *[school] урока
}
word-lesson-prep = { $vocabulary ->
    [university] паре
    [neutral] занятии
   *[school] уроке
}
word-lesson-with = { $vocabulary ->
    [university] соседней парой
    [neutral] соседним занятием
   *[school] соседним уроком
}
word-lessons = { $vocabulary ->
    [university] пары
    [neutral] занятия
   *[school] уроки
}
word-lessons-capital = { $vocabulary ->
    [university] Пары
    [neutral] Занятия
   *[school] Уроки
}
word-lessons-gen = { $vocabulary ->
    [university] пар
    [neutral] занятий
   *[school] уроков
}
word-lessons-gen-capital = { $vocabulary ->
    [university] Пар
    [neutral] Занятий
   *[school] Уроков
}
word-lessons-about = { $vocabulary ->
    [university] о парах
    [neutral] о занятиях
   *[school] об уроках
}
word-lesson-open = { $vocabulary ->
    [university] открыта
    [neutral] открыто
   *[school] открыт
}
word-lesson-closed = { $vocabulary ->
    [university] закрыта
    [neutral] закрыто
   *[school] закрыт
}
word-lesson-deleted = { $vocabulary ->
    [university] Удалена
    [neutral] Удалено
   *[school] Удалён
}
word-lesson-which = { $vocabulary ->
    [university] Какая пара
    [neutral] Какое занятие
   *[school] Какой урок
}
word-lesson-this = { $vocabulary ->
    [university] Эта пара
    [neutral] Это занятие
   *[school] Этот урок
}
word-lesson-this-acc = { $vocabulary ->
    [university] эту пару
    [neutral] это занятие
   *[school] этот урок
}
word-lesson-this-gen = { $vocabulary ->
    [university] Этой пары
    [neutral] Этого занятия
   *[school] Этого урока
}
word-lesson-other = { $vocabulary ->
    [university] другая пара
    [neutral] другое занятие
   *[school] другой урок
}
word-lesson-other-closed-gen = { $vocabulary ->
    [university] другой закрытой пары
    [neutral] другого закрытого занятия
   *[school] другого закрытого урока
}
word-lesson-one = { $vocabulary ->
    [university] одна пара
    [neutral] одно занятие
   *[school] один урок
}
word-lesson-last = { $vocabulary ->
    [university] Последняя пара
    [neutral] Последнее занятие
   *[school] Последний урок
}
word-lesson-running = { $vocabulary ->
    [university] открытой пары
    [neutral] открытого занятия
   *[school] открытого урока
}
word-student = { $vocabulary ->
    [university] студент
    [neutral] участник
   *[school] ученик
}
word-student-capital = { $vocabulary ->
    [university] Студент
    [neutral] Участник
   *[school] Ученик
}
word-student-gen = { $vocabulary ->
    [university] студента
    [neutral] участника
   *[school] ученика
}
word-student-dat = { $vocabulary ->
    [university] студенту
    [neutral] участнику
   *[school] ученику
}
word-students = { $vocabulary ->
    [university] студенты
    [neutral] участники
   *[school] ученики
}
word-students-gen = { $vocabulary ->
    [university] студентов
    [neutral] участников
   *[school] учеников
}
word-students-gen-capital = { $vocabulary ->
    [university] Студентов
    [neutral] Участников
   *[school] Учеников
}
word-students-dat = { $vocabulary ->
    [university] студентам
    [neutral] участникам
   *[school] ученикам
}
word-student-gen-capital = { $vocabulary ->
    [university] Студента
    [neutral] Участника
   *[school] Ученика
}
word-student-with = { $vocabulary ->
    [university] студентом
    [neutral] участником
   *[school] учеником
}
word-students-capital = { $vocabulary ->
    [university] Студенты
    [neutral] Участники
   *[school] Ученики
}
word-lesson-capital = { $vocabulary ->
    [university] Пара
    [neutral] Занятие
   *[school] Урок
}
word-lessons-prep = { $vocabulary ->
    [university] парах
    [neutral] занятиях
   *[school] уроках
}
word-student-dat-capital = { $vocabulary ->
    [university] Студенту
    [neutral] Участнику
   *[school] Ученику
}
