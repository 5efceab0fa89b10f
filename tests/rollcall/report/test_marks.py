"""Every mark there is, added up in everything that a report is made into: none is left out, and none counted twice."""

import csv
import io
from datetime import timedelta

import pytest
from matplotlib.image import imread
from openpyxl import load_workbook

from rollcall.domain.attendance import ATTENDED, BY_WEIGHT, MEANINGS, STATUSES, Status, seen_by_student
from rollcall.report.chart import chart
from rollcall.report.model import Mark, Period, Report
from rollcall.report.spreadsheet import spreadsheet
from rollcall.report.standing import class_share, lesson_share, standing_of
from rollcall.report.table import csv_table
from rollcall.report.text import report_text
from rollcall.report.wording import capital, count_word, status_word
from rollcall.texts import LANGUAGES, texts_in
from tests.rollcall.report.test_text import GONE, HERE, ODD, START, report_of

EXCUSED = Mark(Status.EXCUSED)
OF_EACH = {status: number for number, status in enumerate(Status, start=2)}
"""So many students have that mark: no two as many, so that none is taken for another."""
SEPARATORS = {"en": ",", "ru": ";"}


def mark_of(status: Status) -> Mark:
    """An ordinary one."""
    return Mark(status, START + timedelta(minutes=5) if status in ATTENDED else None)


def everything(period: Period) -> Report:
    """A class where every mark is had by its own number of students; in a period, twice by each."""
    marks = [status for status, number in OF_EACH.items() for _ in range(number)]
    lessons = 1 if period is Period.LESSON else 2
    return report_of({f"Имя {at:02}": (mark_of(one),) * lessons for at, one in enumerate(marks)}, period)


