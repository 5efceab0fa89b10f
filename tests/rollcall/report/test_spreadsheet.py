"""The workbook, read back as another program would."""

import io
import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from rollcall.domain.attendance import STATUSES, Status
from rollcall.report.model import Mark, Period, Report
from rollcall.report.spreadsheet import sheet_name, spreadsheet
from rollcall.texts import LANGUAGES, texts_in
from tests.formulas import calculated
from tests.office import converted, needs_office
from tests.rollcall.report.test_text import GONE, HERE, LATE, ODD, REMARKED, START, report_of

AWAY = Mark(Status.EXCUSED)


def opened(report: Report, language: str = "en") -> Workbook:
    """The workbook of a report."""
    return load_workbook(io.BytesIO(spreadsheet(report, texts_in(language))))


def test_a_lesson_is_a_table_of_typed_cells_with_one_row_per_student() -> None:
    book = opened(report_of({"Анна Белова": (HERE,), "Иван Ким": (GONE,), "Яна Юн": (ODD,), "Ян Юн": (None,)}), "ru")
    sheet = book.worksheets[0]
    assert book.sheetnames == ["English B2", "Итоги"]
    assert (sheet.max_row, sheet.freeze_panes, sheet.auto_filter.ref) == (5, "C2", "A1:G5")
    assert [cell.value for cell in sheet[1]] == ["№", "Имя", "Статус", "Время", "Уверенность", "Не принято", "Причины"]
    row = [cell.value for cell in sheet[2]]
    assert row[:6] == [1, "Анна Белова", "присутствует", datetime(2025, 3, 11, 9, 3), 0.97, 0]  # noqa: DTZ001
    assert sheet["E2"].number_format == "0%"
    assert sheet["F4"].value == 3
    assert sheet["C5"].value is None


def test_columns_in_which_nobody_has_anything_are_cut() -> None:
    sheet = opened(report_of({"Ann Lee": (HERE,), "Bo Ray": (GONE,)})).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["№", "Name", "Status", "Time", "Confidence"]


def test_number_and_group_stand_beside_the_name_and_an_address_beside_the_paper() -> None:
    report = report_of({"Ann Lee": (HERE, GONE)}, Period.ALL)
    known = replace(
        report, students=(replace(report.students[0], number="007", group="B2", email="ann@school.example"),)
    )
    sheet = opened(known).worksheets[0]
    assert [cell.value for cell in sheet[2]][:4] == [1, "Ann Lee", "007", "B2"]
    assert (sheet[1][-1].value, sheet[2][-1].value) == ("E-mail", "ann@school.example")
    # Present, late, excused, absent, attended, lessons, share: the last column on paper is the one before the address.
    assert (sheet.max_column, sheet.print_area) == (14, "'English B2'!$A$1:$M$9")


def test_a_period_has_a_column_per_lesson_and_totals_that_add_up() -> None:
    report = report_of({"Ann Lee": (None, HERE, LATE, GONE), "Bo Ray": (HERE, ODD, AWAY, HERE)}, Period.ALL)
    book = load_workbook(io.BytesIO(spreadsheet(report, texts_in("en"))), data_only=True)
    sheet = book.worksheets[0]
    assert sheet["C1"].value == datetime(2025, 3, 5, 9, 0)  # noqa: DTZ001
    assert [cell.value for cell in sheet[2]][2:] == [None, "P", "L", "A", 1, 1, 0, 1, 0, 2, 3, pytest.approx(2 / 3)]
    assert [cell.value for cell in sheet[3]][2:] == ["P", "?", "E", "P", 2, 0, 1, 0, 1, 2, 3, pytest.approx(2 / 3)]
    assert [[cell.value for cell in sheet[row]][1:6] for row in range(4, 9)] == [
        ["Present", 1, 1, 0, 1], ["Late", 0, 0, 1, 0], ["Excused", 0, 0, 1, 0], ["Absent", 0, 0, 0, 1],
        ["In doubt", 0, 1, 0, 0],
    ]  # fmt: skip
    assert sheet["D2"].fill.fgColor.rgb != sheet["E2"].fill.fgColor.rgb
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(max_col=2, values_only=True)}
    assert summary["Class"] == "English B2"
    words = ("Present", "Late", "Excused", "Absent", "In doubt")
    assert [summary[word] for word in words] == [report.count(status) for status in STATUSES]
    assert datetime(2025, 3, 11, 9, 0) in summary  # noqa: DTZ001


