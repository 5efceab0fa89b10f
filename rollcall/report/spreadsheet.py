"""The report as an Excel workbook: typed cells, ready to filter, to correct and to print."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from rollcall.domain.attendance import ATTENDED, MEANINGS, STATUSES, Status
from rollcall.report import formulas, paper
from rollcall.report.columns import (
    STANDING,
    Column,
    MarkOf,
    Value,
    marks_used,
    standing_values,
    status_heading,
    students_used,
)
from rollcall.report.model import Mark, Report, StudentLine
from rollcall.report.remarks import remark_words
from rollcall.report.standing import class_share, lesson_share
from rollcall.report.wording import capital, count_word, lesson_when, one_line, period_when, status_word
from rollcall.texts import Texts

_LONGEST_SHEET_NAME = 31
_WIDEST_COLUMN = 48
_NUMBER_WIDTH, _LESSON_WIDTH, _TOTAL_WIDTH = 5, 4.5, 6.5
_HEAD_HEIGHT, _ROW_HEIGHT = 110, 16
_BASE = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
_LINED = {"border": 1, "border_color": "#C3CDD2"}
_OFF_PAPER = frozenset({"email"})
"""Columns that stand last in a sheet with many, and are not printed."""
_TO_GIVE = tuple(one for one in STATUSES if not MEANINGS[one].suspicious)
"""Marks that a teacher may choose in a cell."""


def spreadsheet(report: Report, texts: Texts) -> bytes:
    """An .xlsx file: a sheet with one row per student, and a sheet with the summary."""
    out = io.BytesIO()
    # Names are data: nothing that people typed may become a formula, a link or a number.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": one_line(report.class_title), "created": local(report, report.made_at)})
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

        def style(**more: Any) -> Any:
            return book.add_format({**_BASE, **more})

        head = {"bold": True, "bg_color": "#1F3A44", "font_color": "#FFFFFF", "text_wrap": True, **_LINED}
        moment = texts("report-excel-moment")
        self.plain, self.bold, self.muted = style(), style(bold=True), style(font_color="#5B6B73")
        self.cell, self.centred = style(**_LINED), style(align="center", **_LINED)
        self.sum = style(align="center", bold=True, **_LINED)
        self.head = style(**head)
        self.head_moment = style(**head, num_format=moment, rotation=90, align="center")
        self.head_upright = style(**head, rotation=90, align="center")
        self.clock = style(num_format="hh:mm:ss", align="center", **_LINED)
        self.moment = style(num_format=moment, align="left")
        self.share = style(num_format="0%", align="center", **_LINED)
        self.left = style(align="left")
        self.left_share = style(align="left", num_format="0%")
        self.fills = {status: style(bg_color=of.fill, align="center", **_LINED) for status, of in MEANINGS.items()}
        self.name = ""
        """Of the sheet with the students."""
        self.counts: dict[Status, str] = {}
        """The formula of each mark's count over everything."""
        self.share_of_all = ""
        self.of_lesson: dict[Status, int] = {}
        """The row in which the sheet counts a mark lesson by lesson."""
        self.first_lesson = 0

    def lesson(self) -> None:
        """One row per student: status, time, confidence, and what was refused."""
        sheet, who = self._students_sheet("report-sheet-lesson"), students_used(self.report)
        marks = marks_used(self.report, self.texts)
        heads = ["№", *(column.heading(self.texts) for column in who), *(one.heading(self.texts) for one in marks)]
        self._heads(sheet, heads)
        widths = [len(head) for head in heads]
        for row, student in enumerate(self.report.students, start=1):
            values: list[Value] = [row, *(column.value(student) for column in who)]
            mark = student.marks[0] if student.marks else None
            if mark is not None:
                values += [column.value(MarkOf(self.report, mark, self.texts)) for column in marks]
            for column, value in enumerate(values):
                self._cell(sheet, row, column, value)
                widths[column] = max(widths[column], self._width(value))
        status = 1 + len(who)
        words = {one: status_word(one, self.texts) for one in STATUSES}
        if self.report.students:
            cells = (1, status, len(self.report.students), status)
            self._choose(sheet, cells, words)
            self.counts = {one: formulas.counted(words[one], cells, self.name) for one in STATUSES}
        self._finish(sheet, [_NUMBER_WIDTH, *(fitting(width) for width in widths[1:])], printed=len(heads))

    def period(self) -> None:
        """One row per student, one column per lesson, and the totals of both."""
        report, texts = self.report, self.texts
        sheet, statuses = self._students_sheet("report-sheet-period"), _totalled(report)
        known = students_used(report)
        who = [column for column in known if column.name not in _OFF_PAPER]
        after = [column for column in known if column.name in _OFF_PAPER]
        first = 1 + len(who)
        totals, last = first + len(report.lessons), len(report.students)
        self._heads(sheet, ["№", *(column.heading(texts) for column in who)])
        for column, lesson in enumerate(report.lessons, start=first):
            sheet.write_datetime(0, column, local(report, lesson.opened_at), self.head_moment)
        words = [status_heading(report, status, texts) for status in statuses]
        words += [column.heading(texts) for column in STANDING]
        self._heads(sheet, words, totals, style=self.head_upright)
        self._heads(sheet, [column.heading(texts) for column in after], totals + len(words))
        letters = {status: texts(f"status-letter-{status.value}") for status in STATUSES}
        for row, student in enumerate(report.students, start=1):
            for column, value in enumerate([row, *(one.value(student) for one in who)]):
                self._cell(sheet, row, column, value)
            for column, mark in enumerate(student.marks, start=first):
                self._letter(sheet, row, column, mark, letters)
            self._totals(sheet, row, student, letters, first, totals)
            for column, one in enumerate(after, start=totals + len(statuses) + len(STANDING)):
                self._cell(sheet, row, column, one.value(student))
        sheet.set_row(0, _HEAD_HEIGHT)
        if report.lessons and report.students:
            self._choose(sheet, (1, first, last, totals - 1), letters)
            self._lesson_totals(sheet, letters, first)
            columns = {status: totals + index for index, status in enumerate(statuses)}
            self.counts = {
                status: formulas.added((1, column, last, column), self.name) for status, column in columns.items()
            }
            self._legend(sheet, last + len(statuses) + 2, letters)
        widths = [_NUMBER_WIDTH, *(self._widest(column) for column in who)]
        widths += [_LESSON_WIDTH] * len(report.lessons) + [_TOTAL_WIDTH] * (len(statuses) + len(STANDING))
        self._finish(sheet, [*widths, *(self._widest(column) for column in after)], printed=len(widths))

    def _letter(self, sheet: Any, row: int, column: int, mark: Mark | None, letters: dict[Status, str]) -> None:
        if mark is None:
            sheet.write_blank(row, column, None, self.centred)
            return
        sheet.write_string(row, column, letters[mark.status], self.fills[mark.status])
        words = [self.texts("report-waiting")] if mark.waiting else []
        words += remark_words(self.report, mark, self.texts)
        if words:
            sheet.write_comment(row, column, "; ".join(words))

    def _totals(
        self, sheet: Any, row: int, student: StudentLine, letters: dict[Status, str], first: int, totals: int
    ) -> None:
        """How often each mark, and the standing that follows of it."""
        cells = (row, first, row, totals - 1)
        statuses = _totalled(self.report)
        place = {status: (row, totals + index) for index, status in enumerate(statuses)}
        if totals == first:
            return
        for status, (_, column) in place.items():
            sheet.write_formula(
                row, column, formulas.counted(letters[status], cells), self.centred, student.count(status)
            )
        attended = formulas.sum_of(place[one] for one in statuses if one in ATTENDED)
        lessons = formulas.sum_of(place[one] for one in statuses if MEANINGS[one].counts)
        values = standing_values(student)
        for index, formula in enumerate((attended, lessons, formulas.share(attended, lessons))):
            style = self.share if index == len(STANDING) - 1 else self.centred
            value = values[index]
            sheet.write_formula(row, totals + len(statuses) + index, formula, style, "" if value is None else value)

    def _lesson_totals(self, sheet: Any, letters: dict[Status, str], first: int) -> None:
        """Below the students: how many of each mark in each lesson."""
        last = len(self.report.students)
        self.first_lesson = first
        for row, status in enumerate(_totalled(self.report), start=last + 1):
            word = capital(count_word(status, 0, self.texts, single=True))
            sheet.write_string(row, 1, word, self.bold)
            self.of_lesson[status] = row
            for index in range(len(self.report.lessons)):
                formula = formulas.counted(letters[status], (1, first + index, last, first + index))
                sheet.write_formula(row, first + index, formula, self.sum, self.report.count_in(index, status))

    def _legend(self, sheet: Any, row: int, letters: dict[Status, str]) -> None:
        words = [f"{letters[one]} — {status_word(one, self.texts)}" for one in _totalled(self.report)]
        sheet.write_string(row, 1, "; ".join(words), self.muted)
        sheet.write_string(row + 1, 1, self.texts("report-sheet-correct"), self.muted)

    def _choose(self, sheet: Any, cells: formulas.Cells, words: dict[Status, str]) -> None:
        """A list to choose a mark from, and its colour once it is chosen."""
        sheet.data_validation(*cells, {"validate": "list", "source": [words[status] for status in _TO_GIVE]})
        for status in STATUSES:
            fill = self.book.add_format({"bg_color": MEANINGS[status].fill})
            rule = {"type": "cell", "criteria": "==", "value": f'"{words[status]}"', "format": fill}
            sheet.conditional_format(*cells, rule)

    def summary(self) -> None:
        """The class, when, and how many."""
        report, texts = self.report, self.texts
        sheet = self.book.add_worksheet(texts("report-sheet-summary"))
        when = period_when(report, texts)
        if report.is_single and report.lessons:
            when = lesson_when(report, report.lessons[0], texts)
        facts: list[tuple[str, str | int]] = [
            (texts("report-row-class"), one_line(report.class_title)),
            (texts("report-row-lesson" if report.is_single else "report-row-period"), when),
            (texts("report-row-zone"), report.timezone.key),
            (texts("report-row-lessons"), len(report.lessons)),
            (texts("report-row-students"), len(report.students)),
        ]
        row = 0
        for name, value in facts:
            self._fact(sheet, row, name, value)
            row += 1
        here: dict[Status, tuple[int, int]] = {}
        for status in _totalled(report):
            number = report.count(status)
            word = capital(count_word(status, number, texts, single=report.is_single))
            self._fact(sheet, row, word, number, self.counts.get(status))
            here[status] = (row, 1)
            row += 1
        if report.waiting:
            self._fact(sheet, row, texts("report-row-waiting"), report.waiting)
            row += 1
        share = class_share(report)
        if share is not None:
            sheet.write_string(row, 0, texts("report-row-share"), self.bold)
            sheet.write_formula(row, 1, _share_formula(here), self.left_share, share)
            row += 1
        sheet.write_string(row, 0, texts("report-row-made"), self.bold)
        sheet.write_datetime(row, 1, local(report, report.made_at), self.moment)
        sheet.write_string(row + 1, 0, texts("report-sheet-correct"), self.muted)
        if not report.is_single:
            self._lessons_table(sheet, row + 3)
        widths = [26.0, *[18.0] * (len(here) + 1)]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        paper.set_up(sheet, report, texts, widths=widths, headings=None if report.is_single else (row + 3, row + 3))

    def _fact(self, sheet: Any, row: int, name: str, value: str | int, formula: str | None = None) -> None:
        sheet.write_string(row, 0, name, self.bold)
        if formula is not None:
            sheet.write_formula(row, 1, formula, self.left, value)
        elif isinstance(value, int):
            sheet.write_number(row, 1, value, self.left)
        else:
            sheet.write_string(row, 1, value, self.plain)

    def _lessons_table(self, sheet: Any, top: int) -> None:
        statuses = _totalled(self.report)
        words = [capital(count_word(status, 0, self.texts, single=True)) for status in statuses]
        heads = [self.texts("report-column-lesson"), *words, self.texts("report-column-share")]
        self._heads(sheet, heads, row=top)
        sheet.set_row(top, 2 * _ROW_HEIGHT)
        for index, lesson in enumerate(self.report.lessons):
            row = top + 1 + index
            sheet.write_datetime(row, 0, local(self.report, lesson.opened_at), self.moment)
            for column, status in enumerate(statuses, start=1):
                number = self.report.count_in(index, status)
                if status in self.of_lesson:
                    there = formulas.cell_in(self.name, self.of_lesson[status], self.first_lesson + index)
                    sheet.write_formula(row, column, there, self.centred, number)
                else:
                    sheet.write_number(row, column, number, self.centred)
            share = lesson_share(self.report, index)
            if share is not None:
                here = {status: (row, column) for column, status in enumerate(statuses, start=1)}
                sheet.write_formula(row, len(heads) - 1, _share_formula(here), self.share, share)

    def _students_sheet(self, fallback: str) -> Any:
        taken = self.texts("report-sheet-summary")
        self.name = sheet_name(self.report.class_title, self.texts(fallback), taken)
        return self.book.add_worksheet(self.name)

    def _heads(self, sheet: Any, heads: Sequence[str], first: int = 0, row: int = 0, style: Any = None) -> None:
        for column, head in enumerate(heads, start=first):
            sheet.write_string(row, column, head, style or self.head)

    def _cell(self, sheet: Any, row: int, column: int, value: Value) -> None:
        if value is None:
            sheet.write_blank(row, column, None, self.cell)
        elif isinstance(value, Status):
            sheet.write_string(row, column, status_word(value, self.texts), self.fills[value])
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, local(self.report, value), self.clock)
        elif isinstance(value, float):
            sheet.write_number(row, column, value, self.share)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, self.centred)
        else:
            sheet.write_string(row, column, value, self.cell)

    def _width(self, value: Value) -> int:
        if isinstance(value, Status):
            return len(status_word(value, self.texts))
        return len(value) if isinstance(value, str) else 0

    def _widest(self, column: Column[StudentLine]) -> float:
        longest = max((self._width(column.value(student)) for student in self.report.students), default=0)
        return fitting(max(longest, len(column.heading(self.texts))))

    def _finish(self, sheet: Any, widths: list[float], *, printed: int) -> None:
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, len(self.report.students)), len(widths) - 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        paper.set_up(sheet, self.report, self.texts, widths=widths[:printed], repeated=2, headings=(0, 0))
        if printed < len(widths):
            sheet.print_area(0, 0, sheet.dim_rowmax, printed - 1)


def _totalled(report: Report) -> list[Status]:
    """The marks that have a total: those that may be chosen in a cell, and those that are there."""
    return [one for one in STATUSES if one in _TO_GIVE or report.count(one)]


def _share_formula(counts: dict[Status, tuple[int, int]]) -> str:
    attended = formulas.sum_of(place for status, place in counts.items() if status in ATTENDED)
    return formulas.share(
        attended, formulas.sum_of(place for status, place in counts.items() if MEANINGS[status].counts)
    )


def lined(book: Any, **more: Any) -> Any:
    """The style of a cell with thin lines around it."""
    return book.add_format({**_BASE, **_LINED, **more})


def fitting(characters: float) -> float:
    """The width of a column for so many characters."""
    return min(max(characters * 1.05 + 2, 8), _WIDEST_COLUMN)


def local(report: Report, moment: datetime) -> datetime:
    """In the class's zone and without it, as Excel has none; whole seconds."""
    return report.local(moment).replace(tzinfo=None, microsecond=0)
