"""`rollcall doctor` tells where classes ask for numbers that nobody hears."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import redis

from rollcall.config.settings import Settings
from rollcall.domain.challenge import ChallengeMode
from rollcall.ops.ears import asked_numbers
from rollcall.queue import keys
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import load_keyring
from rollcall.storage.database import Database
from rollcall.storage.tables import SchoolClass
from tests.rollcall.conftest import School


async def test_a_class_that_asks_for_numbers_and_a_worker_that_hears_none(
    tmp_path: Path, database: Database, school: School, redis_url: str, redis_client: redis.Redis
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    key = base64.b64encode(bytes(range(32))).decode()
    settings = Settings(data_dir=tmp_path, database_url=url, redis_url=redis_url, voiceprint_key=key, _env_file=None)
    redis_client.delete(keys.HEARS_WORDS)
    assert (await asked_numbers(settings)).fact == "no class asks for any"
    with database.session() as session:
        session.get_one(SchoolClass, school.class_id).challenge = ChallengeMode.ASK
    deaf = await asked_numbers(settings)
    assert not deaf.good
    assert "1 classes ask for one, and no worker hears words" in deaf.fact
    assert "rollcall[words]" in deaf.cure
    WorkerQueue(redis_client, load_keyring(settings), timedelta(seconds=30)).announce_words()
    assert (await asked_numbers(settings)).good
    redis_client.delete(keys.HEARS_WORDS)
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
    assert "not checked" in (await asked_numbers(away)).fact
