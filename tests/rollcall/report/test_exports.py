"""What other programs take: Moodle's import, JSON, and the page of a register."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from rollcall.domain.attendance import Status
from rollcall.report.data import json_report
from rollcall.report.model import LessonHead, Mark, Period, Report
from rollcall.report.moodle import moodle_table, sessions_table
from rollcall.report.register import register
from rollcall.report.spreadsheet import spreadsheet
from rollcall.report.table import csv_table
from rollcall.report.wording import period_when
from rollcall.texts import LANGUAGES, texts_in
from tests.formulas import calculated
from tests.moodle import ENGLISH, RUSSIAN, Course
from tests.rollcall.report.test_text import GONE, HERE, LATE, ODD, REMARKED, START, report_of

AWAY = Mark(Status.EXCUSED)
LESSONS = [datetime(2025, 3, day, 9, 0) for day in (7, 9, 11)]  # noqa: DTZ001


def class_with_ids(marks: Mapping[str, tuple[Mark | None, ...]], period: Period = Period.ALL) -> Report:
    """A report whose students have an id and an address each."""
    report = report_of(marks, period)
    students = [
        replace(one, person_id=number, number=f"00{number}", email=f"S{number}@School.example")
        for number, one in enumerate(report.students, start=1)
    ]
    return replace(report, students=students, class_id=5)


@pytest.mark.parametrize(("language", "acronyms"), [("en", ENGLISH), ("ru", RUSSIAN)])
def test_moodle_takes_every_mark_of_its_own_language(language: str, acronyms: tuple[str, ...]) -> None:
    marks = {"Ann": (HERE, LATE, AWAY), "Bo": (None, GONE, ODD)}
    made = moodle_table(class_with_ids(marks), texts_in(language))
    users = {"Ann": {"idnumber": "001"}, "Bo": {"idnumber": "002"}, "Not ours": {"idnumber": "3"}}
    course = Course(users, LESSONS, acronyms)
    p, late, e, a = acronyms
    assert course.upload(made.table) == {
        (LESSONS[0], "Ann"): p, (LESSONS[1], "Ann"): late, (LESSONS[2], "Ann"): e,
        (LESSONS[1], "Bo"): a, (LESSONS[2], "Bo"): a,
    }  # fmt: skip
    assert (course.problems, made.identifier, made.without) == ([], "idnumber", ())


def test_who_has_left_is_marked_in_every_file_that_people_read() -> None:
    report = report_of({"Ann": (HERE, GONE), "Bo": (HERE, HERE)}, Period.ALL)
    assert "Left" not in csv_table(report, texts_in("en")).decode("utf-8-sig"), "nobody has"
    report = replace(report, students=[replace(report.students[0], former=True), report.students[1]])
    heads, ann, bo = csv.reader(io.StringIO(csv_table(report, texts_in("en")).decode("utf-8-sig"), newline=""))
    assert (heads[1], ann[1], bo[1]) == ("Left", "✓", "")
    sheet = load_workbook(io.BytesIO(spreadsheet(report, texts_in("ru")))).worksheets[0]
    assert [cell.value for cell in sheet["C"]][:2] == ["Выбыл(а)", "✓"]
    names = [cell.value for cell in load_workbook(io.BytesIO(register(report, texts_in("ru")))).worksheets[0]["B"]]
    assert "Ann (больше не в классе)" in names
    assert [one["former"] for one in json.loads(json_report(report))["students"]] == [True, False]


def test_the_file_of_one_lesson_is_taken_on_the_page_of_its_session() -> None:
    made = moodle_table(class_with_ids({"Ann": (HERE,), "Bo": (GONE,), "Cy": (None,)}, Period.LESSON), texts_in("en"))
    course = Course({"Ann": {"idnumber": "001"}, "Bo": {"idnumber": "002"}}, LESSONS)
    assert course.upload_of_one_session(made.table) == {"Ann": "P", "Bo": "A"}
    assert course.problems == []


def test_students_go_by_what_most_of_them_have_and_those_without_are_named() -> None:
    report = class_with_ids({"Ann": (HERE,), "Bo": (GONE,), "Cy": (LATE,)})
    ann, bo, cy = report.students
    some = replace(report, students=(replace(ann, number=""), replace(bo, number=""), replace(cy, email="")))
    made = moodle_table(some, texts_in("en"))
    course = Course({"Ann": {"email": "s1@school.example"}, "Bo": {"email": "s2@school.example"}}, LESSONS)
    assert {person: mark for (_, person), mark in course.upload(made.table).items()} == {"Ann": "P", "Bo": "A"}
    assert (course.problems, made.identifier, made.without) == ([], "email", ("Cy",))


def test_without_id_and_address_there_is_nothing_for_moodle() -> None:
    made = moodle_table(report_of({"Ann": (HERE,)}), texts_in("en"))
    assert (made.table, made.identifier, made.without) == (b"", "", ("Ann",))


def test_the_lessons_are_sessions_that_moodle_can_make_before() -> None:
    report = class_with_ids({"Ann": (HERE, HERE)})
    night = START.replace(hour=20)  # 23:00 in Moscow
    last = LessonHead(9, night, night, night + timedelta(hours=2))
    rows = list(
        csv.reader(io.StringIO(sessions_table(replace(report, lessons=(report.lessons[0], last)), "PHYS").decode()))
    )
    assert rows[0][:5] == ["course", "groups", "sessiondate", "from", "to"]
    assert [row[:5] for row in rows[1:]] == [
        ["PHYS", "", "2025-03-09", "09:00", "10:30"], ["PHYS", "", "2025-03-11", "23:00", "23:59"]
    ]  # fmt: skip


def test_json_tells_everything_in_the_class_s_own_time() -> None:
    waits = Mark(Status.ABSENT, waiting=True)
    vouched = replace(HERE, confirmed=True, confidence=None)
    report = class_with_ids({"Анна": (HERE, ODD), "Bo": (None, waits), "Cy": (vouched, AWAY)})
    told = json.loads(json_report(replace(report, between=(date(2025, 3, 1), date(2025, 3, 31)))))
    assert told["schema"] == "rollcall.report/1"
    assert told["class"] == {"id": 5, "title": "English B2", "timezone": "Europe/Moscow"}
    assert told["period"] == {"kind": "days", "from": "2025-03-01", "to": "2025-03-31"}
    assert [one["opened_at"] for one in told["lessons"]] == ["2025-03-09T09:00:00+03:00", "2025-03-11T09:00:00+03:00"]
    anna, bo, cy = told["students"]
    assert (anna["id"], anna["name"], anna["number"], anna["group"]) == (1, "Анна", "001", None)
    here, odd = anna["marks"]
    assert here == {
        "lesson": 0, "status": "present", "at": "2025-03-11T09:03:00+03:00", "confidence": 0.978, "confirmed": False,
        "waiting": False, "reason": None, "refused": [],
    }  # fmt: skip
    assert (odd["status"], odd["refused"]) == ("flagged", ["forwarded", "other_voice", "forwarded"])
    assert [(one["lesson"], one["status"], one["waiting"]) for one in bo["marks"]] == [(1, "absent", True)]
    assert [(one["status"], one["confirmed"], one["confidence"]) for one in cy["marks"]] == [
        ("present", True, None), ("excused", False, None)
    ]  # fmt: skip
    assert (cy["attended"], cy["lessons"], cy["share"]) == (1, 1, 1.0)
    assert told["totals"] == {"present": 2, "late": 0, "excused": 1, "absent": 1, "flagged": 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_register_has_a_letter_for_whoever_was_not_simply_there(language: str) -> None:
    ill = replace(AWAY, reason="illness")
    marks = {
        "Ann Lee": (HERE, AWAY, GONE, LATE),
        "Bo Ray": (None, ODD, REMARKED, GONE),
        "=1+1": (HERE, HERE, ill, HERE),
    }
    file = io.BytesIO(register(class_with_ids(marks), texts_in(language)))
    n, e, i, late = {"ru": ("н", "у", "б", "о"), "en": ("a", "e", "i", "l")}[language]
    expected = [
        [1, "Ann Lee", "001", None, e, n, late, 2, 1, 0, 1],
        [2, "Bo Ray", "002", None, n, None, n, 2, 0, 0, 0],
        [3, "=1+1", "003", None, None, i, None, 1, 1, 1, 0],
    ]
    sheet = load_workbook(file, data_only=True).worksheets[0]
    assert [[cell.value for cell in sheet[row]] for row in (3, 4, 5)] == expected
    assert [[cell.value for cell in sheet[row]][3:7] for row in (6, 7)] == [[0, 2, 2, 1], [0, 0, 0, 1]]
    assert sheet["E4"].comment is not None
    assert [str(cell.value) for cell in sheet[2][3:7]] == [f"2025-03-{day:02} 09:00:00" for day in (5, 7, 9, 11)]
    book = load_workbook(file)
    book.worksheets[0]["D3"] = n
    (rows,) = calculated(book)
    assert rows[2][3:] == [n, e, n, late, 3, 1, 0, 1]
    assert rows[5][3] == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", Period)
def test_a_class_without_lessons_or_students_has_a_register_a_table_and_json_too(language: str, period: Period) -> None:
    empty = report_of({}, period)
    none = Report(empty.class_title, empty.timezone, period, START, ())
    for report in (empty, none, replace(none, students=report_of({"Ann": ()}, period).students)):
        load_workbook(io.BytesIO(register(report, texts_in(language))))
        json.loads(json_report(report))
        moodle_table(report, texts_in(language))


def test_days_of_one_s_own_are_named_by_their_first_and_last() -> None:
    report = replace(report_of({"Ann": (HERE, HERE)}, Period.ALL), between=(date(2024, 9, 1), date(2024, 12, 31)))
    assert period_when(report, texts_in("ru")) == "1 сентября 2024 – 31 декабря 2024"
