"""The register: students by lessons, a week or a month at a time; over a term students by months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from rollcall.domain.attendance import MEANINGS, STATUSES
from rollcall.report.model import LessonHead, Mark, Report, StudentLine
from rollcall.report.standing import standing_of
from rollcall.report.wording import capital, day_words, share_percent, status_word
from rollcall.storage.past_lessons import newest
from rollcall.texts import Texts
from rollcall.usecases.register_grid import month_of, sheet_of_days, term_sheet, week_of
from web.pages.within import asked, day_asked, part
from web.visit import Visit

_CELLS, _FEWEST, _MOST = 1100, 10, 100
"""On a page: so many links are some hundred kilobytes, and as much as anybody reads."""
_ONE_DAY = timedelta(days=1)
WAITING = "waiting"


@dataclass(frozen=True)
class Column:
    """A lesson above its marks."""

    head: LessonHead
    weekday: str
    day: date
    clock: str
    here: int
    of: int


@dataclass(frozen=True)
class Line:
    """A student and their marks.

    Attributes:
        cells: classes for the eye and the word, one a lesson; None where the student was not in the class.
    """

    student: StudentLine
    attended: int
    lessons: int
    cells: Sequence[tuple[str, str] | None]


async def register(visit: Visit) -> Response:
    """GET …/register?view=week|month|term&day=…&page=…"""
    if asked(visit, "view") == "term":
        return await _term(visit)
    zone = ZoneInfo(visit.school_class.timezone)
    today = visit.now.astimezone(zone).date()
    day = day_asked(visit, "day")
    if day is None or not date(2000, 1, 1) < day < date(2200, 1, 1):
        last = await visit.look(newest, visit.class_id, 0, 1)
        day = last[0].opened_at.astimezone(zone).date() if last else today
    view = "month" if asked(visit, "view") == "month" else "week"
    days = month_of(day) if view == "month" else week_of(day)
    report = await visit.look(sheet_of_days, visit.class_id, days, visit.now)
    size = max(_FEWEST, min(_MOST, _CELLS // max(1, len(report.lessons))))
    students = part(visit, report.students, size)
    words = {status.value: status_word(status, visit.texts) for status in STATUSES}
    words[WAITING] = visit.texts("report-waiting")
    return visit.page(
        "register.html",
        tab="register",
        view=view,
        day=day,
        when=_when(view, days, visit.texts),
        before=days[0] - _ONE_DAY,
        after=days[1] + _ONE_DAY if days[1] < today else None,
        columns=[_column(report, number, visit.texts) for number in range(len(report.lessons))],
        lines=[_line(one, words) for one in students.entries],
        part=students,
        legend=legend(visit.texts),
    )


def legend(t: Texts) -> list[tuple[str, str]]:
    """Each mark with its words."""
    return [(status.value, capital(status_word(status, t))) for status in STATUSES]


def classes_of(mark: Mark) -> str:
    """How a mark looks: its shape and colour, and whether a teacher gave it."""
    return (WAITING if mark.waiting else mark.status.value) + (" by-hand" if mark.corrected else "")


async def _term(visit: Visit) -> Response:
    sheet = await visit.look(term_sheet, visit.class_id, visit.now)
    return visit.page(
        "term.html",
        tab="register",
        view="term",
        day=sheet.days[1],
        when=_days(sheet.days, visit.texts),
        sheet=sheet,
        months=[capital(visit.texts("register-month", month=month.month)) for month in sheet.months],
        part=part(visit, sheet.students, _MOST),
        percent=share_percent,
        level=_level,
    )


def _level(share: float) -> int:
    """From 0 to 4, for the shade of a cell."""
    return min(4, int(share * 5))


def _column(report: Report, number: int, t: Texts) -> Column:
    head = report.lessons[number]
    opened = report.local(head.opened_at)
    counts = {status: report.count_in(number, status) for status in STATUSES}
    return Column(
        head,
        t("plan-weekday-short", weekday=opened.isoweekday()),
        opened.date(),
        f"{opened:%H:%M}",
        sum(counts[status] for status in STATUSES if MEANINGS[status].attended),
        sum(counts.values()),
    )


def _line(student: StudentLine, words: dict[str, str]) -> Line:
    standing = standing_of(student)
    cells = [
        None if mark is None else (classes_of(mark), words[WAITING if mark.waiting else mark.status.value])
        for mark in student.marks
    ]
    return Line(student, standing.attended, standing.lessons, cells)


def _when(view: str, days: tuple[date, date], t: Texts) -> str:
    if view == "month":
        return f"{capital(t('register-month', month=days[0].month))} {days[0].year}"
    return _days(days, t)


def _days(days: tuple[date, date], t: Texts) -> str:
    first, last = days
    if first == last:
        return day_words(last, t)
    if (first.year, first.month) == (last.year, last.month):
        return t("report-day", day=f"{first.day}–{last.day}", month=last.month, year=str(last.year))
    return t("report-days", to=day_words(last, t), **{"from": day_words(first, t)})
