# The weekly timetable of a class.
open-several = Which classes at once? Choose them, then open.
button-several = Several at once
button-open-several = Open: { $number }
opened-several = Opened: { $titles }
button-timetable = Timetable
plan-head = <b>{ $title }</b>: timetable
plan-none = No { word-lesson } is planned yet.
plan-how = At these times { word-lessons } open and close by themselves. I tell you ten minutes before.
plan-term = Holds: { $days }
plan-holidays = No { word-lessons }: { $days }
plan-weekday-ask = On which day of the week?
plan-weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[other] Sunday
}
plan-weekday-short = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[other] Sun
}
plan-slot-ask = { $day }: from when to when? For example: 8:30–9:15, or 8:30 45. You may add a topic.
plan-slot-again = I could not read that. Write when it begins and ends, for example 8:30–9:15.
plan-holiday-ask = When are there no { word-lessons }? Write a day or the first and the last one, for example 23.02 or 30.10–08.11.
plan-holiday-again = I could not read that. Write a day, for example 23.02, or the first and the last one: 30.10–08.11
plan-term-ask = From when to when does the timetable hold? For example: 01.09–31.05
plan-term-again = I could not read that. Write the first and the last day, for example 01.09–31.05
plan-weeks-odd = odd weeks
plan-weeks-even = even weeks
button-plan-add = Add a { word-lesson }
button-plan-holiday = Add holidays
button-plan-term = From – until
button-plan-no-term = Without dates
button-plan-remove = Remove
button-weeks-every = Every week
button-weeks-odd = Odd weeks
button-weeks-even = Even weeks
plan-soon = ⏰ <b>{ $title }</b>: I open the { word-lesson } at { $time }.
plan-soon-topic = ⏰ <b>{ $title }</b>: I open the { word-lesson } at { $time }. Topic: { $topic }
button-plan-skip = Skip this one
plan-skipped = All right, I do not open the { word-lesson } of <b>{ $title }</b> at { $time }.
plan-skip-late = There is nothing to skip any more.
