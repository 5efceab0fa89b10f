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
settings-calls-on = Students are told when a lesson opens
settings-calls-off = Students are not told when a lesson opens
button-settings-zone = Time zone
button-settings-late = Late after
button-settings-length = Length
button-settings-words = Words
button-settings-language = Language
settings-zone-ask = Where does the class meet? Choose by the time that it is there now.
settings-late-ask = From when on does a note count as late?
settings-length-ask = How long is a { word-lesson } open for check-in, if you do not say?
settings-words-ask = How shall I call those who attend, and what they attend?
settings-language-ask = In which language do I write in the class’s group and fill its files?
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
