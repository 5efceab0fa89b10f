# Words that depend on the class: student and lesson, student and session, participant and session.
# Which of them are wanted the texts know by themselves: see rollcall/texts.py.
word-lesson = { $vocabulary ->
    [university] session
    [neutral] session
   *[school] lesson
}
word-lessons = { $vocabulary ->
    [university] sessions
    [neutral] sessions
   *[school] lessons
}
word-lessons-capital = { $vocabulary ->
    [university] Sessions
    [neutral] Sessions
   *[school] Lessons
}
word-student = { $vocabulary ->
    [neutral] participant
   *[school] student
}
word-students = { $vocabulary ->
    [neutral] participants
   *[school] students
}
word-students-capital = { $vocabulary ->
    [neutral] Participants
   *[school] Students
}
word-student-capital = { $vocabulary ->
    [neutral] Participant
   *[school] Student
}
word-lesson-capital = { $vocabulary ->
    [university] Session
    [neutral] Session
   *[school] Lesson
}
