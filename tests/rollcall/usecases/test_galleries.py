"""Galleries come to be in one way, whoever makes them: what workers see is what the database says."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import update

from bot.services import Services
from bot.upkeep.galleries import compare_galleries, publish_each
from rollcall.config.settings import Settings
from rollcall.domain.claim import ClaimState
from rollcall.domain.verdict import Reason
from rollcall.domain.voiceprint import Voiceprint
from rollcall.ops.backup import backup
from rollcall.ops.restore import restore
from rollcall.queue import keys
from rollcall.queue.galleries import Content, GalleryReader
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import KEY_FILE, KeyFile, Keyring, gallery_binding, gallery_head_binding, load_keyring
from rollcall.storage import classes, people, recordings, voiceprints
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.database import Database
from rollcall.storage.generations import generation_of
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases import erasure, galleries, key_rotation
from rollcall.usecases.erasure import Kind
from rollcall.usecases.reembed import reembed
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import NINE, School
from tests.rollcall.domain.test_recalibration import a_class

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
STUDENTS = range(301, 307)
VOICES = dict(zip(STUDENTS, a_class(len(STUDENTS), shared=1.0).values(), strict=True))
"""So much alike that the class raises its cuts."""
UNLIKE = dict(zip(STUDENTS, a_class(len(STUDENTS)).values(), strict=True))


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    with connect(valkey_url) as client:
        client.flushall()
    return valkey_url


@pytest.fixture
def settings(database: Database, redis_url: str, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    KeyFile(data / KEY_FILE).write([bytes(range(32))])
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=data, database_url=url, redis_url=redis_url, _env_file=None)


@pytest.fixture
async def services(settings: Settings, database: Database, school: School) -> AsyncIterator[Services]:
    """Of a bot whose class has enrolled, and whose galleries are as the bot itself makes them."""
    keyring = school.keyring = load_keyring(settings)
    services = Services.open(settings, keyring, database)
    for telegram_id, notes in VOICES.items():
        with database.session() as session:
            person = people.register_person(session, telegram_id, f"Ученик {telegram_id}", NINE)
            school.ids[telegram_id] = person.id
            classes.join_class(session, person, session.get_one(SchoolClass, school.class_id), NINE)
        await school.begin_enrolment(telegram_id, f"e{telegram_id}")
        for voice in notes:
            note = await school.note(telegram_id, enrolment=f"e{telegram_id}")
            with database.session() as session:
                result = school.result(note, reason=Reason.GOOD_NOTE, voice=voice)
                settled = apply_result(session, keyring, result, NINE)
        assert settled is not None
        assert settled.attempt.note_number == 3
        with database.session() as session:
            # Alike as they are, a teacher has said of each that it is the student's.
            session.execute(update(VoiceClaim).values(state=ClaimState.ACCEPTED))
        await publish_each(services, [school.class_id])
    yield services
    await services.redis.aclose()


def opened(settings: Settings) -> dict[bytes, dict[bytes, Any]]:
    """Every gallery as it is in Redis, the sealed centroids opened: nothing else may differ."""
    keyring, found = load_keyring(settings), {}
    with connect(settings.effective_redis_url) as client:
        for key in client.keys(keys.GALLERIES):
            fields: Any = client.hgetall(key)
            class_id = int(key.rpartition(b":")[2])
            found[key] = {name: value for name, value in fields.items() if not name.isdigit()}
            found[key][keys.GALLERY_HEAD] = keyring.open(fields[keys.GALLERY_HEAD], gallery_head_binding(class_id))
            for name, sealed in fields.items():
                for weights in ("w1", "w2") if name.isdigit() else ():
                    binding = gallery_binding(class_id, int(name), "campplus", weights)
                    try:
                        found[key][name] = keyring.open(sealed, binding)
                    except Exception:  # noqa: S112 - sealed to the other weights
                        continue
            assert found[key].keys() == fields.keys()
    return found


def lose(settings: Settings) -> None:
    with connect(settings.effective_redis_url) as client:
        client.flushall()


def raised(settings: Settings, class_id: int) -> float:
    with connect(settings.effective_redis_url) as client:
        sealed: Any = client.hget(keys.gallery(class_id), keys.GALLERY_HEAD.decode())
        return float(json.loads(load_keyring(settings).open(sealed, gallery_head_binding(class_id)))[1])


async def test_the_bot_the_doctor_a_restore_a_change_of_keys_and_a_new_embedding_leave_the_same_galleries(
    services: Services, settings: Settings, school: School, tmp_path: Path
) -> None:
    by_the_bot = opened(settings)
    assert len(by_the_bot[keys.gallery(school.class_id).encode()]) == len(STUDENTS) + 2
    assert raised(settings, school.class_id) > 0.02

    lose(settings)
    assert await galleries.rebuild(settings) == 1
    assert opened(settings) == by_the_bot

    backup(settings, tmp_path / "school.rollcall", lambda *_: None)
    lose(settings)
    restored = await asyncio.to_thread(restore, settings, tmp_path / "school.rollcall", lambda *_: None, replace=True)
    assert restored.galleries
    assert opened(settings) == by_the_bot

    assert (await key_rotation.rotate(settings)).resealed["galleries"] == len(STUDENTS) + 1, "the head too"
    assert opened(settings) == by_the_bot

    lose(settings)
    await compare_galleries(None, services)  # type: ignore[arg-type]
    assert opened(settings) == by_the_bot

    await keep_recordings(services, school)
    await reembed(settings, embedder(UNLIKE), lambda *_: None)
    anew = opened(settings)
    assert anew != by_the_bot
    assert raised(settings, school.class_id) == 0, "the other encoder hears them apart"
    lose(settings)
    await galleries.rebuild(settings)
    assert opened(settings) == anew


async def keep_recordings(services: Services, school: School) -> None:
    for telegram_id in STUDENTS:
        notes = {f"{telegram_id}-{number}": f"{telegram_id} {number}".encode() for number in range(3)}
        with services.database.session() as session:
            recordings.keep(session, services.keyring, school.ids[telegram_id], notes, NINE)


def embedder(voices: dict[int, NDArray[np.float32]]) -> Any:
    """Another encoder, as far as `reembed` asks it."""

    def embed(audio: bytes) -> Any:
        telegram_id, number = map(int, audio.split())
        return SimpleNamespace(speech_seconds=4.0, embedding=voices[telegram_id][number], narrow=None)

    return SimpleNamespace(model="campplus", weight_hash="w2", decoder="", hears_narrow=False, embed=embed)


async def test_a_new_embedding_brings_its_own_raise(services: Services, settings: Settings, school: School) -> None:
    await keep_recordings(services, school)
    first = raised(settings, school.class_id)
    await reembed(
        settings, embedder(dict(zip(STUDENTS, a_class(6, shared=0.9).values(), strict=True))), lambda *_: None
    )
    assert 0 < raised(settings, school.class_id) != first


@pytest.mark.parametrize("lost", [False, True])
async def test_who_is_erased_while_a_gallery_is_written_does_not_come_back(
    services: Services, settings: Settings, school: School, lost: bool
) -> None:
    gone, reads = STUDENTS[0], 0
    if lost:
        lose(settings)

    async def read() -> Content:
        """Reads before the erasure, and is overtaken by it."""
        nonlocal reads
        reads += 1
        with services.database.session() as session:
            generation = generation_of(session, school.class_id)
            prints = voiceprints.voiceprints_of_class(session, services.keyring, school.class_id)
        if reads == 1:
            # Where Redis has nothing and nobody is left, there is still something to write.
            for number in STUDENTS if lost else [gone]:
                with services.database.session() as session:
                    person = session.get_one(Person, school.ids[number])
                    erasure.erase_voice(session, person, f"receipt {number}", Kind.VOICE, NINE)
            await publish_each(services, [school.class_id])
        return Content(prints, generation=generation)

    await services.galleries.write(school.class_id, read)
    assert reads == 2
    assert not await services.galleries.holds(school.class_id, school.ids[gone])


async def test_what_redis_has_and_the_database_has_not_goes_with_the_hourly_comparison(
    services: Services, settings: Settings, school: School
) -> None:
    before = opened(settings)
    other = Voiceprint("campplus", "w1", VOICES[STUDENTS[0]][0])

    async def of_a_class_that_is_gone() -> Content:
        return Content({7: other})

    await services.galleries.write(99, of_a_class_that_is_gone)
    with connect(settings.effective_redis_url) as client:
        client.hset(keys.gallery(school.class_id), mapping={"9": "an erased voice", "x": "y", "raised": "0.0"})
    await compare_galleries(None, services)  # type: ignore[arg-type]
    assert opened(settings) == before


async def test_a_gallery_that_is_as_it_should_be_is_not_written_again(
    services: Services, settings: Settings, school: School
) -> None:
    with connect(settings.effective_redis_url) as client:
        before: Any = client.hgetall(keys.gallery(school.class_id))
        await compare_galleries(None, services)  # type: ignore[arg-type]
        assert client.hgetall(keys.gallery(school.class_id)) == before
    assert load_keyring(settings).head == before[str(school.ids[STUDENTS[0]]).encode()][:5]


async def test_a_worker_that_holds_a_gallery_sees_its_raise_move(
    services: Services, settings: Settings, school: School, keyring: Keyring
) -> None:
    with connect(settings.effective_redis_url) as client:
        reader = GalleryReader(client, keyring, "campplus", "w1")
        assert reader.get(school.class_id).raised == raised(settings, school.class_id)
        for telegram_id in STUDENTS[3:]:
            with services.database.session() as session:
                person = session.get_one(Person, school.ids[telegram_id])
                erasure.erase_voice(session, person, f"receipt {telegram_id}", Kind.VOICE, NINE)
        await publish_each(services, [school.class_id])
        assert reader.get(school.class_id).raised == 0, "three are too few to move a cut"


async def test_what_a_class_may_expect_is_told_of_all_its_voices_and_of_one_alone_nothing(
    services: Services, settings: Settings, school: School
) -> None:
    found = await galleries.outlook_of(services.database, services.keyring, school.class_id)
    assert found is not None
    assert (found.students, found.raised) == (len(STUDENTS), raised(settings, school.class_id))
    for telegram_id in STUDENTS[1:]:
        with services.database.session() as session:
            person = session.get_one(Person, school.ids[telegram_id])
            erasure.erase_voice(session, person, f"receipt {telegram_id}", Kind.VOICE, NINE)
    await publish_each(services, [school.class_id])
    assert raised(settings, school.class_id) == 0
    assert await galleries.outlook_of(services.database, services.keyring, school.class_id) is None
