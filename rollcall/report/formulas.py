"""Totals of a sheet as formulas, so that a mark that is corrected in the file counts."""

from __future__ import annotations

from collections.abc import Iterable

from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

Cells = tuple[int, int, int, int]
"""First row, first column, last row, last column; from 0."""


def counted(word: str, cells: Cells, sheet: str = "") -> str:
    """How many of the cells hold the word; what is special to such a search is taken as it is written."""
    plain = "".join("~" + one if one in "?*~" else one for one in word).replace('"', '""')
    return f'COUNTIF({_place(cells, sheet)},"{plain}")'


def added(cells: Cells, sheet: str = "") -> str:
    """The sum of the cells."""
    return f"SUM({_place(cells, sheet)})"


def sum_of(cells: Iterable[tuple[int, int]]) -> str:
    """The sum of single cells; 0 of none."""
    return "+".join(xl_rowcol_to_cell(row, column) for row, column in cells) or "0"


def share(part: str, whole: str) -> str:
    """A part of a whole; empty where the whole is nothing."""
    return f'IF({whole}=0,"",({part})/({whole}))'


def cell_in(sheet: str, row: int, column: int) -> str:
    """A cell of another sheet."""
    return f"{quote_sheetname(sheet)}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"


def _place(cells: Cells, sheet: str) -> str:
    return (f"{quote_sheetname(sheet)}!" if sheet else "") + str(xl_range_abs(*cells))
