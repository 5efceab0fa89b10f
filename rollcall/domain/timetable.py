"""When a class's lessons are by its timetable, as the class's clocks have it; and how typed times and days are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rollcall.domain.lesson_end import LONGEST

TOLD_BEFORE = timedelta(minutes=10)
"""So long before a lesson opens by itself its teachers are told."""
_DAY_MINUTES = 24 * 60
_CLOCK = r"(\d{1,2})[:.](\d{2})"
_TO = r"\s*(?:[-–—−]|до|to)\s*"
_FROM_TO = re.compile(rf"{_CLOCK}{_TO}{_CLOCK}(?:[\s,;]+(.*))?", re.DOTALL)
_AND_LENGTH = re.compile(rf"{_CLOCK}[\s,]+(\d{{1,3}})(?:\s*(?:мин|min)\w*\.?)?(?:[\s,;]+(.*))?", re.DOTALL)
_DAY = r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.?(\d{4})?\.?)"
_DAYS = re.compile(rf"{_DAY}(?:(?:\s*[-–—−]\s*|\s+(?:до|по|to)\s+){_DAY})?")
_RECENT = timedelta(days=60)


class Weeks(StrEnum):
    """In which weeks a slot takes place, by their number in the year (ISO 8601)."""

    EVERY = "every"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True)
class Times:
    """When somebody says a lesson is.

    Attributes:
        begins: minutes after midnight.
        minutes: how long it is.
        topic: what it is about; empty where they did not say.
    """

    begins: int
    minutes: int
    topic: str = ""


@dataclass(frozen=True)
class Days:
    """From one day to another, both of them in it."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Plan:
    """What a timetable says beside its slots.

    Attributes:
        since, until: the first and the last day of it, where there are any.
        holidays: when there are no lessons.
    """

    zone: ZoneInfo
    since: date | None = None
    until: date | None = None
    holidays: Sequence[Days] = ()

    def holds(self, day: date) -> bool:
        """Whether lessons take place on that day at all."""
        if (self.since is not None and day < self.since) or (self.until is not None and day > self.until):
            return False
        return not any(day in days for days in self.holidays)


@dataclass(frozen=True)
class Occurrence:
    """A slot on one day: from when to when, in UTC."""

    day: date
    begins: datetime
    ends: datetime


def occurrence(day: date, begins: int, minutes: int, zone: ZoneInfo) -> Occurrence:
    """When a slot is on a day.

    A time that the clocks leave out, as they are put forward, is as much later; of one that they show twice the first
    one is meant. A lesson is as long as it says, whatever the clocks do meanwhile.
    """
    wall = datetime.combine(day, time(begins // 60, begins % 60))
    start = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return Occurrence(day, start, start + timedelta(minutes=minutes))


def occurrences(
    weekday: int, weeks: Weeks, begins: int, minutes: int, plan: Plan, now: datetime
) -> Iterator[Occurrence]:
    """Those of a slot that are running now or begin soon; one that began yesterday may still run."""
    today = now.astimezone(plan.zone).date()
    for days in (-1, 0, 1):
        day = today + timedelta(days=days)
        if day.isoweekday() == weekday and takes_place(day, weeks) and plan.holds(day):
            found = occurrence(day, begins, minutes, plan.zone)
            if found.begins - TOLD_BEFORE <= now < found.ends:
                yield found


def takes_place(day: date, weeks: Weeks) -> bool:
    """Whether a slot of these weeks is in this day's."""
    odd = day.isocalendar().week % 2 == 1
    return weeks is Weeks.EVERY or odd == (weeks is Weeks.ODD)


def times_typed(text: str) -> Times | None:
    """``8:30–9:15``, ``8.30 45`` or ``8:30-9:15 Algebra``; None for anything else."""
    line = " ".join(text.split())
    if (found := _FROM_TO.fullmatch(line)) is not None:
        begins, ends = _minutes(found[1], found[2]), _minutes(found[3], found[4])
        if begins is None or ends is None:
            return None
        return _lasting(begins, (ends - begins) % _DAY_MINUTES, found[5])
    if (found := _AND_LENGTH.fullmatch(line)) is not None:
        begins = _minutes(found[1], found[2])
        return None if begins is None else _lasting(begins, int(found[3]), found[4])
    return None


def days_typed(text: str, today: date) -> Days | None:
    """``23.02``, ``30.10–08.11`` or ``2026-10-30 – 2026-11-08``; None for anything else.

    Without a year it is the next such day; one that is just past may be meant as well.
    """
    found = _DAYS.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    first = _day(found.groups()[:6], today, today - _RECENT)
    if first is None:
        return None
    if not any(found.groups()[6:]):
        return Days(first, first)
    last = _day(found.groups()[6:], today, first)
    return None if last is None or last < first else Days(first, last)


def clock_of(minutes: int) -> str:
    """Minutes after midnight as ``08:30``."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _lasting(begins: int, minutes: int, topic: str | None) -> Times | None:
    if not timedelta(minutes=1) <= timedelta(minutes=minutes) <= LONGEST:
        return None
    return Times(begins, minutes, topic or "")


def _minutes(hours: str, minutes: str) -> int | None:
    return int(hours) * 60 + int(minutes) if int(hours) < 24 and int(minutes) < 60 else None


def _day(parts: Sequence[str | None], today: date, earliest: date) -> date | None:
    iso_year, iso_month, iso_day, day, month, year = (int(part) if part else 0 for part in parts)
    if iso_year:
        return _date(iso_year, iso_month, iso_day)
    if year:
        return _date(year, month, day)
    guesses = (_date(today.year + years, month, day) for years in range(-1, 9))  # a 29 February may be far
    return next((guess for guess in guesses if guess is not None and guess >= earliest), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
