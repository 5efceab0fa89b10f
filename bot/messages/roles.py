"""What a teacher is to a class, in words."""

from __future__ import annotations

from datetime import date

from rollcall.texts import Texts


def last_words(day: date, t: Texts) -> str:
    """A substitute's last day: it is near, and the year known."""
    return t("staff-day", day=day.day, month=day.month)
