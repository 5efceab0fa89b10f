"""The cells of an .xlsx. A workbook is a zip of XML from anybody: it is weighed before openpyxl opens it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from pathlib import PurePosixPath

from rollcall.domain.names import one_visible_line
from rollcall.roster.model import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Rows, Trouble, Unreadable

_MOST_UNPACKED = 24 * 2**20
_MOST_PARTS = 500
_MOST_MERGED = 2000
_LARGEST_MERGED = 2000
"""Cells: a group of hundreds of students, a title over a sheet's width. Beyond it one cell would become a million."""
_MOST_SHEETS = 40
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
"""No spreadsheet program writes one; an entity can be made of a thousand others."""
_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')

Area = tuple[int, int, int, int]
"""First column, first row, last column, last row, from 1."""


def sheets_of(data: bytes) -> Iterator[tuple[str, Rows]]:
    """The workbook's sheets that are to be seen, each with its title, in their order. Of formulas, what they came to
    when the workbook was saved; what is merged stands in each of its cells.

    Raises:
        Unreadable: it is no workbook, or one that is too big.
    """
    from openpyxl import load_workbook  # at first use: most bots never read a workbook

    try:
        parts = _unpacked(data)
        merged = _merged(parts)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and rules that openpyxl does not know: nothing to us
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets[:_MOST_SHEETS]:
                if sheet.sheet_state == "visible":
                    cells = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
                    rows = [[_text(cell) for cell in row] for row in cells]
                    yield sheet.title, _spread(rows, merged.get(sheet.title, []))
    except Unreadable:
        raise
    except Exception as error:  # whatever a made-up workbook does to zipfile, expat and openpyxl
        raise Unreadable(Trouble.UNREADABLE) from error


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts that are XML, no more than they may weigh, whatever the zip says of itself."""
    parts, left = {}, _MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) > _MOST_PARTS:
            raise Unreadable(Trouble.TOO_BIG)
        for part in archive.infolist():
            with archive.open(part) as opened:
                content = opened.read(left + 1)
            left -= len(content)
            if left < 0:
                raise Unreadable(Trouble.TOO_BIG)
            if part.filename.endswith((".xml", ".rels")):
                if _DECLARES.search(content.replace(b"\0", b"")):  # in UTF-16, too
                    raise Unreadable(Trouble.UNREADABLE)
                parts[part.filename.lstrip("/")] = content
    return parts


def _merged(parts: dict[str, bytes]) -> dict[str, list[Area]]:
    """What is merged, by the title of its sheet. openpyxl tells of it only where it holds every cell in memory."""
    relations = {
        one.get("Id", ""): one.get("Target", "")
        for one in _attributes(_RELATION, parts.get("xl/_rels/workbook.xml.rels", b""))
    }
    found: dict[str, list[Area]] = {}
    for sheet in _attributes(_SHEET, parts.get("xl/workbook.xml", b"")):
        target = relations.get(next((value for name, value in sheet.items() if name.endswith(":id")), ""), "")
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        areas = [match[1].decode() for match in _MERGED.finditer(parts.get(path, b""))]
        found[sheet.get("name", "")] = [_bounds(area) for area in areas[:_MOST_MERGED]]
    return found


def _attributes(element: re.Pattern[str], content: bytes) -> Iterator[dict[str, str]]:
    for match in element.finditer(content.decode("utf-8", "replace")):
        yield {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}


def _bounds(area: str) -> Area:
    from openpyxl.utils.cell import range_boundaries

    left, top, right, bottom = range_boundaries(area)
    return left or 1, top or 1, min(right or 1, MOST_COLUMNS), min(bottom or 1, MOST_ROWS + 1)


def _spread(rows: list[list[str]], areas: list[Area]) -> Rows:
    for left, top, right, bottom in areas:
        cells = (right - left + 1) * (bottom - top + 1)
        if cells > _LARGEST_MERGED or top > len(rows) or left > len(rows[top - 1]):
            continue
        said = rows[top - 1][left - 1]
        for row in rows[top - 1 : bottom] if said else ():
            row.extend([""] * (right - len(row)))
            for column in range(left - 1, right):
                row[column] = row[column] or said
    return rows


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a number of a student's card, as spreadsheets keep it
    if isinstance(cell, datetime | date):
        return f"{cell:%d.%m.%Y}"
    return one_visible_line(str(cell)[:LONGEST_CELL])