def test_every_mark_is_described_once_and_told_from_the_others() -> None:
    assert set(MEANINGS) == set(Status) == set(BY_WEIGHT)
    assert len(BY_WEIGHT) == len(STATUSES)
    for look in ("sign", "shape", "colour", "fill"):
        assert len({getattr(meaning, look) for meaning in MEANINGS.values()}) == len(Status)
    assert all(not (meaning.attended and meaning.missed) for meaning in MEANINGS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lessons_message_counts_and_lists_every_mark(language: str) -> None:
    texts = texts_in(language)
    lines = report_text(everything(Period.LESSON), texts).splitlines()
    for status, number in OF_EACH.items():
        word = count_word(status, number, texts, single=True)
        assert f"{MEANINGS[status].sign} {word}: {number}" in lines
        listed = [line for line in lines if line.startswith(f"{MEANINGS[status].sign} Имя")]
        assert len(listed) == number
        assert all(status_word(status, texts) in line for line in listed)


def test_a_periods_message_counts_every_mark() -> None:
    texts = texts_in("ru")
    lines = report_text(everything(Period.WEEK), texts).splitlines()
    for status, number in OF_EACH.items():
        word = count_word(status, 2 * number, texts, single=False)
        assert f"{MEANINGS[status].sign} {word}: {2 * number}" in lines


def test_who_was_excused_is_said_beside_a_share_that_they_do_not_spoil() -> None:
    students = {"Ann Lee": (HERE, EXCUSED, EXCUSED, HERE), "Bo Ray": (EXCUSED,) * 4}
    lines = report_text(report_of(students, Period.MONTH), texts_in("en")).splitlines()
    assert "Ann Lee — 2 of 2 · 100 % · 2 excused" in lines
    assert "Bo Ray — 4 excused" in lines
    assert lines[2] == "4 lessons · attendance 100 %"
    assert "Worth a look:" not in lines


def test_a_lesson_without_excused_students_does_not_speak_of_them() -> None:
    assert "xcused" not in report_text(report_of({"Ann": (HERE,), "Bob": (GONE,)}), texts_in("en"))


def test_an_excused_lesson_neither_lengthens_nor_ends_a_run_of_missed_ones() -> None:
    students = {"Ann": (GONE, EXCUSED, GONE, GONE), "Bob": (GONE, HERE, GONE, GONE), "Cy": (GONE, GONE, EXCUSED, ODD)}
    runs = [standing_of(student).missed_in_a_row for student in report_of(students, Period.ALL).students]
    assert runs == [3, 2, 2]


def test_a_share_is_of_the_lessons_that_count() -> None:
    report = report_of({"Ann": (HERE, EXCUSED), "Bob": (GONE, EXCUSED)}, Period.ALL)
    assert (class_share(report), lesson_share(report, 0), lesson_share(report, 1)) == (0.5, 0.5, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lessons_sheet_and_csv_have_a_cell_of_every_mark(language: str) -> None:
    texts, report = texts_in(language), everything(Period.LESSON)
    book = load_workbook(io.BytesIO(spreadsheet(report, texts)), data_only=True)
    cells = [row[2] for row in book.worksheets[0].iter_rows(min_row=2)]
    rows = list(csv.reader(io.StringIO(csv_table(report, texts).decode("utf-8-sig")), delimiter=SEPARATORS[language]))
    for status, number in OF_EACH.items():
        own = [cell for cell in cells if cell.value == status_word(status, texts)]
        assert len(own) == number
        assert {cell.fill.fgColor.rgb for cell in own} == {"FF" + MEANINGS[status].fill[1:]}
        assert sum(row[1] == status_word(status, texts) for row in rows) == number
    summary = {row[0]: row[1] for row in book.worksheets[1].iter_rows(max_col=2, values_only=True)}
    for status, number in OF_EACH.items():
        assert summary[capital(count_word(status, number, texts, single=True))] == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_periods_sheet_and_csv_have_a_total_of_every_mark(language: str) -> None:
    texts, report = texts_in(language), everything(Period.WEEK)
    sheet = load_workbook(io.BytesIO(spreadsheet(report, texts)), data_only=True).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    table = list(csv.reader(io.StringIO(csv_table(report, texts).decode("utf-8-sig")), delimiter=SEPARATORS[language]))
    for status, number in OF_EACH.items():
        head = capital(count_word(status, 0, texts, single=False))
        column = [row[heads.index(head)].value for row in sheet.iter_rows(min_row=2, max_row=1 + len(report.students))]
        assert sum(map(int, map(str, column))) == 2 * number
        assert sum(int(row[table[0].index(head)]) for row in table[1:]) == 2 * number
        letters = [row[2].value for row in sheet.iter_rows(min_row=2)]
        assert letters.count(texts(f"status-letter-{status.value}")) == number


@pytest.mark.parametrize("period", [Period.LESSON, Period.WEEK])
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("students", [3, 30])
def test_every_mark_can_be_seen_in_a_picture(status: Status, period: Period, students: int) -> None:
    lessons = 1 if period is Period.LESSON else 2
    with_it = report_of({f"Имя {at}": (mark_of(status),) * lessons for at in range(students)}, period)
    without = report_of({f"Имя {at}": (None,) * lessons for at in range(students)}, period)
    colour = bytes.fromhex(MEANINGS[status].colour[1:])
    drawn, before = (coloured(chart(report, texts_in("en")), colour) for report in (with_it, without))
    assert drawn > before + students * 40


@pytest.mark.parametrize("period", [Period.LESSON, Period.WEEK])
def test_a_picture_of_every_mark_has_each_in_proportion(period: Period) -> None:
    report = everything(period)
    png = chart(report, texts_in("ru"))
    for status in Status:
        assert coloured(png, bytes.fromhex(MEANINGS[status].colour[1:])) > 300


def test_a_student_sees_every_mark_but_a_suspicion() -> None:
    assert {one for one in Status if seen_by_student(one) is not one} == {Status.FLAGGED}
    assert seen_by_student(Status.FLAGGED) is Status.ABSENT


def coloured(png: bytes, colour: bytes) -> int:
    """How many pixels have exactly that colour."""
    pixels = (imread(io.BytesIO(png))[:, :, :3] * 255).round()
    return int((pixels == list(colour)).all(axis=2).sum())
