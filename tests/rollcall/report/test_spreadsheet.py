"""The workbook, read back as another program would."""

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from rollcall.domain.attendance import Status
from rollcall.report.model import Period, Report
from rollcall.report.spreadsheet import sheet_name, spreadsheet
from rollcall.texts import LANGUAGES, texts_in
from tests.rollcall.report.test_text import GONE, HERE, LATE, ODD, REMARKED, START, report_of


def opened(report: Report, language: str = "en") -> Workbook:
    """The workbook of a report."""
    return load_workbook(io.BytesIO(spreadsheet(report, texts_in(language))))


def test_a_lesson_is_a_table_of_typed_cells_with_one_row_per_student() -> None:
    book = opened(report_of({"Анна Белова": (HERE,), "Иван Ким": (GONE,), "Яна Юн": (ODD,), "Ян Юн": (None,)}), "ru")
    sheet = book.worksheets[0]
    assert book.sheetnames == ["English B2", "Итоги"]
    assert (sheet.max_row, sheet.freeze_panes, sheet.auto_filter.ref) == (5, "C2", "A1:H5")
    assert [cell.value for cell in sheet[1]][:3] == ["№", "Имя", "Статус"]
    row = [cell.value for cell in sheet[2]]
    assert row[:6] == [1, "Анна Белова", "присутствует", datetime(2025, 3, 11, 9, 3), 0.97, 0]  # noqa: DTZ001
    assert sheet["E2"].number_format == "0%"
    assert sheet["F4"].value == 3
    assert sheet["C5"].value is None


def test_a_period_has_a_column_per_lesson_and_totals_that_add_up() -> None:
    report = report_of({"Ann Lee": (None, HERE, LATE, GONE), "Bo Ray": (HERE, ODD, HERE, HERE)}, Period.ALL)
    book = opened(report)
    sheet = book.worksheets[0]
    assert sheet.max_row == 3
    assert sheet["C1"].value == datetime(2025, 3, 5, 9, 0)  # noqa: DTZ001
    assert [cell.value for cell in sheet[2]][2:] == [None, "P", "L", "A", 1, 1, 0, 1, 0, 2, 3, pytest.approx(2 / 3)]
    assert sheet["D2"].fill.fgColor.rgb != sheet["E2"].fill.fgColor.rgb
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(max_col=2, values_only=True)}
    assert summary["Class"] == "English B2"
    assert [summary[word] for word in ("Present", "Late", "Absent", "In doubt")] == [
        report.count(status) for status in (Status.PRESENT, Status.LATE, Status.ABSENT, Status.FLAGGED)
    ]
    assert datetime(2025, 3, 11, 9, 0) in summary  # noqa: DTZ001


def test_remarks_have_a_column_in_a_lesson_and_are_notes_on_the_cells_of_a_period() -> None:
    said = "voice recorded at 09:07, after the lesson had begun; 3 notes in another voice before; sent as a file"
    sheet = opened(report_of({"Ann Lee": (REMARKED,), "Bo Ray": (HERE,)})).worksheets[0]
    assert [cell.value or "" for cell in sheet["H"]] == ["Remarks", said, ""]
    sheet = opened(report_of({"Ann Lee": (HERE, REMARKED)}, Period.ALL)).worksheets[0]
    assert sheet["C2"].comment is None
    assert sheet["D2"].comment.text == said


@pytest.mark.parametrize("period", [Period.LESSON, Period.WEEK])
def test_names_are_never_formulas_links_or_numbers(period: Period) -> None:
    names = ["=1+1", "+7", "-2", "@SUM(A1)", "{=A1}", "https://evil.example", "42"]
    book = opened(report_of(dict.fromkeys(names, (HERE,)), period, title="=1+1"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [book.worksheets[0].cell(row, 2).value for row in range(2, 9)] == names
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
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
