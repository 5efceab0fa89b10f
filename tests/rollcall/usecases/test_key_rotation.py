"""Changing the keys: everything is sealed anew, nothing is lost, bots and workers need not stop."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import redis.asyncio
from sqlalchemy import select, update
from typer.testing import CliRunner

from rollcall.cli.main import app
from rollcall.config.settings import Settings
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import Voiceprint, pack_embedding, unpack_embedding
from rollcall.errors import SealBroken, Unavailable
from rollcall.queue import bot_end
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.galleries import GalleryReader, GalleryWriter
from rollcall.queue.job import Job
from rollcall.queue.worker_end import WorkerQueue, connect
from rollcall.sealing.seal import (
    KEY_FILE,
    KeyFile,
    Keyring,
    embedding_binding,
    fingerprint_binding,
    load_keyring,
    new_key,
    parse_keys,
)
from rollcall.storage import recordings, renewals, voiceprints
from rollcall.storage.database import Database
from rollcall.storage.renewal_tables import FreshNote
from rollcall.storage.tables import Attempt, StoredVoiceprint
from rollcall.usecases import key_rotation
from rollcall.usecases.galleries import publish
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

VOICE = np.array([1, 0, 0], np.float32)
OTHER = np.array([0, 1, 0], np.float32)

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where the other database does nothing of its own."""


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """One kind of queue is enough here; databases differ in how they hold bytes."""
    with connect(valkey_url) as client:
        client.flushall()
    return valkey_url


@pytest.fixture
def settings(database: Database, redis_url: str, tmp_path: Path) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path / "data", database_url=url, redis_url=redis_url, _env_file=None)


@pytest.fixture
def running(settings: Settings) -> Keyring:
    """The keyring of a process that was started before the keys changed. Its key is that of the tests' audit."""
    settings.data_dir.mkdir()
    KeyFile(settings.data_dir / KEY_FILE).write([bytes(range(32))])
    return load_keyring(settings, create=True)


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    client = bot_end.connect(redis_url)
    yield client
    await client.aclose()


async def enrolled(school: School, who: int, voice: np.ndarray) -> None:
    await school.begin_enrolment(who, f"e{who}")
    for number in range(3):
        note = await school.note(who, enrolment=f"e{who}")
        result = school.result(
            note, reason=Reason.GOOD_NOTE, voice=voice, print_=random.Random(f"{who} {number}").randbytes(600)
        )
        with school.database.session() as session:
            apply_result(session, school.keyring, result, NINE)


async def a_school(school: School, keyring: Keyring, client: redis.asyncio.Redis) -> School:
    """Two enrolled students, one with kept recordings, an unsure try; the class's gallery."""
    school.keyring = keyring
    await enrolled(school, ANNA, VOICE)
    await enrolled(school, BORIS, OTHER)
    note = await school.note(ANNA, lesson_id=await school.open())
    unsure = school.result(
        note, Verdict.UNSURE, Reason.UNSURE, voice=VOICE, print_=random.Random("unsure").randbytes(600)
    )
    with school.database.session() as session:
        recordings.keep(session, keyring, school.ids[ANNA], {"r1": b"OggS anna"}, NINE)
        apply_result(session, keyring, unsure, NINE)
    await publish(school.database, keyring, GalleryWriter(client, keyring), school.class_id)
    return school


