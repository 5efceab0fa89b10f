"""Words that every rendering of a report shares: statuses, reasons, dates, percents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from rollcall.domain.attendance import MEANINGS, Status
from rollcall.domain.excuses import Excuse
from rollcall.domain.verdict import Reason
from rollcall.report.model import LessonHead, Mark, Period, Report, StudentLine
from rollcall.texts import Texts

CORRECTED = "✎"
"""Beside a mark that a teacher gave by hand."""
_WAITING = "⏳"
_LONGEST_NAME = 128
_DAYS_BACK = {Period.TODAY: 0, Period.WEEK: 6, Period.MONTH: 29}


def one_line(name: str) -> str:
    """A name or title on one line, of a length that cannot push out everything else."""
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1].rstrip() + "…"


def student_name(student: StudentLine, texts: Texts) -> str:
    """As a report lists the student; it says who has left the class."""
    name = one_line(student.full_name)
    return texts("report-former", name=name) if student.former else name


def capital(words: str) -> str:
    """With a capital first letter, the rest left alone."""
    return words[:1].upper() + words[1:]


def status_word(status: Status, texts: Texts) -> str:
    """The word for a mark."""
    return texts(f"status-{status.value}")


def count_word(status: Status, number: int, texts: Texts, *, single: bool) -> str:
    """What so many marks are: students of one lesson, times of several."""
    key = f"counted-{status.value}" if single else f"total-{status.value}"
    return texts(key, number=number)


def count_words(counts: Mapping[Status, int], texts: Texts, *, single: bool) -> dict[Status, str]:
    """How many of each mark: ``late: 2``. One that only a teacher gives is passed over where there is none."""
    shown = [one for one in counts if counts[one] or not MEANINGS[one].given]
    return {
        one: texts("report-count", word=count_word(one, counts[one], texts, single=single), number=counts[one])
        for one in shown
    }


def sign_of(mark: Mark) -> str:
    """The sign before a student's name."""
    return _WAITING if mark.waiting else MEANINGS[mark.status].sign


def waiting_count(report: Report, texts: Texts) -> str:
    """How many students wait for a teacher's word."""
    return f"{_WAITING} {texts('report-waiting-count', number=report.waiting)}"


def excuse_words(reason: str, texts: Texts) -> str:
    """Why somebody was excused: a usual reason in the reader's language, or the words it was given in."""
    return texts(f"excuse-{reason}") if reason in set(Excuse) else one_line(reason)


def reason_words(reasons: Iterable[Reason], texts: Texts) -> str:
    """Why notes were not accepted: each reason once, in the order in which it first came."""
    return ", ".join(texts(f"short-reason-{reason.value}") for reason in dict.fromkeys(reasons))


def share_percent(share: float) -> int:
    """A share of lessons as whole percent; 100 and 0 only where it is exactly all or nothing."""
    if share in (0, 1):
        return int(share) * 100
    return max(1, min(99, math.floor(share * 100 + 0.5)))


def percent_words(share: float, decimal: str) -> str:
    """A share for a cell, with one decimal where it needs one: ``66,7%``; 100 and 0 only where it is exactly that."""
    tenths = share * 1000 if share in (0, 1) else max(1, min(999, math.floor(share * 1000 + 0.5)))
    return f"{tenths / 10:.1f}%".replace(".0%", "%").replace(".", decimal)


def clock(moment: datetime) -> str:
    """A local moment as ``09:03``."""
    return f"{moment:%H:%M}"


def day_words(day: date, texts: Texts, *, weekday: bool = False) -> str:
    """``4 March 2025``, with its day of the week where asked for."""
    key = "report-day-of-week" if weekday else "report-day"
    # The year goes in as text: as a number it would come out grouped, "2,025".
    return texts(key, weekday=day.isoweekday(), day=day.day, month=day.month, year=str(day.year))


def span_words(first: date, last: date, texts: Texts) -> str:
    """``4 March 2025``, or ``26 February 2025 – 4 March 2025``."""
    days = day_words(first, texts)
    return days if first == last else texts("report-days", to=day_words(last, texts), **{"from": days})


def lesson_when(report: Report, lesson: LessonHead, texts: Texts) -> str:
    """``Tuesday, 4 March 2025, 09:00–10:30``, in the class's zone."""
    closed = report.local(lesson.closed_at) if lesson.closed_at is not None else None
    return lesson_times(report.local(lesson.opened_at), closed, texts)


def lesson_times(opened: datetime, closed: datetime | None, texts: Texts) -> str:
    """The same of two local moments; of a lesson that is still open, of one."""
    day = capital(day_words(opened.date(), texts, weekday=True))
    if closed is None:
        return texts("report-lesson-open", day=day, **{"from": clock(opened)})
    return texts("report-lesson-closed", day=day, to=clock(closed), **{"from": clock(opened)})


def period_when(report: Report, texts: Texts) -> str:
    """``Last 7 days · 26 February 2025 – 4 March 2025`` in the class's zone."""
    last = report.local(report.made_at).date()
    if report.between is not None:
        return texts(
            "report-days", to=day_words(report.between[1], texts), **{"from": day_words(report.between[0], texts)}
        )
    if report.period in _DAYS_BACK:
        first = last - timedelta(days=_DAYS_BACK[report.period])
    elif report.lessons:
        first, last = (report.local(report.lessons[index].opened_at).date() for index in (0, -1))
    else:
        return texts("report-period", period=report.period.value)
    days = day_words(first, texts)
    if first != last:
        days = texts("report-days", to=day_words(last, texts), **{"from": days})
    return texts("report-period-when", period=report.period.value, days=days)
