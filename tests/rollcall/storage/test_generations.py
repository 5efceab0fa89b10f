"""A class's generation grows with whom it recognises, and by which voiceprint, and with nothing else."""

import asyncio
from datetime import timedelta

from sqlalchemy import select, update

from rollcall.storage import classes, people
from rollcall.storage.generations import generation_of
from rollcall.storage.tables import Membership, Person, SchoolClass, StoredVoiceprint
from rollcall.usecases import erasure
from rollcall.usecases.erasure import Kind
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School


async def of(school: School, class_id: int | None = None) -> int | None:
    with school.database.session() as session:
        return generation_of(session, class_id or school.class_id)


async def record(school: School, who: int, minutes: int = 0, enrolment: str = "one") -> None:
    """A voiceprint, whatever it sounds like."""
    with school.database.session() as session:
        session.merge(
            StoredVoiceprint(
                person_id=school.ids[who], sealed=b"sealed", model="campplus", weight_hash="w1", notes=3,
                enrolment=enrolment, created_at=NINE + timedelta(minutes=minutes),
            )
        )  # fmt: skip


async def test_it_grows_with_every_change_of_who_is_recognised_by_what_and_with_nothing_else(school: School) -> None:
    assert await of(school) == 0
    await record(school, ANNA)
    assert [await of(school), await of(school)] == [1, 1]
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).title = "Физика 10Б"
        session.get_one(Person, school.ids[ANNA]).full_name = "Анна Белая"
    await school.open()
    assert await of(school) == 1
    await record(school, BORIS)
    assert await of(school) == 2
    await record(school, ANNA, minutes=1, enrolment="two")
    assert await of(school) == 3
    with school.database.session() as session:
        session.execute(update(StoredVoiceprint).values(weight_hash="w2"))
    assert await of(school) == 4
    with school.database.session() as session:
        anna = session.get_one(Person, school.ids[ANNA])
        erasure.erase_voice(session, anna, "receipt", Kind.VOICE, NINE)
    assert await of(school) == 5
    with school.database.session() as session:
        membership = session.scalar(select(Membership).where(Membership.person_id == school.ids[BORIS]))
        session.delete(membership)
    assert await of(school) == 6
    assert await of(school, school.class_id + 100) is None


async def test_another_class_and_one_that_is_put_away_have_their_own(school: School) -> None:
    await record(school, ANNA)
    with school.database.session() as session:
        teacher, anna = (
            people.find_person(session, TEACHER),
            people.find_person(session, ANNA),
        )
        assert teacher
        assert anna
        other = classes.create_class(session, teacher, "Химия 9Б", "Europe/Moscow", NINE)
        other_id = other.id
    assert (await of(school), await of(school, other_id)) == (1, 0)
    with school.database.session() as session:
        classes.join_class(session, anna, session.get_one(SchoolClass, other_id), NINE)
    assert (await of(school), await of(school, other_id)) == (1, 1)
    with school.database.session() as session:
        session.get_one(SchoolClass, other_id).archived_at = NINE
    assert (await of(school), await of(school, other_id)) == (1, 2)


async def test_whoever_asks_at_the_same_moment_hears_the_same(school: School) -> None:
    await record(school, ANNA)
    assert set(await asyncio.gather(*(of(school) for _ in range(8)))) == {1}
