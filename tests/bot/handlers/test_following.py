"""A voiceprint that follows its owner, in the chat: found in /mydata, agreed to, ended and put back by buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.services import now
from rollcall.domain.voiceprint import Voiceprint
from rollcall.sealing.seal import voiceprint_binding
from rollcall.storage import people, renewals
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.renewal_tables import Renewal
from rollcall.storage.tables import Attempt, Consent, StoredVoiceprint
from rollcall.storage.voiceprints import voiceprint_of
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.buttons import buttons_of
from tests.bot.door import Door, open_door
from tests.bot.school import ANNA, STRANGER, found, people_on

T = texts_in("ru")
VOICE, MOVED = (np.array(row, np.float32) for row in ((1, 0, 0), (0.8, 0.6, 0)))


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str) -> AsyncIterator[Door]:
    url = f"sqlite:///{tmp_path / 'following.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset(), speaker_model="dummy") as door:
        await found(door.services.database)
        yield door


def look(door: Door, what: Any, *of: Any) -> Any:
    with door.services.database.session() as session:
        return what(session, *of)


def enrolled(door: Door, *, steps: int = 0) -> Person:
    """Anna, with a voiceprint that has taken so many steps."""

    def make(session: Session) -> None:
        person = people.find_person(session, ANNA)
        assert person
        session.execute(delete(VoiceClaim))
        binding = voiceprint_binding(person.id, "dummy", "w")
        sealed = door.services.keyring.seal(Voiceprint("dummy", "w", VOICE).pack(), binding)
        stored = StoredVoiceprint(
            person_id=person.id, sealed=sealed, model="dummy", weight_hash="w", notes=3, enrolment="e", created_at=now()
        )
        session.add(stored)
        session.flush()
        for number in range(steps):
            made = Voiceprint("dummy", "w", MOVED)
            renewals.renew(session, door.services.keyring, stored, f"note {number}", made, now())

    look(door, make)
    return people_on(door.telegram)[ANNA]


def agreed(door: Door) -> bool:
    return bool(look(door, people.renews_voice, ANNA))


async def offered(door: Door, anna: Person) -> list[str]:
    """What /mydata has buttons for."""
    before = len(door.telegram.calls)
    await door.ask(anna, "/mydata")
    return [data for call in door.telegram.calls[before:] for _, data in buttons_of(call)]


async def test_it_is_off_until_its_owner_agrees_and_off_again(door: Door) -> None:
    anna = enrolled(door)
    assert await offered(door, anna) == ["follow:ask"]
    assert not agreed(door)
    assert await door.press(anna, "follow:ask") == [T("follow-ask")]
    assert not agreed(door), "a question is no answer"
    assert await door.press(anna, "follow:yes") == [T("follow-done")]
    assert agreed(door)
    assert await offered(door, anna) == ["follow:no"]
    assert await door.press(anna, "follow:no") == [T("follow-stopped")]
    assert not agreed(door)
    with door.services.database.session() as session:
        said = session.scalars(select(Consent).where(Consent.text_version.like("renewal %"))).one()
        assert said.withdrawn_at is not None


async def test_its_owner_puts_it_back(door: Door) -> None:
    anna = enrolled(door, steps=2)
    assert await offered(door, anna) == ["follow:ask", "follow:back"]
    person_id = look(door, people.find_person, ANNA).id
    assert look(door, voiceprint_of, door.services.keyring, person_id).centroid == pytest.approx(MOVED)
    assert await door.press(anna, "follow:back") == [T("follow-back-done")]
    assert look(door, voiceprint_of, door.services.keyring, person_id).centroid == pytest.approx(VOICE)
    assert look(door, lambda session: session.scalars(select(Renewal)).all()) == []
    assert await door.press(anna, "follow:back") == [T("follow-back-not")]
    assert await offered(door, anna) == ["follow:ask"]


async def test_without_a_voice_or_an_agreement_to_it_there_is_nothing_to_follow(door: Door) -> None:
    people_there = people_on(door.telegram)
    for who in (people_there[ANNA], people_there[STRANGER]):
        assert await door.press(who, "follow:yes") == [T("follow-no-voice")]
    assert await offered(door, people_there[ANNA]) == []
    anna = enrolled(door)
    look(door, people.withdraw_consent, ANNA, now())
    assert await door.press(anna, "follow:yes") == [T("follow-no-voice")]
    assert not agreed(door)


async def test_not_now_changes_nothing(door: Door) -> None:
    anna = enrolled(door)
    assert await door.press(anna, "follow:later") == [T("follow-later")]
    assert not agreed(door)
    assert look(door, lambda session: len(session.scalars(select(Attempt)).all())) == 1
