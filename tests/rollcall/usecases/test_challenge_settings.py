"""When a class may require a number, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from rollcall.domain.challenge import ChallengeMode, Words
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.words_lane import ENOUGH_NOTES
from rollcall.storage import people
from rollcall.storage.tables import Attempt, SchoolClass
from rollcall.usecases.challenge_settings import NotSet, offered, rates_of, set_number
from tests.rollcall.conftest import ANNA, TEACHER, School


def put(school: School, value: str, *, hearing: bool = True) -> SchoolClass | NotSet | None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        return set_number(session, teacher, school.class_id, value, hearing=hearing)


async def heard(school: School, words: Words, many: int) -> None:
    """So many notes of Anna's in which this was heard."""
    for _ in range(many):
        note = await school.note(ANNA)
        with school.database.session() as session:
            attempt = session.get_one(Attempt, note)
            attempt.verdict, attempt.reason, attempt.words = Verdict.ACCEPTED, Reason.MATCH, words


def choices(school: School, *, hearing: bool = True) -> list[ChallengeMode]:
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        return offered(school_class, rates_of(session, school.class_id), hearing=hearing)


async def test_a_number_is_required_only_once_the_classs_own_notes_show_that_it_works(school: School) -> None:
    assert isinstance(put(school, "ask"), SchoolClass)
    assert put(school, "require") is NotSet.NOT_YET
    await heard(school, Words.NOT_HEARD, ENOUGH_NOTES // 2)
    await heard(school, Words.HEARD, ENOUGH_NOTES // 2)
    assert put(school, "require") is NotSet.NOT_YET, "half of them is not well understood"
    assert ChallengeMode.REQUIRE not in choices(school)
    await heard(school, Words.HEARD, 3 * ENOUGH_NOTES)
    assert choices(school) == list(ChallengeMode)
    one = put(school, "require")
    assert isinstance(one, SchoolClass)
    assert one.challenge is ChallengeMode.REQUIRE


async def test_a_number_that_nobody_hears_is_not_required_and_one_that_is_stays(school: School) -> None:
    await heard(school, Words.HEARD, ENOUGH_NOTES)
    assert put(school, "require", hearing=False) is NotSet.DEAF
    assert choices(school, hearing=False) == [ChallengeMode.OFF, ChallengeMode.ASK]
    assert isinstance(put(school, "require"), SchoolClass)
    assert isinstance(put(school, "require", hearing=False), SchoolClass)
    assert choices(school, hearing=False) == list(ChallengeMode)


async def test_notes_that_nobody_listened_to_show_nothing(school: School) -> None:
    await heard(school, Words.NOT_CHECKED, 2 * ENOUGH_NOTES)
    assert put(school, "require") is NotSet.NOT_YET


@pytest.mark.parametrize("value", ["", "REQUIRE", "always"])
async def test_what_is_no_mode_sets_none(school: School, value: str) -> None:
    assert put(school, value) is None
    with school.database.session() as session:
        assert session.get_one(SchoolClass, school.class_id).challenge is ChallengeMode.OFF
