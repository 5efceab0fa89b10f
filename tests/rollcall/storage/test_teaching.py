"""Who teaches a class: for good, as a substitute for a time, and not any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rollcall.domain.review import ReviewState
from rollcall.storage import classes, people, teaching
from rollcall.storage.lessons import close_lesson
from rollcall.storage.questions import REVIEWS
from rollcall.storage.rights import roles_of
from rollcall.storage.tables import TEACHER, ClosingNotice, Lesson, Membership, Person, Review
from tests.rollcall.conftest import ANNA, NINE, School
from tests.rollcall.conftest import TEACHER as MARIA

OLGA = 300
END = NINE + timedelta(days=1)
BEFORE = END - timedelta(seconds=1)


@pytest.fixture
async def substitute(school: School) -> int:
    """Olga teaches Maria's class until `END`."""
    with school.database.session() as session:
        olga = people.register_person(session, OLGA, "Ольга Олегова", NINE)
        people.make_teacher(session, olga, None)
        session.add(Membership(class_id=school.class_id, person_id=olga.id, role=TEACHER, joined_at=NINE, until=END))
        return olga.id


async def teachers_at(school: School, moment: datetime) -> list[int]:
    with school.database.session() as session:
        found = teaching.teachers_of(session, school.class_id, moment)
        return [one.telegram_id for one in found]


async def test_a_substitutes_right_ends_to_the_second(school: School, substitute: int) -> None:
    assert await teachers_at(school, BEFORE) == [MARIA, OLGA]
    assert await teachers_at(school, END) == [MARIA]
    with school.database.session() as session:
        olga = session.get_one(Person, substitute)
        for moment, there in ((BEFORE, True), (END, False)):
            assert teaching.teaches(session, substitute, school.class_id, moment) is there
            found = teaching.taught_class(session, olga, school.class_id, moment)
            assert (found is not None) is there
            assert bool(teaching.taught_classes(session, olga, moment)) is there
            known = people.acquaintance(session, OLGA, moment)
            roles = roles_of(known.person, known.classes, school.class_id, is_admin=False)
            assert roles == {"teacher" if there else "teacher elsewhere"}


async def test_what_teachers_are_asked_and_told_reaches_a_substitute_until_the_end(
    school: School, substitute: int
) -> None:
    lesson_id = await school.open(NINE)
    with school.database.session() as session:
        session.add(
            Review(
                lesson_id=lesson_id, person_id=school.ids[ANNA], attempt_id=None, sent_at=NINE,
                state=ReviewState.OPEN, created_at=NINE,
            )
        )  # fmt: skip
    with school.database.session() as session:
        for moment, chats in ((BEFORE, {MARIA, OLGA}), (END, {MARIA})):
            asked = session.execute(REVIEWS.askable(moment))
            assert {chat for _, chat in asked} == chats
        close_lesson(session, session.get_one(Lesson, lesson_id), END)
    with school.database.session() as session:
        assert session.get(ClosingNotice, (lesson_id, MARIA))
        assert session.get(ClosingNotice, (lesson_id, OLGA)) is None


async def test_whose_right_to_teach_was_ended_teaches_no_class(school: School) -> None:
    with school.database.session() as session:
        maria = people.find_person(session, MARIA)
        assert maria
        maria.is_teacher = False
        session.flush()
        assert not teaching.teaches(session, maria.id, school.class_id, NINE)
    assert await teachers_at(school, NINE) == []


async def test_whoever_makes_a_class_owns_it(school: School) -> None:
    with school.database.session() as session:
        maria = people.find_person(session, MARIA)
        assert maria
        made = classes.create_class(session, maria, "Химия", "UTC", NINE)
        assert (session.get_one(Membership, (made.id, maria.id))).owner
        assert not (session.get_one(Membership, (school.class_id, school.ids[ANNA]))).owner
