"""How a student and a class stand over several lessons. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from rollcall.domain.attendance import ATTENDED, MEANINGS, STATUSES
from rollcall.report.model import Report, StudentLine

_LOW_SHARE = 0.6
_MANY_MISSED = 3
_ENOUGH_LESSONS = 3
"""Below so many lessons a share says little: one missed lesson of two is no pattern."""


@dataclass(frozen=True)
class Standing:
    """One student over the lessons they were a member for, but for those that they were excused from."""

    student: StudentLine
    attended: int
    lessons: int
    missed_in_a_row: int
    """The longest run of absences; an excused lesson neither lengthens nor ends it."""

    @property
    def share(self) -> float:
        """Attended lessons of all; 0 without any."""
        return self.attended / self.lessons if self.lessons else 0.0

    @property
    def is_low(self) -> bool:
        """Whether too few lessons were attended."""
        return self.lessons >= _ENOUGH_LESSONS and self.share < _LOW_SHARE

    @property
    def is_away(self) -> bool:
        """Whether several lessons in a row were missed."""
        return self.missed_in_a_row >= _MANY_MISSED

    @property
    def is_worth_a_look(self) -> bool:
        """Whether the teacher should be told of this student."""
        return self.is_low or self.is_away


def standing_of(student: StudentLine) -> Standing:
    """Where this student stands."""
    marks = [mark for mark in student.marks if mark is not None and MEANINGS[mark.status].counts]
    longest = run = 0
    for mark in marks:
        run = run + 1 if MEANINGS[mark.status].missed else 0
        longest = max(longest, run)
    return Standing(student, sum(mark.status in ATTENDED for mark in marks), len(marks), longest)


def class_share(report: Report) -> float | None:
    """Attended marks of all that count; None without any."""
    total = sum(report.count(status) for status in STATUSES if MEANINGS[status].counts)
    return sum(report.count(status) for status in ATTENDED) / total if total else None


def lesson_share(report: Report, lesson: int) -> float | None:
    """Attended marks of all that count in the lesson with that index; None without any."""
    total = sum(report.count_in(lesson, status) for status in STATUSES if MEANINGS[status].counts)
    return sum(report.count_in(lesson, status) for status in ATTENDED) / total if total else None
