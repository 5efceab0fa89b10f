"""The wrong person has claimed a line of the list: it is free again with its marks, and a teacher says who they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.attendance import Status
from rollcall.domain.staff import StaffNews
from rollcall.storage import classes, handover, join_requests, lessons, people, rosters
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.classes import members_of
from rollcall.storage.correction_tables import MarkWord
from rollcall.storage.roster_tables import JoinRequest
from rollcall.storage.tables import Attendance, Conversation, Lesson, Person, SchoolClass, StaffNotice
from rollcall.usecases import freeing, roster_joining
from rollcall.usecases.join_requests import decide, joiner_facts, joiners_due
from rollcall.usecases.marks import set_mark
from rollcall.usecases.retention import Periods, left_over
from rollcall.usecases.roster_joining import Choice, Waits
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

WRONG = 301
HOUR = timedelta(hours=1)


def teacher_in(session: Session) -> Person:
    teacher = people.find_person(session, TEACHER)
    assert teacher is not None
    return teacher


async def claimed_by_the_wrong_one(school: School, *, known: bool = False) -> tuple[int, int]:
    """Gleb is on the list; another account takes his line and is marked in a lesson. The student's id, the lesson's."""
    lesson_id = await school.open()
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        line = rosters.add_line(session, school_class, "Орлов Глеб", teacher_in(session), NINE)
        line.student_number = "77"
        person = people.register_person(session, WRONG, "Ким Вера", NINE) if known else None
        if person is not None:
            other = classes.create_class(session, teacher_in(session), "Химия", "UTC", NINE)
            classes.join_class(session, person, other, NINE)
        people.conversation_with(session, WRONG, NINE)
        listed = session.get_one(Person, line.person_id)
        mine = handover.claim_line(session, listed, WRONG, person, school_class, NINE)
        lessons.mark(session, session.get_one(Lesson, lesson_id), mine.id, NINE, 0.9, None)
        set_mark(session, teacher_in(session), lesson_id, mine.id, Status.LATE, None, NINE)
        return mine.id, lesson_id


def free(school: School, person_id: int, *, ask: bool = True) -> int | None:
    with school.database.session() as session:
        done = freeing.free(session, teacher_in(session), school.class_id, person_id, NINE + HOUR, ask=ask)
        return done.line.member.person.id if done is not None else None


@pytest.mark.parametrize("known", [False, True], ids=["new", "of another class"])
async def test_the_line_is_free_with_its_name_number_and_marks_and_its_account_is_none_of_the_class(
    school: School, known: bool
) -> None:
    wrong, lesson_id = await claimed_by_the_wrong_one(school, known=known)
    line_id = free(school, wrong)
    assert line_id is not None
    assert free(school, wrong) is None
    with school.database.session() as session:
        (line,) = rosters.unclaimed(session, school.class_id)
        assert (line.person.id, line.name, line.membership.student_number) == (line_id, "Орлов Глеб", "77")
        assert session.get_one(Attendance, (lesson_id, line_id)).status is Status.LATE
        assert session.get(Attendance, (lesson_id, wrong)) is None
        assert session.scalars(select(MarkWord)).all() == []
        assert wrong not in [one.person.id for one in members_of(session, school.class_id, former=True)]
        (record,) = session.scalars(select(AuditRecord).where(AuditRecord.action == Action.LINE_FREED)).all()
        assert '"marks":1' in record.details
        (notice,) = session.scalars(select(StaffNotice)).all()
        assert (notice.chat_id, notice.news, notice.about_id) == (WRONG, StaffNews.FREED, line_id)


@pytest.mark.parametrize("known", [False, True], ids=["new", "of another class"])
async def test_its_account_says_a_name_and_one_question_goes_to_the_teacher(school: School, known: bool) -> None:
    wrong, _ = await claimed_by_the_wrong_one(school, known=known)
    line_id = free(school, wrong)
    assert line_id is not None
    with school.database.session() as session:
        assert joiners_due(session, NINE + HOUR).missing == []
        session.get_one(SchoolClass, school.class_id).join_code_expires_at = NINE
        this = session.get_one(Conversation, WRONG), session.get_one(Person, wrong)
        school_class = roster_joining.class_by_list(session, *this, NINE + HOUR)
        assert school_class is not None
        pressed = roster_joining.pick_line(session, school.keyring, *this, line_id, NINE + HOUR)
        assert isinstance(pressed, Choice)
        assert (pressed.by_teacher, pressed.lines) == (True, ())
        said = roster_joining.find_own_line(session, school.keyring, school_class, *this, "Орлов Глеб", NINE + HOUR)
        assert said == Waits("Орлов Глеб", "Физика 9Б", freed=True)
        said = roster_joining.find_own_line(session, school.keyring, school_class, *this, "Ежов Илья", NINE + HOUR)
        assert said == Waits("Ежов Илья", "Физика 9Б", freed=True)
    with school.database.session() as session:
        ((request_id, chat_id),) = joiners_due(session, NINE + HOUR).missing
        asked = joiner_facts(session, request_id, chat_id, NINE + HOUR)
        assert (asked.name, asked.freed) == ("Ежов Илья", True)
        decided = decide(
            session, teacher_in(session), school.keyring, school.class_id, request_id, NINE + HOUR, accepted=True
        )
        assert decided is not None
        found = {one.name: one.person.telegram_id for one in members_of(session, school.class_id)}
        assert found["Ким Вера" if known else "Ежов Илья"] == WRONG
        assert found["Орлов Глеб"] < 0


async def test_let_in_as_another_line_they_go_by_its_name(school: School) -> None:
    wrong, _ = await claimed_by_the_wrong_one(school)
    free(school, wrong)
    with school.database.session() as session:
        right = rosters.add_line(
            session, session.get_one(SchoolClass, school.class_id), "Ежов Илья", teacher_in(session), NINE
        ).person_id
        asked = session.scalars(select(JoinRequest)).one()
        join_requests.say_name(session, asked, "Илюха Ежов")
        this = (school.class_id, asked.id, NINE + HOUR)
        assert decide(session, teacher_in(session), school.keyring, *this, accepted=True, line_id=right)
        found = {one.name: one.person.telegram_id for one in members_of(session, school.class_id)}
        assert found["Ежов Илья"] == WRONG


async def test_who_is_put_out_is_asked_nothing_and_who_waits_is_not_left_over(school: School) -> None:
    periods = Periods(*[timedelta(days=1)] * 6)
    wrong, _ = await claimed_by_the_wrong_one(school)
    line_id = free(school, wrong)
    with school.database.session() as session:
        assert left_over(session, periods, NINE + timedelta(days=9)) == []
        asked = session.scalars(select(JoinRequest)).one()
        school_class, line = session.get_one(SchoolClass, school.class_id), session.get_one(Person, line_id)
        session.delete(asked)
        again = handover.claim_line(session, line, WRONG, session.get_one(Person, wrong), school_class, NINE)
        assert again.id == wrong
    assert free(school, wrong, ask=False) is not None
    with school.database.session() as session:
        assert session.scalars(select(JoinRequest)).all() == []
        assert [one.news for one in session.scalars(select(StaffNotice)).all()][-1] is StaffNews.FREED_OUT
        assert left_over(session, periods, NINE + timedelta(days=9)) == [wrong]


async def test_only_a_claimed_line_can_be_freed(school: School) -> None:
    with school.database.session() as session:
        line = rosters.add_line(
            session, session.get_one(SchoolClass, school.class_id), "Ким Вера", teacher_in(session), NINE
        ).person_id
    for person_id in (school.ids[ANNA], school.ids[BORIS], line, 999):
        assert free(school, person_id) is None
