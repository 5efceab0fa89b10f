# What a class is set to.
button-settings = Settings
settings-head = <b>{ $title }</b>: settings
settings-zone = Time zone: { $zone }, it is { $time } there
settings-late =
    Late: after { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }
settings-late-at-once = Late: from the first minute
settings-length =
    Length of a { word-lesson }: { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }
settings-words-school = Words: student, lesson
settings-words-university = Words: student, session
settings-words-neutral = Words: participant, session
settings-language = Language in the group and in files: { $language }
settings-row =
    On Mondays I say who has missed { $number ->
        [one] { $number } { word-lesson }
       *[other] { $number } { word-lessons }
    } in a row
settings-row-off = I do not report absences in a row
settings-share = On Mondays I say whose attendance is below { $number } %
settings-share-off = I do not report low attendance
settings-calls-on = { word-students-capital } are told when a { word-lesson } opens
settings-calls-off = { word-students-capital } are not told when a { word-lesson } opens
button-settings-zone = Time zone
button-settings-late = Late after
button-settings-length = Length
button-settings-words = Words
button-settings-language = Language
button-settings-row = Absences in a row
button-settings-share = Attendance
settings-zone-ask = Where does the class meet? Choose by the time that it is there now.
settings-late-ask = From when on does a note count as late?
settings-length-ask = How long is a { word-lesson } open for check-in, if you do not say?
settings-words-ask = How shall I call those who attend, and what they attend?
settings-language-ask = In which language do I write in the class’s group and fill its files?
settings-row-ask = After how many absences in a row shall teachers be told? I write once a week, on Monday morning.
settings-share-ask = Below which attendance shall teachers be told? I write once a week, on Monday morning, once there were four { word-lessons }.
told-never = Never
told-row = { $number } in a row
told-share = Below { $number } %
button-zone-other = Another city
zone-ask = Write the city or the zone, for example Prague, Asia/Tbilisi or UTC+4.
zone-unknown = I do not know that one. Write a larger city nearby, or the difference from UTC, for example UTC+4.
minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
late-at-once = At once
button-words-school = Student, lesson
button-words-university = Student, session
button-words-neutral = Participant, session
class-language-default = the teacher’s
class-language-en = English
class-language-ru = Russian
