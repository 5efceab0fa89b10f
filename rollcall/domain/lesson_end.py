"""When a lesson may end, end later, or go on after its end: the rules. Pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(minutes=600)
"""Of a lesson, counted from its opening or from the word that makes it longer."""
LONGER_BY = timedelta(minutes=15)
"""What one press on the board adds, and what a lesson gets that goes on after its time was up."""

_FEW = 2
_GOES_ON_FOR_AT_LEAST = timedelta(minutes=5)


def worth_asking(*, missing: int, waiting: int, students: int, passed: timedelta, length: timedelta) -> bool:
    """Whether a teacher who closes the lesson now may have pressed by mistake.

    In the first half of the lesson, if more than a third has not checked in (two are never many), or if anyone waits
    for the teacher's word. Later on whoever is missing is missing, and the teacher means it.

    Args:
        missing: neither marked nor waiting.
    """
    many = missing > _FEW and missing * 3 > students
    return passed * 2 < length and (many or waiting > 0)


def may_reopen(closed_at: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """For the rest of the day on which it was closed, as the class's clocks have it."""
    return closed_at.astimezone(zone).date() == now.astimezone(zone).date()


def goes_on_until(closes_at: datetime, now: datetime) -> datetime:
    """When a lesson that is opened again closes: at its old end, or a little later where that is over or close."""
    return closes_at if closes_at - now >= _GOES_ON_FOR_AT_LEAST else now + LONGER_BY
