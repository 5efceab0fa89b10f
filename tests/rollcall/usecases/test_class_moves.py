"""A student goes to another class: the marks stay where they were given, and are read from the new one too."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.absence import AbsenceState
from rollcall.domain.attendance import Status
from rollcall.domain.staff import StaffNews
from rollcall.report.model import Period
from rollcall.storage import classes, excuses, lessons, people, rosters
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.excuse_tables import Absence
from rollcall.storage.holder import Holder
from rollcall.storage.tables import FORMER, STUDENT, Lesson, Membership, Person, SchoolClass, StaffNotice
from rollcall.usecases.class_moves import move, ways
from rollcall.usecases.report import build_report
from rollcall.usecases.staff import take_notice
from rollcall.usecases.student_sheet import student_sheet
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def teacher_in(session: Session) -> Person:
    teacher = people.find_person(session, TEACHER)
    assert teacher is not None
    return teacher


def another_class(school: School, title: str = "Физика 9В") -> int:
    with school.database.session() as session:
        return classes.create_class(session, teacher_in(session), title, "Europe/Moscow", NINE).id


async def a_lesson(school: School, class_id: int, day: int) -> int:
    with school.database.session() as session:
        lesson, _ = lessons.open_lesson(session, class_id, teacher_in(session), NINE + day * DAY, HOUR, HOUR)
        for student in (ANNA, BORIS):
            membership = session.get(Membership, (class_id, school.ids[student]))
            if membership is not None and membership.role == STUDENT:
                lessons.mark(session, lesson, school.ids[student], NINE + day * DAY, 0.9, None)
        lessons.close_lesson(session, lesson, NINE + day * DAY + HOUR)
        return lesson.id


def statuses(school: School, class_id: int, student: int) -> list[Status | None] | None:
    """What the class's report says of the student, lesson by lesson; None where it has no line for them."""
    with school.database.session() as session:
        report = build_report(session, session.get_one(SchoolClass, class_id), Period.ALL, NINE + 30 * DAY)
        found = [one for one in report.students if one.person_id == school.ids[student]]
        return [mark.status if mark is not None else None for mark in found[0].marks] if found else None


def moved(school: School, from_id: int, to_id: int, day: int, student: int = ANNA) -> bool:
    with school.database.session() as session:
        this = (from_id, school.ids[student], to_id, NINE + day * DAY)
        return move(session, teacher_in(session), school.keyring, *this) is not None


async def test_marks_stay_in_the_old_class_and_the_new_one_counts_from_the_move(school: School) -> None:
    old, new = school.class_id, another_class(school)
    await a_lesson(school, old, 0)
    await a_lesson(school, new, 1)
    assert moved(school, old, new, 2)
    assert not moved(school, old, new, 2)
    await a_lesson(school, old, 3)
    await a_lesson(school, new, 3)
    assert statuses(school, old, ANNA) == [Status.PRESENT, None]
    assert statuses(school, new, ANNA) == [None, Status.PRESENT]
    assert statuses(school, old, BORIS) == [Status.PRESENT, Status.PRESENT]
    with school.database.session() as session:
        sheet = student_sheet(session, new, school.ids[ANNA], NINE + 9 * DAY)
        assert sheet is not None
        assert [(one.class_id, one.standing.attended, one.standing.lessons) for one in sheet.earlier] == [(old, 1, 1)]
        (record,) = session.scalars(select(AuditRecord).where(AuditRecord.action == Action.STUDENT_MOVED)).all()
        assert record.object == f"class:{old}"
        (notice,) = session.scalars(select(StaffNotice)).all()
        assert (notice.chat_id, notice.news) == (ANNA, StaffNews.MOVED)
        news = take_notice(session, notice.id, NINE + 2 * DAY, Holder.this_process())
        assert news is not None
        assert (news.title, news.name, news.by) == ("Физика 9В", "Физика 9Б", "Мария Ивановна")


async def test_moving_back_undoes_it_and_each_class_keeps_its_own_marks(school: School) -> None:
    old, new = school.class_id, another_class(school)
    await a_lesson(school, old, 0)
    assert moved(school, old, new, 1)
    await a_lesson(school, old, 2)
    await a_lesson(school, new, 2)
    assert moved(school, new, old, 3)
    await a_lesson(school, old, 4)
    await a_lesson(school, new, 4)
    assert statuses(school, old, ANNA) == [Status.PRESENT, None, Status.PRESENT]
    assert statuses(school, new, ANNA) == [Status.PRESENT, None]
    with school.database.session() as session:
        roles = {one: session.get_one(Membership, (one, school.ids[ANNA])).role for one in (old, new)}
        assert roles == {old: STUDENT, new: FORMER}
        sheet = student_sheet(session, old, school.ids[ANNA], NINE + 9 * DAY)
        assert sheet is not None
        assert [one.class_id for one in sheet.earlier] == [new]


async def test_a_line_of_the_new_list_is_theirs_and_announced_days_go_along(school: School) -> None:
    old, new = school.class_id, another_class(school)
    with school.database.session() as session:
        teacher, anna = teacher_in(session), session.get_one(Person, school.ids[ANNA])
        line = rosters.add_line(session, session.get_one(SchoolClass, new), "Белова Анна", teacher, NINE)
        line.student_number, line_id = "77", line.person_id
        day = NINE.date()
        for first, last in ((day - DAY, day - DAY), (day, day + 5 * DAY)):
            excuses.announce(session, anna, old, (first, last), "illness", NINE)
    assert moved(school, old, new, 1)
    with school.database.session() as session:
        membership = session.get_one(Membership, (new, school.ids[ANNA]))
        assert (membership.role, membership.student_number, membership.joined_at) == (STUDENT, "77", NINE + DAY)
        assert session.get(Person, line_id) is None
        rows = session.scalars(select(Absence).order_by(Absence.first_day)).all()
        assert [(one.class_id, one.state) for one in rows] == [(old, AbsenceState.OPEN), (new, AbsenceState.OPEN)]


async def test_only_to_a_class_that_is_ones_own_for_good_and_without_the_student(school: School) -> None:
    mine, others, lent = another_class(school), another_class(school, "Чужой"), another_class(school, "На замене")
    with school.database.session() as session:
        teacher = teacher_in(session)
        session.delete(session.get_one(Membership, (others, teacher.id)))
        session.get_one(Membership, (lent, teacher.id)).until = NINE + 9 * DAY
        classes.join_class(
            session, session.get_one(Person, school.ids[BORIS]), session.get_one(SchoolClass, mine), NINE
        )
    with school.database.session() as session:
        found = {
            one: ways(session, teacher_in(session), school.class_id, school.ids[one], NINE) for one in (ANNA, BORIS)
        }
        assert {one: way and [to.id for to in way.classes] for one, way in found.items()} == {ANNA: [mine], BORIS: []}
    assert not any(moved(school, school.class_id, to, 1) for to in (others, lent, school.class_id, 0))
    assert not moved(school, school.class_id, mine, 1, BORIS)


async def test_who_has_no_phone_moves_too_and_nobody_is_told(school: School) -> None:
    old, new = school.class_id, another_class(school)
    with school.database.session() as session:
        line = rosters.add_line(session, session.get_one(SchoolClass, old), "Ким Вера", teacher_in(session), NINE)
        school.ids[0] = line.person_id
    assert moved(school, old, new, 1, 0)
    with school.database.session() as session:
        assert session.get_one(Membership, (new, school.ids[0])).role == STUDENT
        assert session.scalars(select(StaffNotice)).all() == []
        assert session.scalars(select(Lesson)).all() == []
