"""When lessons are by a timetable, also over a change of the clocks; and how typed times and days are read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rollcall.domain.timetable import (
    Days,
    Occurrence,
    Plan,
    Times,
    Weeks,
    clock_of,
    days_typed,
    occurrence,
    occurrences,
    times_typed,
)

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST_EIGHT = 8 * 60 + 30
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Sundays on which Berlin puts its clocks forward, and back."""
DAY = timedelta(days=1)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hour"), [(SPRING - DAY, 7), (SPRING, 6), (AUTUMN - DAY, 6), (AUTUMN, 7)])
def test_a_lesson_is_at_the_same_time_of_the_wall_clock_before_and_after_a_change(day: date, hour: int) -> None:
    found = occurrence(day, HALF_PAST_EIGHT, 45, BERLIN)
    assert found == Occurrence(day, utc(day, hour, 30), utc(day, hour + 1, 15))
    assert f"{found.begins.astimezone(BERLIN):%H:%M}" == "08:30"


def test_a_time_that_the_clocks_leave_out_is_as_much_later() -> None:
    found = occurrence(SPRING, 2 * 60 + 30, 45, BERLIN)
    assert f"{found.begins.astimezone(BERLIN):%H:%M}" == "03:30"
    assert found.ends - found.begins == timedelta(minutes=45)


def test_of_a_time_that_the_clocks_show_twice_the_first_is_meant() -> None:
    found = occurrence(AUTUMN, 2 * 60 + 30, 45, BERLIN)
    assert found.begins == utc(AUTUMN, 0, 30)
    assert found.begins.astimezone(BERLIN).utcoffset() == timedelta(hours=2), "still summer"


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_lesson_during_which_the_clocks_change_is_as_long_as_it_says(day: date) -> None:
    found = occurrence(day, 60 + 30, 120, BERLIN)
    assert found.ends - found.begins == timedelta(minutes=120)


def on(
    now: datetime, weekday: int, plan: Plan, weeks: Weeks = Weeks.EVERY, begins: int = HALF_PAST_EIGHT
) -> list[date]:
    return [one.day for one in occurrences(weekday, weeks, begins, 45, plan, now)]


def test_a_slot_is_there_from_ten_minutes_before_until_its_end() -> None:
    plan = Plan(BERLIN)
    assert on(utc(AUTUMN, 7, 19), 7, plan) == []
    assert on(utc(AUTUMN, 7, 20), 7, plan) == [AUTUMN]
    assert on(utc(AUTUMN, 8, 14), 7, plan) == [AUTUMN]
    assert on(utc(AUTUMN, 8, 15), 7, plan) == []
    assert on(utc(AUTUMN, 7, 40), 6, plan) == [], "another day of the week"


def test_a_lesson_over_midnight_runs_on_the_next_day_and_one_just_after_it_is_told_of_the_day_before() -> None:
    plan = Plan(BERLIN)
    monday = date(2026, 11, 2)
    assert on(utc(monday, 23, 10), 1, plan, begins=23 * 60 + 50) == [monday]  # 00:10 in Berlin
    assert on(utc(monday, 22, 55), 2, plan, begins=0) == [monday + DAY]  # 23:55 in Berlin


def test_holidays_and_days_outside_the_term_have_no_lessons() -> None:
    monday = date(2026, 11, 2)
    at = utc(monday, 7, 40)
    assert on(at, 1, Plan(BERLIN, monday, monday)) == [monday]
    assert on(at, 1, Plan(BERLIN, since=monday + DAY)) == []
    assert on(at, 1, Plan(BERLIN, until=monday - DAY)) == []
    assert on(at, 1, Plan(BERLIN, holidays=[Days(monday - DAY, monday)])) == []
    assert on(at, 1, Plan(BERLIN, holidays=[Days(monday + DAY, monday + DAY)])) == [monday]


def test_odd_and_even_weeks_take_turns() -> None:
    monday = date(2026, 11, 2)  # of the 45th week
    at = utc(monday, 7, 40)
    assert on(at, 1, Plan(BERLIN), Weeks.ODD) == [monday]
    assert on(at, 1, Plan(BERLIN), Weeks.EVEN) == []
    assert on(at + 7 * DAY, 1, Plan(BERLIN), Weeks.EVEN) == [monday + 7 * DAY]


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("8:30–9:15", Times(510, 45)),
        (" 8.30 - 9.15 ", Times(510, 45)),
        ("8:30 до 9:15", Times(510, 45)),
        ("8:30 45", Times(510, 45)),
        ("08:30 45 мин", Times(510, 45)),
        ("8:30-9:15 Алгебра: дроби", Times(510, 45, "Алгебра: дроби")),
        ("8:30 45 min, Algebra", Times(510, 45, "Algebra")),
        ("23:30–00:30", Times(1410, 60)),
        ("8:30", None),
        ("25:00 45", None),
        ("8:30–8:30", None),
        ("8:30 601", None),
        ("утром", None),
    ],
)
def test_times_are_read_as_people_type_them(typed: str, times: Times | None) -> None:
    assert times_typed(typed) == times
    assert clock_of(510) == "08:30"


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("23.02", "2027-02-23", "2027-02-23"),
        ("30.10–08.11", "2026-10-30", "2026-11-08"),
        ("31.12 - 10.01", "2026-12-31", "2027-01-10"),
        ("2026-10-30 – 2026-11-08", "2026-10-30", "2026-11-08"),
        ("01.09.2026 по 31.05.2027", "2026-09-01", "2027-05-31"),
        ("29.02", "2028-02-29", "2028-02-29"),
        ("1.9", "2027-09-01", "2027-09-01"),
    ],
)
def test_days_are_read_as_people_type_them(typed: str, first: str, last: str) -> None:
    expected = Days(date.fromisoformat(first), date.fromisoformat(last))
    assert days_typed(typed, date(2026, 11, 29)) == expected


@pytest.mark.parametrize("typed", ["", "32.01", "завтра", "08.11.2026–30.10.2026", "1", "2026"])
def test_what_is_no_day_is_asked_for_again(typed: str) -> None:
    assert days_typed(typed, date(2026, 11, 29)) is None
