"""The marks of a lesson, what each of them means to whoever counts, lists or draws it, and the rules that give them.

Here a mark is described, and nowhere else: text, sheet, charts, `/me` and the texts of a closed lesson read it from
`MEANINGS`. Its words are in the locales, under its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rollcall.domain.challenge import Words


class Status(StrEnum):
    """A student's mark for one lesson."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    """Not there, for a reason that a teacher took for a good one."""
    ABSENT = "absent"
    FLAGGED = "flagged"
    """Notes came from the account, but no voice was accepted, and one of them was suspicious."""


class Shape(StrEnum):
    """What a mark looks like in a picture, so that it is told apart without colours as well."""

    FULL = "full"
    CUT = "cut"
    """A diamond; in a grid a cell without a corner."""
    BARRED = "barred"
    HOLLOW = "hollow"
    EXCLAIMED = "exclaimed"


@dataclass(frozen=True)
class Meaning:
    """All that is to be known of a mark.

    Attributes:
        sign: before its word, for the eye; never instead of it.
        colour: in a picture, as ``#RRGGBB``.
        fill: of a cell in a spreadsheet, likewise.
        attended: whether the student was there.
        missed: whether the lesson counts as one that was missed.
        suspicious: whether it wants a look, and says why.
        given: whether only a teacher gives it, and no rule.
        named: whether a large class's picture names who has it.
        seen_as: what the student sees instead.
    """

    sign: str
    shape: Shape
    colour: str
    fill: str
    attended: bool = False
    missed: bool = False
    suspicious: bool = False
    given: bool = False
    named: bool = True
    seen_as: Status | None = None

    @property
    def usual(self) -> bool:
        """Whether it is counted although nobody has it."""
        return not self.given and not self.suspicious

    @property
    def counts(self) -> bool:
        """Whether the lesson is one of those that a share is of: an excused one speaks neither for nor against."""
        return self.attended or self.missed or self.suspicious


MEANINGS = {
    Status.PRESENT: Meaning("✅", Shape.FULL, "#1F7A8C", "#D5EAEE", attended=True, named=False),
    Status.LATE: Meaning("🕒", Shape.CUT, "#F2A93B", "#FCE8C5", attended=True),
    Status.EXCUSED: Meaning("📄", Shape.BARRED, "#7C8FC9", "#E0E5F5", given=True),
    Status.ABSENT: Meaning("▫️", Shape.HOLLOW, "#AEB9C1", "#ECEFF2", missed=True),
    Status.FLAGGED: Meaning("⚠️", Shape.EXCLAIMED, "#A4243B", "#F3CFD6", suspicious=True, seen_as=Status.ABSENT),
}
STATUSES = tuple(MEANINGS)
"""In the order in which people read them."""
BY_WEIGHT = tuple(sorted(STATUSES, key=lambda one: (not MEANINGS[one].attended, not MEANINGS[one].suspicious)))
"""Who came, then who wants a look, then the others: from one end of a bar to the other, from the top of a list down."""
ATTENDED = frozenset(one for one in STATUSES if MEANINGS[one].attended)


def rank(status: Status) -> tuple[int, int]:
    """The less, the better for its student, where of two marks one stays.

    Whoever came to one of two lessons came; a doubt is not lost beside an absence.
    """
    meaning = MEANINGS[status]
    kind = 0 if meaning.attended else 1 if meaning.given else 2 if meaning.suspicious else 3
    return kind, list(MEANINGS).index(status)


def seen_by_student(status: Status) -> Status:
    """The mark as its student sees it: a flag is for the teacher, to the student the lesson is one without a mark."""
    return MEANINGS[status].seen_as or status


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
        words: what was heard in the accepted note of what it was to say, where that was not it.
    """

    enrolled_at: datetime | None = None
    other_voices: int = 0
    as_file: bool = False
    words: Words | None = None

    def __bool__(self) -> bool:
        return self != Remarks()
