"""Of whom teachers hear once a week: rows of absences that end in it, and shares below the class's limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rollcall.domain.attendance import Status
from rollcall.domain.timetable import Days, Plan
from rollcall.domain.weekly import is_time, monday_of, week_of, week_told_of
from rollcall.report.model import LessonHead, Mark, Period, Report, StudentLine
from rollcall.report.weekly import missing_students

P, L, A, E, F = Status.PRESENT, Status.LATE, Status.ABSENT, Status.EXCUSED, Status.FLAGGED
FIRST = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""A Monday; a lesson a day, weekends too."""
DAY = timedelta(days=1)
SECOND_WEEK = Days(date(2026, 11, 9), date(2026, 11, 15))
BERLIN = ZoneInfo("Europe/Berlin")


def report(**students: Sequence[Status | None]) -> Report:
    number = max(len(marks) for marks in students.values())
    lessons = tuple(
        LessonHead(at, FIRST + at * DAY, FIRST + at * DAY, FIRST + at * DAY + DAY / 24) for at in range(number)
    )
    lines = [
        StudentLine(name, tuple(Mark(mark) if mark else None for mark in marks), person_id=at)
        for at, (name, marks) in enumerate(students.items())
    ]
    return Report("Физика", ZoneInfo("UTC"), Period.ALL, FIRST, lessons, lines)


def told(one: Report, in_a_row: int = 3, share_below: int = 0) -> dict[str, tuple[list[int], tuple[int, int] | None]]:
    found = missing_students(one, SECOND_WEEK, in_a_row, share_below)
    return {student.name: ([day.day for day in student.missed], student.share) for student in found}


def test_a_row_is_told_of_that_ends_in_the_week_also_where_the_student_came_since() -> None:
    one = report(
        still=[P] * 5 + [A] * 5,
        came=[P] * 6 + [A, A, A, P],
        before=[A] * 6 + [P] * 4,
        short=[P] * 8 + [A] * 2,
    )
    assert told(one) == {"still": ([7, 8, 9, 10, 11], None), "came": ([8, 9, 10], None)}
    assert set(told(one, in_a_row=2)) == {"still", "came", "short"}
    assert told(one, in_a_row=0) == {}


def test_an_excused_lesson_is_neither_missed_nor_attended_and_a_doubtful_one_ends_the_row() -> None:
    one = report(ill=[P] * 5 + [A, E, A, E, A], doubt=[P] * 5 + [A, A, F, A, A], away=[A] * 5 + [E] * 5)
    assert told(one) == {"ill": ([7, 9, 11], None)}
    shares = report(ill=[P, A, E, E, E, E, E, E, P, P], away=[A] * 5 + [E] * 5, none=[None] * 7 + [A, A, A])
    assert told(shares, 0, 80) == {"ill": ([], (3, 4))}, "below four lessons a share says little"
    assert told(shares, 0, 75) == {}, "exactly the limit is not below it"


def test_lateness_is_attendance_and_a_former_student_and_an_open_lesson_are_left_out() -> None:
    one = report(late=[L] * 10, gone=[A] * 10, poor=[P] * 5 + [A] * 5)
    gone = replace(one.students[1], former=True)
    assert told(replace(one, students=[one.students[0], gone, one.students[2]]), 0, 75) == {"poor": ([], (5, 10))}
    still_open = [*one.lessons[:7], *(replace(lesson, closed_at=None) for lesson in one.lessons[7:])]
    assert told(replace(one, lessons=tuple(still_open)), 3, 75) == {}, "no lesson was held in the week"


def test_the_worst_comes_first() -> None:
    one = report(a=[P] * 7 + [A] * 3, b=[P] * 5 + [A] * 5, c=[A, P] * 5, d=[A, A, A, P, A, P, A, A, P, P])
    assert list(told(one, 3, 75)) == ["b", "a", "d", "c"]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-09 07:59", False),
        ("2026-11-09 08:00", True),
        ("2026-11-09 20:00", False),
        ("2026-11-12 08:00", True),  # nobody was there on Monday
        ("2026-11-02 12:00", False),  # a holiday
        ("2026-11-05 08:00", True),  # the first day after it
        ("2026-10-26 12:00", False),  # a week of holidays
        ("2026-11-01 12:00", False),  # and its Sunday
    ],
)
def test_it_is_told_in_the_daytime_from_the_first_working_day_on(local: str, expected: bool) -> None:
    plan = Plan(BERLIN, holidays=[Days(date(2026, 10, 24), date(2026, 11, 4))])
    assert is_time(datetime.fromisoformat(local).replace(tzinfo=BERLIN), plan) is expected


def test_after_holidays_the_week_before_them_is_told_of() -> None:
    plan = Plan(BERLIN, holidays=[Days(date(2026, 10, 24), date(2026, 11, 8))])
    assert week_told_of("2026-W46", plan) == Days(date(2026, 10, 19), date(2026, 11, 8))
    assert week_told_of("2026-W46", Plan(BERLIN)) == Days(date(2026, 11, 2), date(2026, 11, 8))
    assert (
        week_told_of("2026-W46", Plan(BERLIN, holidays=[Days(date(2020, 1, 1), date(2030, 1, 1))])).first.year == 2026
    )


def test_a_week_of_two_years_is_one() -> None:
    assert week_of(date(2026, 12, 31)) == week_of(date(2027, 1, 3)) == "2026-W53" < week_of(date(2027, 1, 4))
    assert monday_of("2026-W53") == date(2026, 12, 28)
    assert monday_of("2027-W01") == date(2027, 1, 4)
