"""Two lessons become one: which of a student's two marks stays. Pure functions."""

from __future__ import annotations

from rollcall.domain.attendance import Status

_BEST_FIRST = (Status.PRESENT, Status.LATE, Status.EXCUSED, Status.FLAGGED, Status.ABSENT)
"""Whoever came to one of the two came; a doubt is not lost beside an absence."""


def is_better(one: Status, other: Status) -> bool:
    """Whether the first of two marks is the better one for its student."""
    return _BEST_FIRST.index(one) < _BEST_FIRST.index(other)
