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
    async with school.database.session() as session:
        olga = await session.run_sync(people.register_person, OLGA, "Ольга Олегова", NINE)
        await session.run_sync(people.make_teacher, olga, None)
        session.add(Membership(class_id=school.class_id, person_id=olga.id, role=TEACHER, joined_at=NINE, until=END))
        return olga.id


async def teachers_at(school: School, moment: datetime) -> list[int]:
    async with school.database.session() as session:
        found = await session.run_sync(teaching.teachers_of, school.class_id, moment)
        return [one.telegram_id for one in found]


async def test_a_substitutes_right_ends_to_the_second(school: School, substitute: int) -> None:
    assert await teachers_at(school, BEFORE) == [MARIA, OLGA]
    assert await teachers_at(school, END) == [MARIA]
    async with school.database.session() as session:
        olga = await session.get_one(Person, substitute)
        for moment, there in ((BEFORE, True), (END, False)):
            assert await session.run_sync(teaching.teaches, substitute, school.class_id, moment) is there
            found = await session.run_sync(teaching.taught_class, olga, school.class_id, moment)
            assert (found is not None) is there
            assert bool(await session.run_sync(teaching.taught_classes, olga, moment)) is there
            known = await session.run_sync(people.acquaintance, OLGA, moment)
            roles = roles_of(known.person, known.classes, school.class_id, is_admin=False)
            assert roles == {"teacher" if there else "teacher elsewhere"}


async def test_what_teachers_are_asked_and_told_reaches_a_substitute_until_the_end(
    school: School, substitute: int
) -> None:
    lesson_id = await school.open(NINE)
    async with school.database.session() as session:
        session.add(
            Review(
                lesson_id=lesson_id, person_id=school.ids[ANNA], attempt_id=None, sent_at=NINE,
                state=ReviewState.OPEN, created_at=NINE,
            )
        )  # fmt: skip
    async with school.database.session() as session:
        for moment, chats in ((BEFORE, {MARIA, OLGA}), (END, {MARIA})):
            asked = await session.execute(REVIEWS.askable(moment))
            assert {chat for _, chat in asked} == chats
        await session.run_sync(close_lesson, await session.get_one(Lesson, lesson_id), END)
    async with school.database.session() as session:
        assert await session.get(ClosingNotice, (lesson_id, MARIA))
        assert await session.get(ClosingNotice, (lesson_id, OLGA)) is None


async def test_whose_right_to_teach_was_ended_teaches_no_class(school: School) -> None:
    async with school.database.session() as session:
        maria = await session.run_sync(people.find_person, MARIA)
        assert maria
        maria.is_teacher = False
        await session.flush()
        assert not await session.run_sync(teaching.teaches, maria.id, school.class_id, NINE)
    assert await teachers_at(school, NINE) == []


async def test_whoever_makes_a_class_owns_it(school: School) -> None:
    async with school.database.session() as session:
        maria = await session.run_sync(people.find_person, MARIA)
        assert maria
        made = await session.run_sync(classes.create_class, maria, "Химия", "UTC", NINE)
        assert (await session.get_one(Membership, (made.id, maria.id))).owner
        assert not (await session.get_one(Membership, (school.class_id, school.ids[ANNA]))).owner
