"""Absences that a student announces, marks that a student objects to, and the days that people write."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

LONGEST_ABSENCE = timedelta(days=60)
"""Longer ones are for the school's office."""
BACK, AHEAD = timedelta(days=14), timedelta(days=365)
"""So long after its first day an absence can still be announced, and so long before."""
APPEAL_WITHIN = timedelta(days=30)
"""So long after a lesson a student can object to the mark."""


class AbsenceState(StrEnum):
    """Where an announced absence stands."""

    OPEN = "open"
    EXCUSED = "excused"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """By the student."""


class AppealState(StrEnum):
    """Where a student's objection to a mark stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    KEPT = "kept"
    """The mark stays as it is."""
    SETTLED = "settled"
    """A teacher has changed the mark meanwhile, elsewhere."""


_DAY = r"(\d{1,2})(?:\.(\d{1,2})(?:\.(\d{4}|\d{2})?)?)?"
_SPAN = re.compile(rf"{_DAY}\s*(?:[-–—]|to|по|до)\s*{_DAY}")
_SINGLE = re.compile(_DAY)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:\s*(?:[-–—]|to|по|до)\s*(\d{4})-(\d{2})-(\d{2}))?")


def days_in(text: str, today: date) -> tuple[date, date] | None:
    """The days that somebody typed: ``3.12``, ``3.12–5.12``, ``3-5.12.2026``, ``2026-12-03``; None where it is none.

    Without a year the next such day is meant, or one of the last two weeks.
    """
    line = " ".join(text.lower().split()).strip(" .")
    if (iso := _ISO.fullmatch(line)) is not None:
        numbers = [int(one) for one in iso.groups() if one is not None]
        first, last = _date(*numbers[:3]), _date(*numbers[-3:])
    elif (span := _SPAN.fullmatch(line)) is not None:
        day, month, year, last_day, last_month, last_year = span.groups()
        last = _near(last_day, last_month, last_year, today)
        if last is None:
            return None
        # What the first day leaves out is the last one's.
        first = _near(day, month or str(last.month), year or (last_year and str(last.year)), today)
        if first is not None and first > last and last_year is None:
            last = _near(last_day, last_month, str(first.year + (last.month < first.month)), today)
    elif (single := _SINGLE.fullmatch(line)) is not None:
        day, month, year = single.groups()
        first = last = _near(day, month, year, today)
    else:
        return None
    return (first, last) if first is not None and last is not None and _fits(first, last, today) else None


def week_of(today: date) -> tuple[date, date]:
    """From today to the end of the week, or the whole next one where it ends today."""
    left = 6 - today.weekday()
    return (today, today + timedelta(days=left)) if left else (today + timedelta(days=1), today + timedelta(days=7))


def fits(first: date, last: date, today: date) -> bool:
    """Whether an absence of these days can be announced."""
    return _fits(first, last, today)


def _fits(first: date, last: date, today: date) -> bool:
    return first <= last <= first + LONGEST_ABSENCE and today - BACK <= first <= today + AHEAD


def _near(day: str, month: str | None, year: str | None, today: date) -> date | None:
    if month is None:
        return None
    if year:
        return _date(int(year) + (2000 if len(year) <= 2 else 0), int(month), int(day))
    for candidate in (today.year - 1, today.year, today.year + 1):
        found = _date(candidate, int(month), int(day))
        if found is not None and found >= today - BACK:
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
