"""What a list says, and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rollcall.domain.names import NameFault

Rows = Sequence[Sequence[str]]
"""A sheet as text, a row a line of it; cells are on one visible line, and empty where there is nothing."""

MOST_BYTES = 2 * 2**20
MOST_PEOPLE = 1000
MOST_ROWS = 3000
"""That are looked at: people, headings, gaps."""
MOST_COLUMNS = 60
LONGEST_CELL = 200
LONGEST_FACT = 64
"""Of a number, of a group."""
LONGEST_EMAIL = 128


class Trouble(StrEnum):
    """Why a file is no list. Each has one sentence in each language (``roster-trouble-<value>`` in the texts)."""

    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    OLD_WORKBOOK = "old_workbook"
    """Excel's format before 2007, or a workbook behind a password: the two look the same from outside."""
    UNREADABLE = "unreadable"
    NO_NAMES = "no_names"


class Unreadable(Exception):
    """Nothing can be read out of it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Line:
    """A person on the list."""

    name: str
    number: str | None = None
    """As the school writes it: of a student's card, of a register."""
    group: str | None = None
    email: str | None = None


class Why(StrEnum):
    """Why a row is not taken (``roster-why-<value>`` in the texts)."""

    DOUBLE = "double"
    """The same person stands higher up."""
    NO_NAME = "no_name"
    """What stands where the name should be is none."""


@dataclass(frozen=True)
class LeftOut:
    """A row that is not taken."""

    row: int
    """As the sheet counts, from 1."""
    text: str
    why: Why


class Oddity(StrEnum):
    """What to look at in a line that is taken (``roster-odd-<value>`` in the texts)."""

    ONE_WORD = "one_word"
    SAME_NAME = "same_name"
    """Another line has the same name, and another number or group: two people, it seems."""
    SAME_NUMBER = "same_number"
    """Somebody higher up has the number; it is not taken for this one."""


@dataclass(frozen=True)
class Roster:
    """A list that was read."""

    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...] = ()
    odd: tuple[tuple[int, Oddity], ...] = ()
    """By their places among `lines`."""
    sheet: str | None = None
    """The one that was read, of a workbook of several."""


FAULTS_TAKEN = {NameFault.ONE_WORD: Oddity.ONE_WORD}
"""There are people of one name; everything else that is no full name is nobody's."""
