"""Present, late, absent, flagged: the marks of a lesson, and the rules that give them. Pure functions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """A student's mark for one lesson."""

    PRESENT = "present"
    LATE = "late"
    FLAGGED = "flagged"
    """Notes came from the account, but no voice was accepted, and one of them was suspicious."""
    ABSENT = "absent"


ATTENDED = frozenset({Status.PRESENT, Status.LATE})


def status_at(sent_at: datetime, late_at: datetime) -> Status:
    """The mark of a note sent then. Telegram's send time counts, so a backlog makes nobody late."""
    return Status.PRESENT if sent_at <= late_at else Status.LATE


def status_without_mark(*, suspicious_notes: int) -> Status:
    """The mark of a student none of whose notes was accepted."""
    return Status.FLAGGED if suspicious_notes else Status.ABSENT