Calculate = Callable[[Workbook, Path], list[list[list[object]]]]


def by_hand(book: Workbook, _file: Path) -> list[list[list[object]]]:
    """Each sheet's rows, every formula calculated by what we know of such a program."""
    return calculated(book)


def by_office(book: Workbook, file: Path) -> list[list[list[object]]]:
    """The same by such a program."""
    book.save(file)  # which leaves the values out that were written with the formulas
    opened_again = load_workbook(converted(file, "xlsx"), data_only=True)
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in opened_again.worksheets]


each_way = pytest.mark.parametrize("as_calculated", [by_hand, pytest.param(by_office, marks=needs_office)])


@each_way
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mark_that_a_teacher_corrects_in_the_file_counts_in_every_total(
    language: str, as_calculated: Calculate, tmp_path: Path
) -> None:
    students = {"Ann Lee": (None, HERE, LATE, GONE), "Bo Ray": (HERE, ODD, AWAY, HERE)}
    letter = {status: texts_in(language)(f"status-letter-{status}") for status in STATUSES}
    book = opened(report_of(students, Period.ALL), language)
    assert (
        as_calculated(book, tmp_path / "before.xlsx")[2:] == as_written(report_of(students, Period.ALL), language)[2:]
    )
    book.worksheets[0]["F2"] = letter[Status.EXCUSED]
    book.worksheets[0]["D3"] = letter[Status.PRESENT]
    students = {"Ann Lee": (None, HERE, LATE, AWAY), "Bo Ray": (HERE, HERE, AWAY, HERE)}
    corrected = as_calculated(book, tmp_path / "after.xlsx")
    assert corrected[0][1][6:] == [1, 1, 1, 0, 0, 2, 2, 1]
    assert corrected[0][2][6:] == [3, 0, 1, 0, 0, 3, 3, 1]
    assert [row[2:6] for row in corrected[0][3:8]] == [[1, 2, 0, 1], [0, 0, 1, 0], [0, 0, 1, 1], [0] * 4, [0] * 4]
    assert [row[1] for row in corrected[1][5:10]] == [4, 1, 2, 0, 0]


@each_way
def test_a_lesson_s_summary_counts_the_words_in_its_cells(as_calculated: Calculate, tmp_path: Path) -> None:
    title = 'O\'Neill; "A" & B'
    book = opened(report_of({"Ann Lee": (HERE,), "Bo Ray": (GONE,), "Cy Orr": (GONE,)}, title=title))
    book.worksheets[0]["C3"] = "late"
    _, summary = as_calculated(book, tmp_path / "lesson.xlsx")
    assert [row[1] for row in summary[5:9]] == [1, 1, 0, 1]
    assert summary[9][:2] == ["Attendance", pytest.approx(2 / 3)]


def as_written(report: Report, language: str) -> list[list[list[object]]]:
    """Each sheet's rows with the values that stand beside the formulas."""
    book = load_workbook(io.BytesIO(spreadsheet(report, texts_in(language))), data_only=True)
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


def test_three_hundred_students_and_two_hundred_lessons_are_counted_one_by_one() -> None:
    kinds = {"P": HERE, "L": LATE, "E": AWAY, "A": GONE}
    draw = random.Random(5)
    rows = {f"S{number:03}": tuple(draw.choices([*kinds.values()], k=200)) for number in range(300)}
    book = load_workbook(io.BytesIO(spreadsheet(report_of(rows, Period.ALL), texts_in("en"))), data_only=True)
    sheet = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    for line, marks in zip(sheet[1:301], rows.values(), strict=True):
        assert line[202:206] == [marks.count(mark) for mark in kinds.values()]
        assert line[2:202] == [letter for mark in marks for letter, kind in kinds.items() if kind is mark]
    for total, mark in zip(sheet[301:305], kinds.values(), strict=True):
        assert total[2:202] == [sum(marks[lesson] is mark for marks in rows.values()) for lesson in range(200)]


