"""One student's sheet has this student's lessons and nobody else's."""

from __future__ import annotations

from datetime import timedelta

from rollcall.domain.attendance import Status
from rollcall.report.model import Period
from rollcall.storage import people
from rollcall.storage.tables import SchoolClass
from rollcall.usecases.marks import set_mark
from rollcall.usecases.report import build_report
from rollcall.usecases.student_sheet import sheet_file, student_sheet
from tests.rollcall.conftest import ANNA, NINE, TEACHER, School

DAY = timedelta(days=1)


async def test_a_sheet_says_of_one_student_what_the_report_says_newest_first(school: School) -> None:
    for number in range(4):
        lesson = await school.open(NINE + number * DAY)
        await school.close(lesson, NINE + number * DAY + timedelta(hours=1))
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher is not None
        set_mark(session, teacher, 2, school.ids[ANNA], Status.PRESENT, None, NINE)
        set_mark(session, teacher, 4, school.ids[ANNA], Status.EXCUSED, "illness", NINE)
    with school.database.session() as session:
        sheet = student_sheet(session, school.class_id, school.ids[ANNA], NINE + 9 * DAY)
        whole = build_report(session, session.get_one(SchoolClass, school.class_id), Period.ALL, NINE + 9 * DAY)
    assert sheet is not None
    assert [student.full_name for student in sheet.report.students] == ["Анна Белова"]
    assert sheet.report.students[0] == next(one for one in whole.students if one.full_name == "Анна Белова")
    statuses = [mark.status for _, mark in sheet.newest_first]
    assert statuses == [Status.EXCUSED, Status.ABSENT, Status.PRESENT, Status.ABSENT]
    assert (sheet.standing.attended, sheet.standing.lessons) == (1, 3)


async def test_somebody_else_has_no_sheet_in_the_class(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher is not None
        for stranger in (teacher.id, 0, 999):
            assert student_sheet(session, school.class_id, stranger, NINE) is None
            assert sheet_file(session, teacher, school.class_id, stranger, NINE) is None
