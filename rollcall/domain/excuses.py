"""Why a student was not there: a few reasons that fit most cases, or a teacher's or student's own words."""

from __future__ import annotations

from enum import StrEnum

LONGEST = 200
"""Characters of a reason in one's own words."""


class Excuse(StrEnum):
    """The usual reasons; they are said in the reader's language."""

    ILLNESS = "illness"
    FAMILY = "family"
    EVENT = "event"
    """A competition, a performance, an excursion."""
    OTHER = "other"


def clean_reason(typed: str) -> str | None:
    """A reason as it is kept: on one line; None for nothing, or too much."""
    line = " ".join(typed.split())
    return line if 0 < len(line) <= LONGEST else None


def kind_of(reason: str | None) -> str:
    """What may be put on record of a reason: which of the usual ones, or that there was one. Never its words."""
    if reason is None:
        return "none"
    return reason if reason in set(Excuse) else "own words"
