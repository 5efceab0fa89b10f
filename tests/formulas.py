"""What a spreadsheet program makes of our formulas, for a machine that has none: the few functions that we use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")
    |(?P<place>(?:'(?:[^']|'')+'!|[^\W\d]\w*!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)
    |(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Z]+)|(?P<sign>[-+*/=(),])""",
    re.VERBOSE,
)
Value = object


def calculated(book: Workbook) -> list[list[list[Value]]]:
    """Each sheet's rows with every formula calculated anew."""
    return [[[_of(book, cell.value, sheet) for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]


def _of(book: Workbook, value: Value, sheet: Worksheet) -> Value:
    if not (isinstance(value, str) and value.startswith("=")):
        return value
    reader = _Reader(book, sheet, value[1:])
    found = reader.compared()
    assert reader.at == len(reader.tokens), value
    return found


class _Reader:
    """A formula from left to right."""

    def __init__(self, book: Workbook, sheet: Worksheet, formula: str) -> None:
        self.book, self.sheet, self.at = book, sheet, 0
        self.tokens: list[tuple[str, str]] = []
        end = 0
        for match in _TOKEN.finditer(formula):
            assert match.start() == end, f"what is {formula[end:]!r}?"
            end = match.end()
            self.tokens.append((str(match.lastgroup), match.group()))
        assert end == len(formula), f"what is {formula[end:]!r}?"

    def compared(self) -> Value:
        left = self._sum()
        return left == self._sum() if self._takes("=") else left

    def _sum(self) -> Value:
        left = self._product()
        while (sign := self._takes("+", "-")) is not None:
            right = _number(self._product())
            left = _number(left) + (right if sign == "+" else -right)
        return left

    def _product(self) -> Value:
        left = self._one()
        while (sign := self._takes("*", "/")) is not None:
            right = _number(self._one())
            if sign == "/" and right == 0:
                left = "#DIV/0!"
                continue
            left = _number(left) * right if sign == "*" else _number(left) / right
        return left

    def _one(self) -> Value:
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return token[1:-1].replace('""', '"')
        if kind == "number":
            return float(token) if "." in token else int(token)
        if kind == "place":
            cells = list(self._cells(token))
            return cells if ":" in token else cells[0]
        if kind == "name":
            assert self._takes("(")
            return _FUNCTIONS[token](*self._arguments())
        assert token == "(", token
        found = self.compared()
        assert self._takes(")")
        return found

    def _arguments(self) -> Iterator[Value]:
        yield self.compared()
        while self._takes(","):
            yield self.compared()
        assert self._takes(")")

    def _takes(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def _cells(self, place: str) -> Iterator[Value]:
        name, _, cells = place.rpartition("!")
        sheet = self.book[name.removeprefix("'").removesuffix("'").replace("''", "'")] if name else self.sheet
        left, top, right, bottom = range_boundaries(cells.replace("$", ""))
        for row in sheet.iter_rows(top, bottom, left, right):
            for cell in row:
                yield _of(self.book, cell.value, sheet)


def _number(value: Value) -> float:
    """An empty cell is nothing in a sum."""
    assert isinstance(value, int | float | None), value
    return value or 0


def _counted(cells: Value, word: Value) -> int:
    assert isinstance(cells, list)
    pattern = re.sub(r"~([?*~])|([?*])|([^?*~]+)", _as_pattern, str(word))
    return sum(isinstance(cell, str) and re.fullmatch(pattern, cell, re.IGNORECASE) is not None for cell in cells)


def _as_pattern(match: re.Match[str]) -> str:
    plain, wild, rest = match.groups()
    return {"?": ".", "*": ".*"}[wild] if wild else re.escape(plain or rest)


def _added(cells: Value) -> float:
    assert isinstance(cells, list)
    return sum(cell for cell in cells if isinstance(cell, int | float))


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "COUNTIF": _counted,
    "SUM": _added,
    "IF": lambda condition, one, other: one if condition else other,
}
