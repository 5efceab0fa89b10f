"""The way in: a file, or a message of lines, becomes a `Roster`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rollcall.domain.names import LONGEST_NAME, NameFault, clean_name, full_name_in
from rollcall.domain.similar_names import readings
from rollcall.roster.columns import Columns, columns_of
from rollcall.roster.model import (
    FAULTS_TAKEN,
    LONGEST_EMAIL,
    LONGEST_FACT,
    MOST_BYTES,
    MOST_PEOPLE,
    MOST_ROWS,
    LeftOut,
    Line,
    Oddity,
    Roster,
    Rows,
    Trouble,
    Unreadable,
    Why,
)
from rollcall.roster.text import decoded, rows_of
from rollcall.roster.workbook import sheets_of

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"'.]+")
_NOBODY = re.compile(r"(?:итого|всего|total|sum|список|группа|класс|list|group|class|roster)\b.*", re.IGNORECASE)
"""Sums below a list, titles above it."""
FEWEST_LINES = 3
"""Of a message, to be taken for a list."""


def read_file(data: bytes) -> Roster:
    """The list in a file, whatever its name: a workbook's first sheet that has one, or a text.

    Raises:
        Unreadable: there is none.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(Trouble.TOO_BIG)
    if data.startswith(_OLE):
        raise Unreadable(Trouble.OLD_WORKBOOK)
    if not data.startswith(_ZIP):
        return _roster(rows_of(decoded(data)))
    sheets = 0
    found: tuple[str, Roster] | None = None
    for title, rows in sheets_of(data):
        sheets += 1
        try:
            found = found or (title, _roster(rows))
        except Unreadable as error:
            if error.trouble is not Trouble.NO_NAMES:
                raise
    if found is None:
        raise Unreadable(Trouble.NO_NAMES)
    title, roster = found
    return Roster(roster.lines, roster.left_out, roster.odd, title[:LONGEST_FACT] if sheets > 1 else None)


def looks_like_list(text: str) -> bool:
    """Whether a message is a list of people: lines, most of them full names, with or without a number beside them."""
    if len([line for line in text.splitlines() if line.strip()]) < FEWEST_LINES:
        return False
    try:
        roster = read_text(text)
    except Unreadable:
        return False
    sure = len(roster.lines) - sum(oddity is Oddity.ONE_WORD for _, oddity in roster.odd)
    return sure >= FEWEST_LINES and sure > len([one for one in roster.left_out if one.why is Why.NO_NAME])


def read_text(text: str) -> Roster:
    """The list in a message.

    Raises:
        Unreadable: there is none.
    """
    return _roster(rows_of(text))


def _roster(rows: Rows) -> Roster:
    if len(rows) > MOST_ROWS:
        raise Unreadable(Trouble.TOO_MANY)
    columns = columns_of(rows)
    if columns is None:
        raise Unreadable(Trouble.NO_NAMES)
    found = _Found()
    for row, cells in enumerate(rows[columns.first_row :], start=columns.first_row + 1):
        said = _name_in(cells, columns)
        if said and not said.isdecimal() and not _NOBODY.fullmatch(said):
            found.take(row, said, cells, columns)
    if len(found.lines) > MOST_PEOPLE:
        raise Unreadable(Trouble.TOO_MANY)
    if len(found.lines) == sum(oddity is Oddity.ONE_WORD for _, oddity in found.odd):
        raise Unreadable(Trouble.NO_NAMES)  # words in a column, not one name among them
    return Roster(tuple(found.lines), tuple(found.left_out), tuple(found.odd))


class _Found:
    """The lines so far, and what is to be said of them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.left_out: list[LeftOut] = []
        self.odd: list[tuple[int, Oddity]] = []
        self._numbers: set[str] = set()
        self._by_name: dict[str, list[Line]] = {}

    def take(self, row: int, said: str, cells: Sequence[str], columns: Columns) -> None:
        """One row more."""
        name = full_name_in(said)
        if isinstance(name, NameFault):
            if name not in FAULTS_TAKEN:
                self.left_out.append(LeftOut(row, said[:LONGEST_NAME], Why.NO_NAME))
                return
            self.odd.append((len(self.lines), FAULTS_TAKEN[name]))
            name = clean_name(said)
        line = _line(name, cells, columns)
        namesakes = [other for reading in readings(name) for other in self._by_name.get(reading, ())]
        if any(_may_be_one(line, other) for other in namesakes):
            self.left_out.append(LeftOut(row, name, Why.DOUBLE))
            self.odd = [(place, oddity) for place, oddity in self.odd if place < len(self.lines)]
            return
        if line.number is not None and line.number in self._numbers:
            line = replace(line, number=None)
            self.odd.append((len(self.lines), Oddity.SAME_NUMBER))
        elif line.number is not None:
            self._numbers.add(line.number)
        if namesakes:
            self.odd.append((len(self.lines), Oddity.SAME_NAME))
        for reading in readings(name):
            self._by_name.setdefault(reading, []).append(line)
        self.lines.append(line)


def _may_be_one(one: Line, other: Line) -> bool:
    """Whether nothing tells two lines of one name apart."""
    facts = ((one.number, other.number), (one.group, other.group), (one.email, other.email))
    return not any(_differ(*both) for both in facts)


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _name_in(cells: Sequence[str], columns: Columns) -> str:
    parts = [cells[place] for place in columns.name if place < len(cells) and cells[place]]
    if len(set(parts)) == 1:
        parts = parts[:1]  # one cell that was merged over several
    return " ".join(parts)


def _line(name: str, cells: Sequence[str], columns: Columns) -> Line:
    def cell(place: int | None, most: int) -> str | None:
        found = cells[place] if place is not None and place < len(cells) else ""
        return found if found and len(found) <= most else None

    email = cell(columns.email, LONGEST_EMAIL)
    return Line(
        name,
        cell(columns.number, LONGEST_FACT),
        cell(columns.group, LONGEST_FACT),
        email if email is not None and _EMAIL.fullmatch(email) else None,
    )
