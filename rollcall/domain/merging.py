"""Two lessons become one: which of a student's two marks stays. Pure functions."""

from __future__ import annotations

from rollcall.domain.attendance import Status, rank


def is_better(one: Status, other: Status) -> bool:
    """Whether the first of two marks is the better one for its student."""
    return rank(one) < rank(other)