def test_a_teacher_chooses_a_mark_from_a_list_and_the_cell_takes_its_colour() -> None:
    sheet = opened(report_of({"Ann Lee": (HERE, GONE), "Bo Ray": (GONE, ODD)}, Period.ALL), "ru").worksheets[0]
    (chosen,) = sheet.data_validations.dataValidation
    assert (str(chosen.sqref), chosen.formula1) == ("C2:D3", '"П,О,У,Н"')
    rules = {rule.formula[0] for one in sheet.conditional_formatting for rule in one.rules}
    assert rules == {'"П"', '"О"', '"У"', '"Н"', '"?"'}


@needs_office
def test_a_class_s_term_prints_on_a4_with_its_headings_on_every_page(tmp_path: Path) -> None:
    rows = {f"Student {number:03}": (HERE, GONE) * 60 for number in range(90)}
    file = tmp_path / "term.xlsx"
    file.write_bytes(spreadsheet(report_of(rows, Period.ALL, title="9Б & Co"), texts_in("ru")))
    pdf = converted(file, "pdf")
    facts = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
    assert "(A4)" in facts
    pages = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    *students, last = [page for page in pages.split("\f") if "Student" in page]
    assert len(students) > 2
    for number, page in enumerate([*students, last], start=1):
        assert "9Б & Co" in page
        assert "Имя" in page
        assert f"Страница {number} из" in page


def test_remarks_have_a_column_in_a_lesson_and_are_notes_on_the_cells_of_a_period() -> None:
    said = "voice recorded at 09:07, after the lesson had begun; 3 notes in another voice before; sent as a file"
    sheet = opened(report_of({"Ann Lee": (REMARKED,), "Bo Ray": (HERE,)})).worksheets[0]
    assert [cell.value or "" for cell in sheet["F"]] == ["Remarks", said, ""]
    sheet = opened(report_of({"Ann Lee": (HERE, REMARKED)}, Period.ALL)).worksheets[0]
    assert sheet["C2"].comment is None
    assert sheet["D2"].comment.text == said


@pytest.mark.parametrize("period", [Period.LESSON, Period.WEEK])
def test_names_are_never_formulas_links_or_numbers(period: Period) -> None:
    names = ["=1+1", "+7", "-2", "@SUM(A1)", "{=A1}", "https://evil.example", "42"]
    book = opened(report_of(dict.fromkeys(names, (HERE,)), period, title="=1+1"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [book.worksheets[0].cell(row, 2).value for row in range(2, 9)] == names
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "f"}
    ours = re.compile(r"=(IF|SUM|COUNTIF|[A-Z]{1,3}\d|0$|'=1\+1'!\$)")
    assert all(ours.match(str(cell.value)) for cell in cells if cell.data_type == "f")
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", Period)
def test_a_class_without_lessons_or_students_still_makes_a_workbook(language: str, period: Period) -> None:
    empty = report_of({}, period)
    none = Report(empty.class_title, empty.timezone, period, START, ())
    assert len(opened(empty, language).sheetnames) == len(opened(none, language).sheetnames) == 2


@pytest.mark.parametrize(
    ("title", "tab"),
    [
        ("A/B: [x]*?", "A B x"),
        ("'quoted'", "quoted"),
        ("???", "Lesson"),
        ("summary", "Lesson"),
        ("History", "Lesson"),
        ("😀" * 40, "😀" * 15),
    ],
)
def test_any_class_title_becomes_a_tab_that_excel_allows(title: str, tab: str) -> None:
    assert sheet_name(title, "Lesson", "Summary") == tab
    assert opened(report_of({"Ann": (HERE,)}, title=title)).sheetnames == [tab, "Summary"]
