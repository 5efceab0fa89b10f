# Раз в неделю учителям: кто много пропускает.
weekly-head = <b>{ $title }</b>: кто много пропускает
weekly-student = • <b>{ $name }</b> — { $words }
weekly-row = { report-missed-in-a-row }: { $days }
weekly-share = посещено { $part } из { $whole }
weekly-days = { $days } { report-month }
weekly-hint = Нажмите на имя, чтобы увидеть все { word-lessons } и отметки.
