"""What becomes of a class's voices while it is in the archive, and once it is back."""

from __future__ import annotations

from datetime import timedelta

from rollcall.domain.claim import ClaimState
from rollcall.storage import classes, people
from rollcall.storage.tables import SchoolClass
from rollcall.storage.voiceprints import voiceprints_of_class
from rollcall.usecases import archive
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School
from tests.rollcall.storage.test_claims import FRIENDS, OWN, claims_of, gallery, on_sqlite, record

DAY = timedelta(days=1)
A_YEAR = 365 * DAY


async def put_away(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        found = archive.put_away(session, teacher, school.class_id, NINE + DAY, NINE + DAY, A_YEAR)
        assert found.until - found.since == A_YEAR
        assert voiceprints_of_class(session, school.keyring, school.class_id) == {}


async def restore(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        archive.restore(session, teacher, school.keyring, school.class_id, NINE + 3 * DAY)


@on_sqlite
async def test_whose_voice_was_known_is_recognised_again(school: School) -> None:
    await record(school, ANNA, OWN, "a")
    await record(school, BORIS, FRIENDS, "b")
    before = await gallery(school)
    await put_away(school)
    await restore(school)
    assert await gallery(school) == before
    assert len(before) == 2


@on_sqlite
async def test_a_voice_that_waited_for_a_teacher_waits_again(school: School) -> None:
    await record(school, ANNA, OWN, "a")
    await record(school, BORIS, OWN, "b")  # without a vote beside Anna's
    await put_away(school)
    assert [one.state for one in await claims_of(school, BORIS)] == [ClaimState.SETTLED]
    await restore(school)
    assert [one.state for one in await claims_of(school, BORIS)] == [ClaimState.SETTLED, ClaimState.OPEN]
    assert list(await gallery(school)) == [school.ids[ANNA]]


@on_sqlite
async def test_a_voice_recorded_meanwhile_is_compared_with_the_classmates(school: School) -> None:
    await record(school, ANNA, OWN, "a")
    await put_away(school)
    with school.database.session() as session:
        teacher, boris = [people.find_person(session, one) for one in (TEACHER, BORIS)]
        assert teacher
        assert boris
        other = classes.create_class(session, teacher, "Химия", "UTC", NINE)
        classes.join_class(session, boris, other, NINE)
    await record(school, BORIS, OWN, "b", NINE + 2 * DAY)
    await restore(school)
    assert list(await gallery(school)) == [school.ids[ANNA]]
    with school.database.session() as session:
        assert (session.get_one(SchoolClass, school.class_id)).archived_at is None
