"""The report as an Excel workbook: typed cells, ready to filter, nothing that runs."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from rollcall.domain.attendance import MEANINGS, STATUSES
from rollcall.domain.confidence import percent
from rollcall.report.model import Mark, Report
from rollcall.report.remarks import remark_words
from rollcall.report.standing import class_share, lesson_share, standing_of
from rollcall.report.wording import (
    capital,
    count_word,
    lesson_when,
    one_line,
    period_when,
    reason_words,
    status_word,
)
from rollcall.texts import Texts

_LONGEST_SHEET_NAME = 31
_WIDEST_COLUMN = 48


def spreadsheet(report: Report, texts: Texts) -> bytes:
    """An .xlsx file: a sheet with one row per student, and a sheet with the summary."""
    out = io.BytesIO()
    # Names are data: nothing that people typed may become a formula, a link or a number.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": one_line(report.class_title), "created": _local(report, report.made_at)})
        pages = _Pages(book, report, texts)
        if report.is_single:
            pages.lesson()
        else:
            pages.period()
        pages.summary()
    return out.getvalue()


def sheet_name(title: str, fallback: str, taken: str) -> str:
    r"""A class title as Excel allows it on a tab: 31 characters, none of ``[]:*?/\``, no edge apostrophe, not taken."""
    kept = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).split())
    while len(kept.encode("utf-16-le", "replace")) // 2 > _LONGEST_SHEET_NAME:
        kept = kept[:-1]
    kept = kept.strip("' ")
    return fallback if kept.lower() in ("", "history", taken.lower()) else kept


class _Pages:
    """The sheets of one workbook."""

    def __init__(self, book: Any, report: Report, texts: Texts) -> None:
        self.book, self.report, self.texts = book, report, texts
        base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}

        def style(**more: Any) -> Any:
            return book.add_format({**base, **more})

        head = {"bold": True, "bg_color": "#1F3A44", "font_color": "#FFFFFF", "text_wrap": True}
        moment = texts("report-excel-moment")
        self.plain, self.bold, self.centred = style(), style(bold=True), style(align="center")
        self.head = style(**head)
        self.head_moment = style(**head, num_format=moment, rotation=90, align="center")
        self.clock = style(num_format="hh:mm:ss", align="center")
        self.moment = style(num_format=moment, align="left")
        self.share = style(num_format="0%", align="center")
        self.fills = {status: style(bg_color=of.fill, align="center") for status, of in MEANINGS.items()}

    def lesson(self) -> None:
        """One row per student: status, time, confidence, and what was refused."""
        sheet = self._students_sheet("report-sheet-lesson")
        columns = ("name", "status", "time", "confidence", "refused", "reasons", "remarks")
        heads = ["№", *(self.texts(f"report-column-{column}") for column in columns)]
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, self.head)
        reasons_width = remarks_width = 12
        for row, student in enumerate(self.report.students, start=1):
            sheet.write_number(row, 0, row, self.centred)
            sheet.write_string(row, 1, student.full_name, self.plain)
            mark = student.marks[0] if student.marks else None
            if mark is not None:
                self._mark_cells(sheet, row, mark)
                reasons_width = max(reasons_width, len(reason_words(mark.told, self.texts)))
                remarks_width = max(remarks_width, len("; ".join(remark_words(self.report, mark, self.texts))))
        self._finish(sheet, columns=len(heads), frozen_columns=2)
        widths = (17, 12, 20, 16, min(reasons_width + 2, _WIDEST_COLUMN), min(remarks_width + 2, 2 * _WIDEST_COLUMN))
        for column, width in enumerate(widths, start=2):
            sheet.set_column(column, column, width)

    def _mark_cells(self, sheet: Any, row: int, mark: Mark) -> None:
        sheet.write_string(row, 2, status_word(mark.status, self.texts), self.fills[mark.status])
        if mark.at is not None:
            sheet.write_datetime(row, 3, _local(self.report, mark.at), self.clock)
        if mark.confirmed:
            sheet.write_string(row, 4, self.texts("report-confirmed-short"), self.centred)
        elif mark.waiting:
            sheet.write_string(row, 4, self.texts("report-waiting"), self.centred)
        elif mark.confidence is not None:
            sheet.write_number(row, 4, percent(mark.confidence) / 100, self.share)
        sheet.write_number(row, 5, len(mark.told), self.centred)
        sheet.write_string(row, 6, reason_words(mark.told, self.texts), self.plain)
        sheet.write_string(row, 7, "; ".join(remark_words(self.report, mark, self.texts)), self.plain)

    def period(self) -> None:
        """One row per student, one column per lesson, and the totals."""
        sheet = self._students_sheet("report-sheet-period")
        sheet.write_string(0, 0, "№", self.head)
        sheet.write_string(0, 1, self.texts("report-column-name"), self.head)
        for column, lesson in enumerate(self.report.lessons, start=2):
            sheet.write_datetime(0, column, _local(self.report, lesson.opened_at), self.head_moment)
        totals = 2 + len(self.report.lessons)
        heads = [capital(count_word(status, 0, self.texts, single=False)) for status in STATUSES]
        heads += [self.texts(f"report-column-{column}") for column in ("attended", "lessons", "share")]
        for column, head in enumerate(heads, start=totals):
            sheet.write_string(0, column, head, self.head)
        for row, student in enumerate(self.report.students, start=1):
            sheet.write_number(row, 0, row, self.centred)
            sheet.write_string(row, 1, student.full_name, self.plain)
            for column, mark in enumerate(student.marks, start=2):
                if mark is not None:
                    letter = self.texts(f"status-letter-{mark.status.value}")
                    waits = "…" if mark.waiting else ""
                    sheet.write_string(row, column, letter + waits, self.fills[mark.status])
                    if mark.remarks:
                        sheet.write_comment(row, column, "; ".join(remark_words(self.report, mark, self.texts)))
            standing = standing_of(student)
            numbers = [*(student.count(status) for status in STATUSES), standing.attended, standing.lessons]
            for column, number in enumerate(numbers, start=totals):
                sheet.write_number(row, column, number, self.centred)
            if standing.lessons:
                sheet.write_number(row, totals + len(numbers), standing.share, self.share)
        self._finish(sheet, columns=totals + len(heads), frozen_columns=2)
        if self.report.lessons:
            sheet.set_row(0, 110)
            sheet.set_column(2, totals - 1, 5)
        sheet.set_column(totals, totals + len(heads) - 1, 15)

    def summary(self) -> None:
        """The class, when, and how many."""
        report, texts = self.report, self.texts
        sheet = self.book.add_worksheet(texts("report-sheet-summary"))
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 6, 18)
        when = period_when(report, texts)
        if report.is_single and report.lessons:
            when = lesson_when(report, report.lessons[0], texts)
        facts: list[tuple[str, str | int]] = [
            (texts("report-row-class"), one_line(report.class_title)),
            (texts("report-row-lesson" if report.is_single else "report-row-period"), when),
            (texts("report-row-zone"), report.timezone.key),
            (texts("report-row-lessons"), len(report.lessons)),
            (texts("report-row-students"), len(report.students)),
            *(
                (
                    capital(count_word(status, report.count(status), texts, single=report.is_single)),
                    report.count(status),
                )
                for status in STATUSES
            ),
            (texts("report-row-waiting"), report.waiting),
        ]
        left = self.book.add_format({"align": "left"})
        for row, (name, value) in enumerate(facts):
            sheet.write_string(row, 0, name, self.bold)
            if isinstance(value, int):
                sheet.write_number(row, 1, value, left)
            else:
                sheet.write_string(row, 1, value, self.plain)
        row = len(facts)
        share = class_share(report)
        if share is not None:
            sheet.write_string(row, 0, texts("report-row-share"), self.bold)
            sheet.write_number(row, 1, share, self.book.add_format({"num_format": "0%", "align": "left"}))
            row += 1
        sheet.write_string(row, 0, texts("report-row-made"), self.bold)
        sheet.write_datetime(row, 1, _local(report, report.made_at), self.moment)
        if not report.is_single:
            self._lessons_table(sheet, row + 2)

    def _lessons_table(self, sheet: Any, top: int) -> None:
        words = [capital(count_word(status, 0, self.texts, single=True)) for status in STATUSES]
        heads = [self.texts("report-column-lesson"), *words, self.texts("report-column-share")]
        _write_strings(sheet, top, heads, self.head)
        for index, lesson in enumerate(self.report.lessons):
            row = top + 1 + index
            sheet.write_datetime(row, 0, _local(self.report, lesson.opened_at), self.moment)
            for column, status in enumerate(STATUSES, start=1):
                sheet.write_number(row, column, self.report.count_in(index, status), self.centred)
            share = lesson_share(self.report, index)
            if share is not None:
                sheet.write_number(row, len(heads) - 1, share, self.share)

    def _students_sheet(self, fallback: str) -> Any:
        taken = self.texts("report-sheet-summary")
        return self.book.add_worksheet(sheet_name(self.report.class_title, self.texts(fallback), taken))

    def _finish(self, sheet: Any, *, columns: int, frozen_columns: int) -> None:
        sheet.freeze_panes(1, frozen_columns)
        sheet.autofilter(0, 0, max(1, len(self.report.students)), columns - 1)
        sheet.set_column(0, 0, 5)
        longest = max((len(student.full_name) for student in self.report.students), default=0)
        sheet.set_column(1, 1, min(max(longest * 1.1 + 2, 14), _WIDEST_COLUMN))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)


def _write_strings(sheet: Any, row: int, values: Sequence[str], style: Any) -> None:
    for column, value in enumerate(values):
        sheet.write_string(row, column, value, style)


def _local(report: Report, moment: datetime) -> datetime:
    """In the class's zone and without it, as Excel has none; whole seconds."""
    return report.local(moment).replace(tzinfo=None, microsecond=0)
