"""When teachers hear once a week who misses a lot, and of which week. Pure functions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from rollcall.domain.timetable import Days, Plan

IN_A_ROW = (0, 2, 3, 5)
"""Absences in a row to choose from, from which on it is told; 0 for never."""
SHARES = (0, 50, 60, 75, 80, 90)
"""Percent to choose from, below which it is told; 0 for never."""
ENOUGH_LESSONS = 4
"""Below so many lessons a share says little."""

_FROM, _UNTIL = time(8), time(20)
_WORKING_DAYS = 5
_WEEK = timedelta(days=7)
_MOST_WEEKS_OFF = 12


def week_of(day: date) -> str:
    """The week as it is kept, ``2026-W48``; a later one is the greater word."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(week: str) -> date:
    """Its first day."""
    return date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)


def is_daytime(local: datetime) -> bool:
    """Whether teachers can be told anything."""
    return _FROM <= local.time() < _UNTIL


def is_time(local: datetime, plan: Plan) -> bool:
    """Whether teachers can be told of the week before: in the daytime, from the week's first working day on."""
    monday = local.date() - timedelta(days=local.weekday())
    first = next((day for day in _working_days(monday) if not _is_off(day, plan)), None)
    return first is not None and local.date() >= first and is_daytime(local)


def week_told_of(week: str, plan: Plan) -> Days:
    """The week before, and before it those in which every working day was a holiday: nobody was told then."""
    monday = monday_of(week)
    first = monday - _WEEK
    for _ in range(_MOST_WEEKS_OFF):
        if not all(_is_off(day, plan) for day in _working_days(first)):
            break
        first -= _WEEK
    return Days(first, monday - timedelta(days=1))


def _working_days(monday: date) -> list[date]:
    return [monday + timedelta(days=number) for number in range(_WORKING_DAYS)]


def _is_off(day: date, plan: Plan) -> bool:
    return any(day in days for days in plan.holidays)
