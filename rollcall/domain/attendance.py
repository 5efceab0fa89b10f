"""Present, late, absent, flagged: the marks of a lesson, and the rules that give them. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Remarks:
    """What a teacher may want to know of a mark that stands.

    Attributes:
        enrolled_at: when the voice had been recorded, where that was after the lesson had begun (UTC).
        other_voices: how many notes in another voice came before the mark.
        as_file: whether the accepted note was a file, and not recorded in Telegram.
    """

    enrolled_at: datetime | None = None
    other_voices: int = 0
    as_file: bool = False

    def __bool__(self) -> bool:
        return self != Remarks()