async def test_everything_is_sealed_with_the_new_key_and_opens_with_it_alone(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    ticks: list[tuple[str, int, int]] = []
    done = await key_rotation.rotate(settings, lambda *one: ticks.append(one))
    expected = {
        "voiceprints": 2,
        "enrolment notes": 6,
        "recordings": 1,
        "unsure tries": 1,
        "check values": 7,
        "galleries": 3,  # the head, and two voices
    }
    assert done.resealed == Counter(expected)
    assert (done.unreadable, done.left, done.must_set) == (0, 0, None)
    assert ("enrolment notes", 6, 6) in ticks

    uses = (await key_rotation.usage(settings)).keys
    assert [(use.held, use.seals, use.values) for use in uses] == [
        (True, True, Counter(expected | {"audit": 1})), (True, False, Counter()),
    ]  # fmt: skip
    assert await key_rotation.prune(settings) == ([uses[1].id], [])
    new = load_keyring(settings)
    assert new.ids == (bytes.fromhex(uses[0].id),)
    with school.database.session() as session:
        prints = voiceprints.voiceprints_of_class(session, new, school.class_id)
        assert prints[school.ids[ANNA]].centroid.tolist() == VOICE.tolist()
        assert recordings.recordings_of(session, new, school.ids[ANNA]) == {"r1": b"OggS anna"}
        notes, _ = voiceprints.notes_of_class(session, new, school.class_id)
        assert {person: len(each) for person, each in notes.items()} == {school.ids[ANNA]: 3, school.ids[BORIS]: 3}
        for attempt in session.scalars(select(Attempt).where(Attempt.fingerprint.is_not(None))):
            assert attempt.fingerprint
            new.open(attempt.fingerprint, fingerprint_binding(attempt.id, attempt.person_id))
    with connect(settings.effective_redis_url) as worker:
        assert set(GalleryReader(worker, new, "campplus", "w1").get(school.class_id).people) == set(school.ids.values())


async def test_a_voiceprint_that_follows_its_owner_goes_on_and_back_with_the_new_key(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    anna = school.ids[ANNA]
    with school.database.session() as session:
        stored = session.get_one(StoredVoiceprint, anna)
        first, second, *_ = session.scalars(select(Attempt).where(Attempt.person_id == anna)).all()
        renewals.renew(session, running, stored, first.id, Voiceprint("campplus", "w1", OTHER), NINE)
        of = embedding_binding(second.id, anna, "campplus", "w1")
        assert renewals.keep_fresh(session, second, running.seal(pack_embedding(OTHER), of), NINE)
    done = await key_rotation.rotate(settings)
    assert done.resealed["voiceprints before a step"] == done.resealed["notes that wait for a step"] == 1
    await key_rotation.prune(settings)
    new = load_keyring(settings)
    assert len(new.ids) == 1
    with school.database.session() as session:
        waiting = session.get_one(FreshNote, anna)
        assert unpack_embedding(new.open(waiting.embedding, of)).tolist() == OTHER.tolist()
        assert renewals.take_back(session, anna, None, NINE)
        back = voiceprints.voiceprint_of(session, new, anna)
        assert back is not None
        assert back.centroid.tolist() == VOICE.tolist()


@on_sqlite
async def test_a_process_that_was_running_opens_and_seals_with_the_new_key(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    await key_rotation.rotate(settings)
    with school.database.session() as session:
        assert voiceprints.voiceprint_of(session, running, school.ids[BORIS]) is not None
        recordings.keep(session, running, school.ids[BORIS], {"r2": b"OggS boris"}, NINE)
    assert [use.values for use in (await key_rotation.usage(settings)).keys if not use.seals] == [Counter()]


@on_sqlite
async def test_a_rotation_that_was_interrupted_goes_on_with_the_same_key(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)

    class Killed(Exception):
        pass

    def die(place: str, _done: int, _total: int) -> None:
        if place == "enrolment notes":
            raise Killed

    with pytest.raises(Killed):
        await key_rotation.rotate(settings, die)
    begun = load_keyring(settings).ids
    done = await key_rotation.rotate(settings)
    assert load_keyring(settings).ids == begun
    assert done.resealed["voiceprints"] == 0
    assert done.resealed["check values"] == 7
    assert (await key_rotation.rotate(settings)).resealed.total() == 0


async def test_what_the_first_version_sealed_is_sealed_anew_in_the_present_form(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    from tests.rollcall.sealing.test_seal import sealed_by_version_one

    print_ = Voiceprint("campplus", "w1", VOICE)
    key = KeyFile(settings.data_dir / KEY_FILE).read()[0]
    with school.database.session() as session:
        person = school.ids[ANNA]
        old = sealed_by_version_one(key, print_.pack(), f"voiceprint:{person}")
        session.add(
            StoredVoiceprint(person_id=person, sealed=old, model="campplus", weight_hash="w1", notes=3, created_at=NINE)
        )
    done = await key_rotation.reseal(running, school.database, client, lambda *_: None)
    assert done.resealed == Counter(voiceprints=1)
    with school.database.session() as session:
        found = voiceprints.voiceprint_of(session, running, person)
        assert found is not None
        assert found.centroid.tolist() == VOICE.tolist()
        stored = session.get_one(StoredVoiceprint, person)
        assert stored.sealed.startswith(running.head)


@on_sqlite
async def test_a_value_of_an_unknown_key_is_named_and_keeps_nothing_else_back(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    strange = Keyring([new_key()])
    with school.database.session() as session:
        row = session.get_one(StoredVoiceprint, school.ids[ANNA])
        row.sealed = strange.seal(b"x", fingerprint_binding("x", 1))
    done = await key_rotation.rotate(settings)
    assert done.unreadable == 1
    assert done.resealed["voiceprints"] == 1
    lost = [use for use in (await key_rotation.usage(settings)).keys if not use.held]
    assert [(use.id, use.values) for use in lost] == [(strange.ids[0].hex(), Counter(voiceprints=1))]


@on_sqlite
async def test_a_voice_that_is_erased_while_the_galleries_are_sealed_anew_does_not_come_back(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    anna = school.ids[ANNA]
    with school.database.session() as session:
        session.execute(update(StoredVoiceprint).where(StoredVoiceprint.person_id == anna).values(notes=3))
        row = session.get_one(StoredVoiceprint, anna)
        session.delete(row)
    await key_rotation.rotate(settings)
    assert not await GalleryWriter(client, running).holds(school.class_id, anna)


@on_sqlite
async def test_a_note_on_its_way_keeps_the_old_key_needed_until_it_is_settled(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    box = BotQueue(client, running, settings.delivery_timeout)
    await box.open()
    job = Job(id="n", purpose=Purpose.ENROL, person_id=school.ids[ANNA], queued_at=NINE)
    entry = await box.post(job, b"OggS")
    assert (await key_rotation.rotate(settings)).left == 1
    unused, needed = await key_rotation.prune(settings)
    assert unused == []
    assert [use.values for use in needed] == [Counter(queue=1)]
    with connect(settings.effective_redis_url) as worker:
        queue = WorkerQueue(worker, running, settings.delivery_timeout)
        (delivery,) = queue.claim(1, settings.delivery_timeout)
        assert delivery.audio == b"OggS"
    await box.forget(school.ids[ANNA], {"n": entry})
    assert (await key_rotation.rotate(settings)).left == 0
    assert len((await key_rotation.prune(settings))[0]) == 1


@on_sqlite
async def test_a_key_in_the_environment_is_not_changed_but_asked_for(
    school: School, settings: Settings, running: Keyring, client: redis.asyncio.Redis
) -> None:
    await a_school(school, running, client)
    old = (settings.data_dir / KEY_FILE).read_text().strip()
    by_environment = settings.model_copy(update={"voiceprint_key": _secret(old)})
    asked = (await key_rotation.rotate(by_environment)).must_set
    assert asked is not None
    assert asked.endswith(old)
    assert len(parse_keys(asked)) == 2
    done = await key_rotation.rotate(by_environment.model_copy(update={"voiceprint_key": _secret(asked)}))
    assert done.resealed["voiceprints"] == 2
    with school.database.session() as session:
        alone = Keyring(parse_keys(asked)[:1])
        assert voiceprints.voiceprint_of(session, alone, school.ids[ANNA]) is not None
        with pytest.raises(SealBroken):
            voiceprints.voiceprint_of(session, Keyring(parse_keys(old)), school.ids[ANNA])


@on_sqlite
async def test_without_the_queue_nothing_is_said_of_the_keys(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    nowhere = Settings(data_dir=tmp_path, database_url=url, redis_url="redis://127.0.0.1:1", _env_file=None)
    load_keyring(nowhere, create=True)
    with pytest.raises(Unavailable, match="ROLLCALL_REDIS_URL"):
        await key_rotation.usage(nowhere)


def test_the_command_says_what_to_do_next(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_REDIS_URL", redis_url)
    monkeypatch.delenv("ROLLCALL_DATABASE_URL", raising=False)
    monkeypatch.delenv("ROLLCALL_VOICEPRINT_KEY", raising=False)
    load_keyring(Settings(data_dir=tmp_path, _env_file=None), create=True)
    runner = CliRunner()
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    with connect(redis_url) as client:
        client.xadd("rollcall:results", {"result": "not one of ours"})
        client.xadd("rollcall:results", {"x": "y"})
        client.xadd("rollcall:jobs", {"job": "{}", "audio": ""})
    shown = runner.invoke(app, ["keys"])
    assert (shown.exit_code, "seals  nothing" in shown.output) == (0, True)
    assert "3 entries of the queue cannot be read" in shown.output
    rotated = runner.invoke(app, ["keys", "rotate"])
    assert (rotated.exit_code, "rollcall keys prune" in rotated.output) == (0, True)
    pruned = runner.invoke(app, ["keys", "prune"])
    assert (pruned.exit_code, "removed" in pruned.output) == (0, True)
    assert len(KeyFile(tmp_path / KEY_FILE).read()) == 1


def _secret(value: str) -> object:
    from pydantic import SecretStr

    return SecretStr(value)
