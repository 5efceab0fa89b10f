"""A teacher puts the list of students right: names, who is in the class, and whose account is whose."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.domain.names import NameFault
from rollcall.domain.staff import StaffNews
from rollcall.storage import lessons, people, rosters
from rollcall.storage.tables import Attendance, Lesson, Person, SchoolClass, StaffNotice
from rollcall.usecases import students
from rollcall.usecases.erasure import Erased
from rollcall.usecases.students import Named
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

_LATER = NINE + timedelta(hours=2)


def names(school: School) -> list[tuple[str, bool]]:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        found = students.students(session, teacher, school.class_id)
        return [(one.name, one.is_former) for one in found.members]


async def test_a_greeting_is_no_name_and_an_edited_answer_is_the_better_one(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        conversation = people.conversation_with(session, TEACHER, NINE)
        anna = school.ids[ANNA]
        assert students.ask_name(session, teacher, conversation, school.class_id, anna, NINE)
        assert students.name_said(session, teacher, conversation, "Здравствуйте!", 1, NINE) is NameFault.GREETING
        assert isinstance(students.name_said(session, teacher, conversation, "Белова Аня", 2, NINE), Named)
        assert isinstance(students.name_said(session, teacher, conversation, "Белова Анна", 2, NINE), Named)
    assert names(school) == [("Белова Анна", False), ("Борис Громов", False)]


async def test_a_student_without_a_phone_is_added_and_the_added_one_is_renamed_by_an_edit(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        conversation = people.conversation_with(session, TEACHER, NINE)
        assert students.ask_name(session, teacher, conversation, school.class_id, None, NINE)
        assert students.name_said(session, teacher, conversation, "Мадонна", 1, NINE) is NameFault.ONE_WORD
        added = students.name_said(session, teacher, conversation, "мадонна", 2, NINE)
        assert isinstance(added, Named)
        assert added.added
        assert not added.one.member.person.has_account
        renamed = students.name_said(session, teacher, conversation, "Чикконе Мадонна", 2, NINE)
        assert isinstance(renamed, Named)
        assert not renamed.added
    assert ("Чикконе Мадонна", False) in names(school)
    assert len(names(school)) == 3


def owed(session: Session) -> list[tuple[int, StaffNews]]:
    return [(one.chat_id, one.news) for one in session.scalars(select(StaffNotice))]


async def test_who_is_taken_out_is_a_former_student_and_comes_back(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        this = (school.class_id, school.ids[BORIS])
        moved = students.take_out(session, teacher, *this, _LATER)
        assert moved
        assert owed(session) == [(BORIS, StaffNews.OUT)]
        assert students.take_out(session, teacher, *this, _LATER) is None
    assert names(school) == [("Анна Белова", False), ("Борис Громов", True)]
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        assert students.put_back(session, teacher, school.keyring, *this, _LATER)
        assert students.put_back(session, teacher, school.keyring, *this, _LATER) is None
        assert owed(session) == [(BORIS, StaffNews.BACK)], "of what was not said yet, the last word counts"
    assert names(school) == [("Анна Белова", False), ("Борис Громов", False)]


async def test_a_lost_accounts_marks_are_the_new_ones_and_a_line_keeps_its_account(school: School) -> None:
    lesson_id = await school.open()
    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        lessons.mark(session, lesson, school.ids[ANNA], NINE, 0.9, None)
    await school.close(lesson_id)
    old, new = school.ids[ANNA], school.ids[BORIS]
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        begun = students.begin_merging(session, teacher, school.class_id, old, new, "receipt", _LATER)
        assert isinstance(begun, Erased)
        assert students.merging(session, teacher, school.class_id, old, old) is None
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        assert students.merge(session, teacher, school.class_id, old, new, _LATER)
        assert students.merge(session, teacher, school.class_id, old, new, _LATER) is None
        assert session.get_one(Attendance, (lesson_id, new)).status is Status.PRESENT
        assert session.get(Person, old) is None
        school_class = session.get_one(SchoolClass, school.class_id)
        line = rosters.add_line(session, school_class, "Громов Борис", teacher, _LATER).person_id
        one = students.merge(session, teacher, school.class_id, new, line, _LATER)
        assert one
        assert one.member.person.telegram_id == BORIS


async def test_a_name_given_in_a_form_is_taken_at_once_and_a_single_one_when_it_is_meant(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        anna, give = school.ids[ANNA], students.name_given
        assert give(session, teacher, school.class_id, anna, "Привет", NINE, sure=True) is NameFault.GREETING
        assert give(session, teacher, school.class_id, None, "Мадонна", NINE, sure=False) is NameFault.ONE_WORD
        added = give(session, teacher, school.class_id, None, "Мадонна", NINE, sure=True)
        assert isinstance(added, Named)
        assert added.added
        assert isinstance(give(session, teacher, school.class_id, anna, "Белова Аня", NINE, sure=False), Named)
        assert give(session, teacher, school.class_id, teacher.id, "Чужой Кто", NINE, sure=False) is None
    assert names(school) == [("Белова Аня", False), ("Борис Громов", False), ("Мадонна", False)]
