"""One voice on two accounts: noticed in a class, told once, forgotten with either of the two."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from rollcall.seal import voiceprint_binding
from rollcall.storage import alike, voiceprints
from rollcall.storage.tables import AlikeVoices, Person, StoredVoiceprint
from rollcall.voiceprint import Voiceprint
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

ONE = np.array([1, 0, 0], np.float32)
ALMOST = np.array([0.8, 0.6, 0], np.float32)
OTHER = np.array([0.3, 0, (1 - 0.09) ** 0.5], np.float32)


async def enrol(school: School, who: int, voice: NDArray[np.float32], weights: str = "w1") -> None:
    print_ = Voiceprint("campplus", weights, voice)
    person = school.ids[who]
    sealed = school.keyring.seal(print_.pack(), voiceprint_binding(person, "campplus", weights))
    async with school.database.session() as session:
        await session.merge(
            StoredVoiceprint(
                person_id=person, sealed=sealed, model="campplus", weight_hash=weights, notes=3, created_at=NINE
            )
        )
        await session.flush()
        await alike.note_alike(session, school.keyring, school.class_id, person, NINE)


async def pairs(school: School) -> list[tuple[int, int]]:
    async with school.database.session() as session:
        return [(row.person_id, row.other_id) for row in await session.scalars(select(AlikeVoices))]


async def test_two_accounts_with_one_voice_are_noticed_once(school: School) -> None:
    await enrol(school, BORIS, ONE)
    assert await pairs(school) == []
    await enrol(school, ANNA, ALMOST)
    await enrol(school, BORIS, ONE)
    assert await pairs(school) == [(min(school.ids.values()), max(school.ids.values()))]


async def test_different_voices_are_no_pair(school: School) -> None:
    await enrol(school, BORIS, ONE)
    await enrol(school, ANNA, OTHER)
    assert await pairs(school) == []


async def test_prints_of_different_weights_are_never_compared(school: School) -> None:
    await enrol(school, BORIS, ONE)
    await enrol(school, ANNA, ONE, weights="w2")
    assert await pairs(school) == []


async def test_a_pair_is_told_once_and_goes_with_either_voice(school: School) -> None:
    await enrol(school, BORIS, ONE)
    await enrol(school, ANNA, ONE)
    async with school.database.session() as session:
        (pair,) = await alike.untold_pairs(session)
        assert await alike.take_telling(session, pair, NINE)
    async with school.database.session() as session:
        assert not await alike.untold_pairs(session)
        assert not await alike.take_telling(session, pair, NINE)
        await voiceprints.forget_voice(session, await session.get_one(Person, school.ids[BORIS]), NINE)
    assert await pairs(school) == []
