"""The picture: its size, and that no name and no class can break it. Warnings are errors here."""

import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from rollcall.domain.attendance import Status
from rollcall.report.chart import chart
from rollcall.report.columns import statuses_drawn
from rollcall.report.drawing import drawable, fitted, text_width
from rollcall.report.model import Mark, Period, Report
from rollcall.texts import texts_in
from tests.rollcall.report.test_text import GONE, HERE, LATE, ODD, START, report_of

HOSTILE = [
    "$\\frac{1}{0}$ & 100 $",
    "Ω" * 128,
    "Аня 🦊👩‍👩‍👧 Лис",
    "🦊🦊🦊",
    "علي بن أبي طالب",
    "שרה כהן",
    "小明 王",
    "\u202eevil\u202c\x00\x07",
    "a\nb\tc",
    "\U0001f1f7\ufe0f\u200d",
]
MARKS = (HERE, LATE, GONE, ODD)


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height out of the PNG's header."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def class_of(students: int, lessons: int, period: Period) -> Report:
    """A class with hostile names first and every kind of mark."""
    names = (HOSTILE + [f"Студент Номер {number}" for number in range(students)])[:students]
    lines: dict[str, tuple[Mark | None, ...]] = {}
    for row, name in enumerate(names):
        marks = [MARKS[(row * 7 + column * 3) % 4] for column in range(lessons)]
        lines[name] = (None, *marks[1:]) if row % 5 == 4 and lessons > 1 else tuple(marks)
    return report_of(lines, period, title="5 $ is $5 🦊 " + "class " * 30)


def test_a_picture_counts_what_the_message_counts() -> None:
    assert Status.EXCUSED not in statuses_drawn(report_of({"Ann": (HERE,)}))
    ill = Mark(Status.EXCUSED)
    assert Status.EXCUSED in statuses_drawn(report_of({"Ann": (HERE,), "Bo": (ill,)}))
    for lessons, period in ((1, Period.LESSON), (3, Period.ALL)):
        without, with_it = (report_of({"Ann": (mark,) * lessons}, period) for mark in (HERE, ill))
        assert size_of(chart(without, texts_in("ru")))[0] == size_of(chart(with_it, texts_in("ru")))[0]


@pytest.mark.parametrize(
    ("language", "students", "lessons", "period"),
    [
        ("en", 1, 1, Period.LESSON),
        ("ru", 14, 1, Period.LESSON),
        ("en", 130, 1, Period.LESSON),
        ("ru", 1, 1, Period.TODAY),
        ("en", 14, 6, Period.MONTH),
        ("ru", 70, 66, Period.ALL),
    ],
)
def test_a_chart_fits_a_phone_whatever_the_class(language: str, students: int, lessons: int, period: Period) -> None:
    width, height = size_of(chart(class_of(students, lessons, period), texts_in(language)))
    assert width == 1080
    assert 400 < height < 3000


@pytest.mark.parametrize("period", [Period.LESSON, Period.WEEK])
@pytest.mark.parametrize(
    "mark", [None, GONE, ODD, Mark(Status.PRESENT), Mark(Status.EXCUSED), Mark(Status.LATE, START + timedelta(days=2))]
)
def test_a_lesson_where_all_have_the_same_mark_can_be_drawn(mark: Mark | None, period: Period) -> None:
    texts = texts_in("ru")
    for students in (2, 18) if period is Period.LESSON else (2,):
        size_of(chart(report_of({f"Имя {number}": (mark,) for number in range(students)}, period), texts))


@pytest.mark.parametrize("period", [Period.LESSON, Period.WEEK])
def test_nothing_to_show_is_a_picture_too(period: Period) -> None:
    no_students = report_of({}, period)
    no_lessons = Report(no_students.class_title, no_students.timezone, period, START, ())
    for report in (no_students, no_lessons):
        assert size_of(chart(report, texts_in("en")))[0] == 1080


def test_charts_drawn_at_once_come_out_as_when_drawn_alone() -> None:
    reports = [class_of(students, 4, Period.ALL) for students in (2, 5, 11)]
    alone = [chart(report, texts_in("en")) for report in reports]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(chart, reports, [texts_in("en")] * 3)) == alone


def test_what_the_font_lacks_is_dropped_and_fancy_letters_become_plain() -> None:
    assert drawable("Аня 🦊 Лис\u200d\ufe0f") == "Аня Лис"
    assert drawable("ⓢ\u202e小 𝔄ⅳ").endswith("ⅳ")
    assert drawable("🦊") == ""


def test_long_names_end_in_an_ellipsis_within_their_room() -> None:
    short = fitted("Константин Константинопольский", 30, 200)
    assert short.endswith("…")
    assert text_width(short, 30) <= 200
    assert fitted("Анна", 30, 200) == "Анна"
