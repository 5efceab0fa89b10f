# Once a week to teachers: who misses a lot.
weekly-head = <b>{ $title }</b>: who misses a lot
weekly-student = • <b>{ $name }</b> — { $words }
weekly-row = { report-missed-in-a-row }: { $days }
weekly-share = attended { $part } of { $whole }
weekly-days = { $days } { report-month }
weekly-hint = Tap a name to see all { word-lessons } and marks.
