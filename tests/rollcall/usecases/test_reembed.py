"""`reembed` beside bots: what people do while their recordings are embedded holds."""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from rollcall.config.settings import Settings
from rollcall.domain.voiceprint import Voiceprint
from rollcall.queue import keys
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import KEY_FILE, KeyFile, Keyring, load_keyring, voiceprint_binding
from rollcall.storage import classes, people, recordings
from rollcall.storage.database import Database
from rollcall.storage.tables import EnrolmentNote, KeptRecording, Person, SchoolClass, StoredVoiceprint
from rollcall.usecases import erasure
from rollcall.usecases.erasure import Kind
from rollcall.usecases.galleries import rebuild
from rollcall.usecases.reembed import reembed
from tests.rollcall.conftest import NINE, School

RACES = 60
"""With 1,500, of whom 1,000 go, it holds as well (PostgreSQL, two minutes)."""
VOICE = np.eye(1, 192, dtype=np.float32)[0]
MEANWHILE = NINE + timedelta(days=1)


@pytest.fixture
def settings(database: Database, valkey_url: str, tmp_path: Path) -> Settings:
    with connect(valkey_url) as client:
        client.flushall()
    data = tmp_path / "data"
    data.mkdir()
    KeyFile(data / KEY_FILE).write([bytes(range(32))])
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=data, database_url=url, redis_url=valkey_url, _env_file=None)


async def enrolled(school: School, keyring: Keyring, count: int) -> list[int]:
    """People of the class with an old encoder's print and kept recordings; their ids."""
    found = []
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        for number in range(count):
            person = people.register_person(session, 5000 + number, f"Ученик {number:03}", NINE)
            people.give_consent(session, person.telegram_id, "1", "ru", NINE)
            classes.join_class(session, person, school_class, NINE)
            sealed = keyring.seal(
                Voiceprint("campplus", "w1", VOICE).pack(), voiceprint_binding(person.id, "campplus", "w1")
            )
            session.add(
                StoredVoiceprint(
                    person_id=person.id, sealed=sealed, model="campplus", weight_hash="w1", notes=1, created_at=NINE
                )
            )
            recordings.keep(session, keyring, person.id, {f"n{person.id}": b"%d" % person.id}, NINE)
            found.append(person.id)
    return found


def embedder(meanwhile: Callable[[int], None] = lambda _: None) -> Any:
    """Another encoder, during whose work something happens to the person who is heard."""

    def embed(audio: bytes) -> Any:
        meanwhile(int(audio))
        return SimpleNamespace(speech_seconds=4.0, embedding=VOICE, narrow=None)

    return SimpleNamespace(model="campplus", weight_hash="w2", decoder="", hears_narrow=False, embed=embed)


async def prints(database: Database, ids: list[int]) -> list[str | None]:
    """Which weights made each person's print; None where there is none."""
    with database.session() as session:
        rows = [session.get(StoredVoiceprint, person_id) for person_id in ids]
    return [row.weight_hash if row else None for row in rows]


async def test_who_is_erased_withdraws_or_enrols_while_heard_keeps_what_they_have_by_then(
    settings: Settings, database: Database, school: School
) -> None:
    ids = await enrolled(school, load_keyring(settings), 5)
    erased, gone, withdrew, anew = ids[1:]
    url = settings.effective_database_url

    async def happens(what: Callable[[Any, Person], object], person_id: int) -> None:
        other = Database(url, load_keyring(settings))
        with other.session() as session:
            (lambda session: what(session, session.get_one(Person, person_id)))(session)
        await other.close()

    def enrols(session: Any, person: Person) -> None:
        session.get_one(StoredVoiceprint, person.id).created_at = MEANWHILE

    events: dict[int, Callable[[Any, Person], object]] = {
        erased: lambda session, person: erasure.erase_voice(session, person, "1", Kind.VOICE, MEANWHILE),
        gone: lambda session, person: erasure.erase_everything(session, person, "2", Kind.EVERYTHING, MEANWHILE),
        withdrew: lambda session, person: people.withdraw_consent(session, person.telegram_id, MEANWHILE),
        anew: enrols,
    }

    with ThreadPoolExecutor(1) as bot:

        def meanwhile(person_id: int) -> None:
            if person_id in events:  # a bot's own connection: it must not have to wait for the embedding
                bot.submit(asyncio.run, happens(events[person_id], person_id)).result(timeout=20)

        found = await reembed(settings, embedder(meanwhile), lambda *_: None)

    assert await prints(database, ids) == ["w2", None, None, "w1", "w1"]
    assert found.done == 1
    assert not found.must_enrol


async def test_nobody_erased_while_they_are_made_anew_has_a_voice_anywhere(
    settings: Settings, database: Database, school: School, valkey_url: str
) -> None:
    ids = await enrolled(school, load_keyring(settings), RACES)
    # Of every three one stays; the others go just before, while or just after their print is written.
    going = {person_id for number, person_id in enumerate(ids) if number % 3}
    chance = random.Random(11)
    other = Database(settings.effective_database_url, load_keyring(settings))

    async def goes(person_id: int, after: float) -> None:
        await asyncio.sleep(after)
        with other.session() as session:
            person = session.get_one(Person, person_id)
            erasure.erase_voice(session, person, f"r{person_id}", Kind.VOICE, MEANWHILE)

    loop = asyncio.get_running_loop()
    erasures = []

    def meanwhile(person_id: int) -> None:
        if person_id in going:
            erasures.append(asyncio.run_coroutine_threadsafe(goes(person_id, chance.uniform(0, 0.02)), loop))
            time.sleep(chance.uniform(0, 0.02))  # an embedding takes as long as it takes

    found = await reembed(settings, embedder(meanwhile), lambda *_: None)
    await asyncio.gather(*map(asyncio.wrap_future, erasures))
    await other.close()

    staying = [person_id for person_id in ids if person_id not in going]
    assert await prints(database, staying) == ["w2"] * len(staying)
    assert found.done >= len(staying)
    with database.session() as session:
        for table in (StoredVoiceprint, KeptRecording, EnrolmentNote):
            left = set(session.scalars(select(table.person_id)))
            assert not left & going, table
    await rebuild(settings)
    with connect(valkey_url) as client:
        members = {field.decode() for field in client.hkeys(keys.gallery(school.class_id))}
    assert not members & {str(person_id) for person_id in going}
    assert {str(person_id) for person_id in staying} <= members
