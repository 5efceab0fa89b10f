"""The rows of a text: a table parted by semicolons, commas or tabs, or a name on each line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from rollcall.domain.names import NameFault, full_name_in, one_visible_line
from rollcall.roster.model import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Rows, Trouble, Unreadable

_DELIMITERS = "\t;,"
"""The surest first: names have neither tabs nor semicolons."""
_LOOKED_AT = 50
_SAID = re.compile(r"\Asep=([;,\t])\r?\n", re.IGNORECASE)
"""How Excel is told what parts the cells."""
_BULLET = re.compile(r"\A\s*(?:№?\s*\d{1,4}\s*[.)\]:]\s*|[-–—•*·▪]\s+)")
"""What people put before the lines of a list."""
_NUMBER_BEHIND = re.compile(r"(?P<name>.*[^\W\d].*?)[\s:–—-]+(?P<number>\d{3,20})\s*")


def decoded(data: bytes) -> str:
    """The text in the encodings of spreadsheet programs: UTF-8, Excel's UTF-16, or Cyrillic Windows.

    Raises:
        Unreadable: it is no text.
    """
    try:
        text = data.decode("utf-16") if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _eight_bits(data)
    except UnicodeDecodeError as error:
        raise Unreadable(Trouble.UNREADABLE) from error
    strange = sum(sign < " " and sign not in "\t\r\n\f\v" for sign in text)
    if strange * 100 > len(text):
        raise Unreadable(Trouble.UNREADABLE)
    return text


def rows_of(text: str) -> Rows:
    """The text's rows.

    Raises:
        Unreadable: a cell without an end.
    """
    said = _SAID.match(text)
    if said is not None:
        text = text[said.end() :]
    delimiter = said[1] if said is not None else _delimiter(text)
    if delimiter is None:
        rows = [_parted(line) for line in text.splitlines()]
    else:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise Unreadable(Trouble.UNREADABLE) from error
    cells = [[one_visible_line(cell[:LONGEST_CELL]) for cell in row[:MOST_COLUMNS]] for row in rows[: MOST_ROWS + 1]]
    cells = [[_BULLET.sub("", row[0]), *row[1:]] if row else row for row in cells]
    if len(cells) == 1 and len(cells[0]) > 1 and all(_is_name(cell) for cell in cells[0] if cell):
        return [[cell] for cell in cells[0]]  # one line, the names beside each other
    return cells


def _parted(line: str) -> list[str]:
    found = _NUMBER_BEHIND.fullmatch(line)
    return [found["name"], found["number"]] if found is not None else [line]


def _eight_bits(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251")


def _delimiter(text: str) -> str | None:
    """What most of the lines have equally often; None where hardly any has it."""
    lines = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]
    for delimiter in _DELIMITERS:
        counts = Counter(_outside_quotes(line).count(delimiter) for line in lines)
        often, lines_so = counts.most_common(1)[0] if counts else (0, 0)
        if often and lines_so * 2 >= len(lines):
            return delimiter
    return None


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _is_name(cell: str) -> bool:
    return not isinstance(full_name_in(cell), NameFault)
