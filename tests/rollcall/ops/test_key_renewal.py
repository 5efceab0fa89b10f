"""A key that is gone or is another stops the start with its cure; going on without it is decided, never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import redis.asyncio
from pydantic import SecretStr
from sqlalchemy import func, select

from rollcall.audit.chain import Sealer
from rollcall.cli.audit import verify_database
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongKey
from rollcall.ops.backup import backup
from rollcall.ops.key_renewal import Lost, renew
from rollcall.queue import bot_end
from rollcall.queue.canary import Canary
from rollcall.queue.galleries import GalleryWriter
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import KEY_FILE, KeyFile, Keyring, load_keyring, new_key, written
from rollcall.storage import recordings
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, EnrolmentNote, KeptRecording, Person, StoredVoiceprint
from rollcall.usecases import key_fit
from rollcall.usecases.first_key import load_or_make
from rollcall.usecases.galleries import publish
from tests.rollcall.conftest import ANNA, BORIS, NINE, School
from tests.rollcall.usecases.test_key_rotation import enrolled

VOICE = np.array([1, 0, 0], np.float32)
OURS = bytes(range(32))
"""The key of the tests' keyring."""


@pytest.fixture
def settings(database: Database, valkey_url: str, tmp_path: Path) -> Settings:
    with connect(valkey_url) as client:
        client.flushall()
    url = database.engine.url.render_as_string(hide_password=False)
    (tmp_path / "data").mkdir()
    KeyFile(tmp_path / "data" / KEY_FILE).write([OURS])
    return Settings(data_dir=tmp_path / "data", database_url=url, redis_url=valkey_url, _env_file=None)


@pytest.fixture
async def client(valkey_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    client = bot_end.connect(valkey_url)
    yield client
    await client.aclose()


def with_key(settings: Settings, *ring: bytes) -> Settings:
    return settings.model_copy(update={"voiceprint_key": SecretStr(written(ring))})


def yes(_lost: Lost) -> bool:
    return True


async def test_a_key_file_that_is_gone_beside_sealed_voices_is_missed_and_not_made_anew(
    school: School, settings: Settings
) -> None:
    await enrolled(school, ANNA, VOICE)
    file = settings.data_dir / KEY_FILE
    file.unlink()
    with pytest.raises(WrongKey, match=f"need the key {school.keyring.key_ids[0]}.*put the file back.*keys renew"):
        await asyncio.to_thread(load_or_make, settings)
    assert not file.exists()
    # One voice is enough, of whatever kind.
    with school.database.session() as session:
        recordings.keep(session, school.keyring, school.ids[BORIS], {"r1": b"OggS"}, NINE)
        for row in session.scalars(select(StoredVoiceprint)).all():
            session.delete(row)
        for note in session.scalars(select(EnrolmentNote)).all():
            session.delete(note)
    with pytest.raises(WrongKey, match="1 sealed values need the key"):
        await asyncio.to_thread(load_or_make, settings)


async def test_a_first_start_makes_a_key_and_one_whose_database_is_away_does_not(tmp_path: Path) -> None:
    empty = Settings(data_dir=tmp_path / "new", _env_file=None)
    assert len((await asyncio.to_thread(load_or_make, empty)).ids) == 1
    away = Settings(data_dir=tmp_path / "away", database_url="postgresql://u@127.0.0.1:1/x", _env_file=None)
    with pytest.raises(Unavailable, match="cannot be asked whether it needs one"):
        await asyncio.to_thread(load_or_make, away)
    assert not (tmp_path / "away" / KEY_FILE).exists()


async def test_a_bot_with_another_key_than_the_databases_does_not_start(
    school: School, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await key_fit.check(school.database, school.keyring)
    other = Keyring([new_key()])
    with pytest.raises(WrongKey, match="1 sealed values need the key"):
        await key_fit.check(school.database, other)  # nobody has enrolled yet: the audit tells
    await enrolled(school, ANNA, VOICE)
    with pytest.raises(WrongKey, match=r"not the database's key: 4 .* ROLLCALL_VOICEPRINT_KEY holds .*keys renew"):
        await key_fit.check(school.database, other)
    await key_fit.check(school.database, Keyring([new_key(), OURS]))
    assert caplog.messages == []
    # Somebody enrolled with the other key while that was not noticed: they are served, and the rest is told.
    school.keyring = other
    await enrolled(school, BORIS, VOICE)
    await key_fit.check(school.database, other)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "some voices do not open: 4 sealed values need the key" in caplog.text


async def test_a_backup_with_another_key_leaves_the_audit_to_its_own(
    school: School, settings: Settings, tmp_path: Path
) -> None:
    backup(with_key(settings, new_key()), tmp_path / "b", lambda *_: None)
    await key_fit.check(school.database, school.keyring)
    assert verify_database(school.database, Sealer(school.keyring)).findings == []


async def test_going_on_without_a_lost_key_erases_what_only_it_opened_and_keeps_the_rest(
    school: School, settings: Settings, client: redis.asyncio.Redis
) -> None:
    await enrolled(school, ANNA, VOICE)
    await Canary(client, school.keyring).keep()
    await publish(school.database, school.keyring, GalleryWriter(client, school.keyring), school.class_id)
    lost, done = await renew(settings, yes)
    assert (bool(lost), done) == (False, False), "nothing is lost"

    (settings.data_dir / KEY_FILE).unlink()
    lost, done = await renew(settings, lambda _: False)
    assert lost.key_ids == {school.keyring.key_ids[0]}
    assert (lost.values["voiceprints"], lost.values["enrolment notes"], lost.audit, lost.queue) == (1, 3, True, True)
    assert not done
    assert not (settings.data_dir / KEY_FILE).exists()

    assert (await renew(settings, yes))[1]
    new = load_keyring(settings)
    assert new.key_ids != school.keyring.key_ids
    with school.database.session() as session:
        for table in (StoredVoiceprint, EnrolmentNote, KeptRecording):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).where(Attempt.fingerprint.is_not(None))) == 0
        assert session.scalar(select(func.count()).select_from(Attempt)) == 3
        assert session.scalar(select(func.count()).select_from(Person)) == 3
    assert not await GalleryWriter(client, new).holds(school.class_id, school.ids[ANNA])
    await Canary(client, new).keep()
    await key_fit.check(school.database, new)
    with pytest.raises(WrongKey):
        await Canary(client, school.keyring).keep()
    school.database, school.keyring = Database(settings.database_url or "", new), new
    await enrolled(school, BORIS, VOICE)
    await school.database.close()


async def test_what_a_held_key_opens_outlives_a_renewal(school: School, settings: Settings) -> None:
    await enrolled(school, ANNA, VOICE)
    other = new_key()
    school.keyring = Keyring([other])
    await enrolled(school, BORIS, VOICE)
    lost, done = await renew(with_key(settings, other), yes)
    assert (lost.values["voiceprints"], done) == (1, True)
    with school.database.session() as session:
        assert [row.person_id for row in session.scalars(select(StoredVoiceprint))] == [school.ids[BORIS]]
