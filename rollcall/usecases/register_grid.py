"""The register, as a teacher turns its pages: lessons of a week or a month, or the months of a term."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED, MEANINGS, Status
from rollcall.domain.collation import sort_key
from rollcall.report.model import Period, Report
from rollcall.storage.classes import members_of
from rollcall.storage.past_lessons import begun_between, first_begun, marks_by_student
from rollcall.storage.tables import SchoolClass
from rollcall.storage.timetable_tables import Term
from rollcall.usecases.report import Days, build_report

_LONGEST_TERM = timedelta(days=400)


@dataclass(frozen=True)
class Tally:
    """How often each mark was given."""

    counts: Mapping[Status, int]

    @property
    def attended(self) -> int:
        """How many lessons the student was at."""
        return sum(self.counts.get(one, 0) for one in ATTENDED)

    @property
    def lessons(self) -> int:
        """Of how many that count."""
        return sum(number for one, number in self.counts.items() if MEANINGS[one].counts)

    @property
    def share(self) -> float:
        """Attended of all that count; 0 without any."""
        return self.attended / self.lessons if self.lessons else 0.0


@dataclass(frozen=True)
class TermLine:
    """A student over a term.

    Attributes:
        months: one a month of the term; None where there is no mark.
    """

    person_id: int
    name: str
    former: bool
    months: Sequence[Tally | None]
    whole: Tally


@dataclass(frozen=True)
class TermSheet:
    """A class over a term.

    Attributes:
        days: the first and the last one.
        months: the first day of each.
        lessons: how many were in each.
    """

    school_class: SchoolClass
    days: Days
    months: Sequence[date]
    lessons: Sequence[int]
    students: Sequence[TermLine]


def week_of(day: date) -> Days:
    """From Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> Days:
    """From its first day to its last."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def sheet_of_days(session: Session, class_id: int, days: Days, now: datetime) -> Report:
    """The class's marks of these days, which nobody takes out."""
    return build_report(session, session.get_one(SchoolClass, class_id), Period.ALL, now, between=days)


def term_of(session: Session, class_id: int, now: datetime) -> Days:
    """The term of the class's timetable; before it and without one, from the first lesson to today."""
    zone = ZoneInfo(session.get_one(SchoolClass, class_id).timezone)
    today = now.astimezone(zone).date()
    term = session.get(Term, class_id)
    if term is not None and date.fromisoformat(term.first) <= today:
        first, last = date.fromisoformat(term.first), date.fromisoformat(term.last)
    else:
        begun = first_begun(session, class_id)
        first, last = begun.astimezone(zone).date() if begun is not None else today, today
    return max(first, last - _LONGEST_TERM), last


def term_sheet(session: Session, class_id: int, now: datetime) -> TermSheet:
    """Every student's marks over the term, month by month."""
    school_class = session.get_one(SchoolClass, class_id)
    zone, days = ZoneInfo(school_class.timezone), term_of(session, class_id, now)
    begins, ends = (datetime.combine(day, time(), zone) for day in (days[0], days[1] + timedelta(days=1)))
    lessons = begun_between(session, class_id, begins, ends)
    month_in = {one.id: one.opened_at.astimezone(zone).date().replace(day=1) for one in lessons}
    months = sorted(set(month_in.values()))
    found: dict[int, dict[date, dict[Status, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for lesson_id, person_id, status in marks_by_student(session, list(month_in)):
        found[person_id][month_in[lesson_id]][status] += 1
    lines = [
        TermLine(
            member.person.id,
            member.name,
            member.is_former,
            [Tally(marks[month]) if month in marks else None for month in months],
            _sum(marks.values()),
        )
        for member in members_of(session, class_id, former=True)
        if (marks := found.get(member.person.id, {})) or not member.is_former
    ]
    lines.sort(key=lambda one: sort_key(one.name))
    taught = list(month_in.values())
    return TermSheet(school_class, days, months, [taught.count(month) for month in months], lines)


def _sum(counted: Iterable[Mapping[Status, int]]) -> Tally:
    total: dict[Status, int] = defaultdict(int)
    for counts in counted:
        for status, number in counts.items():
            total[status] += number
    return Tally(total)
