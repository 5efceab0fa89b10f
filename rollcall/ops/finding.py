"""What a check of ``rollcall doctor`` found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One check's outcome. ``cure`` says what to do; it is empty where all is well."""

    check: str
    good: bool
    fact: str
    cure: str = ""
