"""Who teaches a class: what a teacher is to it, for how long, and what the others hear of a change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Standing(StrEnum):
    """What a teacher has to be to a class."""

    ANY = "any"
    """Whoever teaches it, also as a substitute."""
    LASTING = "lasting"
    """No substitute: these hold lessons, and leave alone what outlives them."""
    OWNER = "owner"
    """The one who says who teaches it."""


class StaffNews(StrEnum):
    """What a teacher is told about who teaches a class, or about the class; and a student about their place in it."""

    JOINED = "joined"
    """Somebody teaches it too."""
    SUBSTITUTE = "substitute"
    """The same for a time."""
    LEFT = "left"
    """Somebody does not any more."""
    YOU_LEFT = "you-left"
    """You do not: somebody has taken you out."""
    OVER = "over"
    """You do not: your time as a substitute is over."""
    OWNER = "owner"
    """Somebody else decides from now on."""
    YOU_OWN = "you-own"
    """You decide from now on."""
    NO_TEACHER = "no-teacher"
    """You teach nothing any more: an admin says so."""
    APPOINTED = "appointed"
    """You teach it: an admin says so."""
    ARCHIVED = "archived"
    """Somebody has put the class away."""
    RESTORED = "restored"
    """And brought it back."""
    ERASED_SOON = "erased-soon"
    """It is in the archive, and its time there nearly over."""
    MOVED = "moved"
    """You, a student, are in this class now, and no more in another."""
    OUT = "out"
    """You, a student, are in this class no more."""
    BACK = "back"
    """You are again."""
    UNLISTED = "unlisted"
    """You are not, for you are not on its list."""
    FREED = "freed"
    """The line of the list that you had claimed is another's; say who you are."""
    FREED_OUT = "freed-out"
    """It is another's, and you are not in the class."""


OUT_OR_BACK = frozenset({StaffNews.OUT, StaffNews.BACK, StaffNews.UNLISTED})
"""Of which the last word counts."""


def ends_with(day: date, timezone: str) -> datetime:
    """The moment at which a day is over in the time zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone)).astimezone(UTC)


def last_day(until: datetime, timezone: str) -> date:
    """The last day that is over by then: as people say until when."""
    return (until - timedelta(seconds=1)).astimezone(ZoneInfo(timezone)).date()
