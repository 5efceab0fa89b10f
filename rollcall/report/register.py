"""The report as a page of a paper register: names, days across, a letter for whoever was not simply there, totals."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from rollcall.domain.attendance import MEANINGS, Status, seen_by_student
from rollcall.domain.excuses import Excuse
from rollcall.report import formulas, paper
from rollcall.report.model import Mark, Report, StudentLine
from rollcall.report.spreadsheet import fitting, lined, local, sheet_name
from rollcall.report.wording import capital, one_line, status_word, student_name
from rollcall.texts import Texts

_TOP = 2
"""Rows of headings: the months, the days."""
_NUMBER_WIDTH, _DAY_WIDTH, _TOTAL_WIDTH = 4, 3.6, 6
_DAYS_HEIGHT = 75
_ROOM_FOR_A_MONTH = 3
"""Columns beyond its first."""
_ILL = "ill"
"""An excused one of its own, as registers have it."""
_EXCUSED = (Status.EXCUSED.value, _ILL)
_MISSED = (Status.ABSENT.value, *_EXCUSED)
_LETTERS = (*_MISSED, Status.LATE.value)
"""What a register has a letter for; who was there on time has an empty cell."""
_TOTALS = {"missed": _MISSED, "excused": _EXCUSED, "ill": (_ILL,), "late": (Status.LATE.value,)}
"""The totals of a student, by what they count."""


def register(report: Report, texts: Texts) -> bytes:
    """An .xlsx file with one sheet."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": one_line(report.class_title), "created": local(report, report.made_at)})
        _Register(book, report, texts).write()
    return out.getvalue()


class _Register:
    """The sheet while it is written."""

    def __init__(self, book: Any, report: Report, texts: Texts) -> None:
        self.report, self.texts = report, texts
        self.sheet = book.add_worksheet(sheet_name(report.class_title, texts("register-sheet"), ""))
        self.head, self.month = lined(book, bold=True, text_wrap=True), lined(book, bold=True, align="center")
        self.day = lined(book, bold=True, align="center", num_format="d")
        self.upright = lined(book, bold=True, rotation=90, align="center", text_wrap=True)
        self.name, self.cell = lined(book), lined(book, align="center")
        self.sum, self.outside = lined(book, align="center", bold=True), lined(book, bg_color="#E4E9EB")
        self.bold, self.muted = book.add_format({"bold": True}), book.add_format({"font_color": "#5B6B73"})
        self.letters = {kind: texts(f"register-letter-{kind}") for kind in _LETTERS}
        self.known = any(student.number for student in report.students)
        self.first = 3 if self.known else 2
        self.totals = self.first + len(report.lessons)
        self.last = _TOP + len(report.students) - 1

    def write(self) -> None:
        """Everything."""
        self._heads()
        for row, student in enumerate(self.report.students, start=_TOP):
            self._student(row, student)
        if self.report.students and self.report.lessons:
            self._lesson_totals()
            cells = (_TOP, self.first, self.last, self.totals - 1)
            self.sheet.data_validation(*cells, {"validate": "list", "source": [*self.letters.values()]})
        words = [f"{self.letters[one]} — {self.texts(f'register-means-{one}')}" for one in _LETTERS]
        self.sheet.write_string(self.last + 4, 1, "; ".join([*words, self.texts("register-empty")]), self.muted)
        longest = max((len(student_name(student, self.texts)) for student in self.report.students), default=0)
        widths = [_NUMBER_WIDTH, fitting(max(longest, 14)), *([12.0] if self.known else [])]
        widths += [_DAY_WIDTH] * len(self.report.lessons) + [_TOTAL_WIDTH] * len(_TOTALS)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.freeze_panes(_TOP, 2)
        paper.set_up(self.sheet, self.report, self.texts, widths=widths, repeated=2, headings=(0, _TOP - 1))

    def _heads(self) -> None:
        sheet, texts = self.sheet, self.texts
        heads = ["№", texts("register-name"), *([texts("report-column-number")] if self.known else [])]
        for column, head in enumerate(heads):
            sheet.merge_range(0, column, 1, column, head, self.head)
        sheet.set_row(1, _DAYS_HEIGHT)
        days = [local(self.report, lesson.opened_at) for lesson in self.report.lessons]
        begun = 0
        for index, day in enumerate(days):
            sheet.write_datetime(1, self.first + index, day, self.day)
            if index + 1 == len(days) or (days[index + 1].year, days[index + 1].month) != (day.year, day.month):
                self._month(self.first + begun, self.first + index, day)
                begun = index + 1
        for column, key in enumerate(_TOTALS, start=self.totals):
            sheet.merge_range(0, column, 1, column, texts(f"register-{key}"), self.upright)

    def _month(self, first: int, last: int, day: datetime) -> None:
        """A month above its days; in words as short as the room."""
        key = "register-month" if last - first >= _ROOM_FOR_A_MONTH else "report-month-short"
        words = capital(self.texts(key, month=day.month))
        if last > first:
            self.sheet.merge_range(0, first, 0, last, words, self.month)
        else:
            self.sheet.write_string(0, first, words, self.month)

    def _student(self, row: int, student: StudentLine) -> None:
        sheet, cells = self.sheet, (row, self.first, row, self.totals - 1)
        sheet.write_number(row, 0, row - _TOP + 1, self.cell)
        sheet.write_string(row, 1, student_name(student, self.texts), self.name)
        if self.known:
            sheet.write_string(row, 2, student.number, self.cell)
        for column, mark in enumerate(student.marks, start=self.first):
            self._letter(row, column, mark)
        seen = [_kind(mark) for mark in student.marks]
        for column, counted in enumerate(_TOTALS.values(), start=self.totals):
            number = sum(kind in counted for kind in seen)
            sheet.write_formula(row, column, self._counted(counted, cells), self.sum, number)

    def _letter(self, row: int, column: int, mark: Mark | None) -> None:
        if mark is None:
            self.sheet.write_blank(row, column, None, self.outside)
            return
        letter = self.letters.get(_kind(mark))
        if letter is None:
            self.sheet.write_blank(row, column, None, self.cell)
            return
        self.sheet.write_string(row, column, letter, self.cell)
        doubts = [self.texts("report-waiting")] if mark.waiting else []
        if MEANINGS[mark.status].suspicious:
            doubts.append(status_word(mark.status, self.texts))
        if doubts:
            self.sheet.write_comment(row, column, "; ".join(doubts))

    def _lesson_totals(self) -> None:
        """Below the students: how many were missing from each lesson, and how many were late."""
        for row, (key, counted) in enumerate(
            {"away": _MISSED, "late": (Status.LATE.value,)}.items(), start=self.last + 1
        ):
            self.sheet.write_string(row, 1, self.texts(f"register-lesson-{key}"), self.bold)
            for index in range(len(self.report.lessons)):
                column = self.first + index
                number = sum(_kind(student.marks[index]) in counted for student in self.report.students)
                formula = self._counted(counted, (_TOP, column, self.last, column))
                self.sheet.write_formula(row, column, formula, self.sum, number)

    def _counted(self, kinds: Sequence[str], cells: formulas.Cells) -> str:
        if cells[3] < cells[1]:
            return "0"
        return "+".join(formulas.counted(self.letters[kind], cells) for kind in kinds)


def _kind(mark: Mark | None) -> str:
    """What a register makes of a mark: in doubt is absent; nothing where the student was no member."""
    if mark is None:
        return ""
    if mark.status is Status.EXCUSED and mark.reason == Excuse.ILLNESS:
        return _ILL
    return seen_by_student(mark.status).value
