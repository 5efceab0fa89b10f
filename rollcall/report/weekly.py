"""Of whom teachers hear once a week: who missed several lessons in a row, and who attends too few. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollcall.domain.attendance import ATTENDED, MEANINGS
from rollcall.domain.timetable import Days
from rollcall.domain.weekly import ENOUGH_LESSONS
from rollcall.report.model import Report, StudentLine


@dataclass(frozen=True)
class Missing:
    """A student of whom teachers hear.

    Attributes:
        missed: the days of the lessons missed in a row, one for each; empty where they are not many.
        share: how many lessons were attended, and of how many; None where they are enough.
    """

    person_id: int
    name: str
    missed: tuple[date, ...]
    share: tuple[int, int] | None

    @property
    def weight(self) -> tuple[int, float]:
        """Who has the smallest is told of first."""
        return -len(self.missed), self.share[0] / self.share[1] if self.share is not None else 1.0


def missing_students(report: Report, week: Days, in_a_row: int, share_below: int) -> Sequence[Missing]:
    """Whom the week gives a reason to name; nobody for a week without lessons.

    An excused lesson is neither a missed nor an attended one, and ends no row. A row is told of while it gets longer, a
    share while there are lessons that count.

    Args:
        in_a_row: how many missed lessons are told of; 0 for none.
        share_below: in percent; 0 for none.
    """
    found = [_missing(report, one, week, in_a_row, share_below) for one in report.students if not one.former]
    return sorted((one for one in found if one is not None), key=lambda one: one.weight)


def _missing(report: Report, student: StudentLine, week: Days, in_a_row: int, share_below: int) -> Missing | None:
    days = [
        (report.local(lesson.opened_at).date(), mark.status)
        for lesson, mark in zip(report.lessons, student.marks, strict=True)
        if lesson.closed_at is not None and mark is not None and MEANINGS[mark.status].counts
    ]
    if not any(day in week for day, _ in days):
        return None
    longest: list[date] = []
    run: list[date] = []
    for day, status in days:
        run = [*run, day] if MEANINGS[status].missed else []
        if day in week and len(run) > len(longest):
            longest = run
    missed = tuple(longest) if in_a_row and len(longest) >= in_a_row else ()
    attended = sum(status in ATTENDED for _, status in days)
    low = len(days) >= ENOUGH_LESSONS and attended * 100 < share_below * len(days)
    share = (attended, len(days)) if low else None
    return Missing(student.person_id, student.full_name, missed, share) if missed or share else None
