"""A sheet on paper: A4, its headings on every page, above it the class and when, below it the page."""

from __future__ import annotations

import math
from typing import Any

from rollcall.report.model import Report
from rollcall.report.wording import clock, day_words, lesson_when, one_line, period_when
from rollcall.texts import Texts

_A4 = 9
_MARGIN, _HEADED = 0.4, 0.7
"""Inches."""
_UPRIGHT, _ACROSS = 100, 145
"""So many characters of the sheet's font fit beside each other on a page."""
_SMALLEST = 0.7
"""What is printed smaller than this is hard to read: rather another page beside it."""
_LONGEST_TITLE = 80
"""Of the 255 characters that a header may have."""


def set_up(
    sheet: Any,
    report: Report,
    texts: Texts,
    *,
    widths: list[float],
    repeated: int = 1,
    headings: tuple[int, int] | None = None,
) -> None:
    """Make the sheet print well.

    Args:
        widths: of the columns that are printed, in characters.
        repeated: how many columns stand on each page.
        headings: the first and the last row that stand on each page, if any.
    """
    sheet.set_paper(_A4)
    sheet.set_margins(left=_MARGIN, right=_MARGIN, top=_HEADED, bottom=_HEADED)
    whole = sum(widths)
    if whole > _UPRIGHT / 0.8:
        sheet.set_landscape()
    first = sum(widths[:repeated])
    beside = max(1, math.ceil((whole - first) / (_ACROSS / _SMALLEST - first)))
    sheet.fit_to_pages(beside, 0)
    if headings is not None:
        sheet.repeat_rows(*headings)
    if beside > 1:
        sheet.repeat_columns(0, repeated - 1)
    title = _plain(one_line(report.class_title)[:_LONGEST_TITLE])
    sheet.set_header(f"&L&B{title}&R{_plain(_when(report, texts))}")
    at = report.local(report.made_at)
    made = f"{texts('report-row-made')}: {day_words(at.date(), texts)}, {clock(at)}"
    page = texts("report-sheet-page", page="&P", pages="&N")
    sheet.set_footer(f"&L{_plain(made)}&R{page}")


def _when(report: Report, texts: Texts) -> str:
    if report.is_single and report.lessons:
        return lesson_when(report, report.lessons[0], texts)
    return period_when(report, texts)


def _plain(words: str) -> str:
    return words.replace("&", "&&")
