"""Whoever holds another key takes nothing from the queue and ends; whoever holds the old and the new one goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
import redis.asyncio

from rollcall.domain.verdict import Purpose
from rollcall.errors import WrongKey
from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.job import Job
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import Keyring, new_key

OLD, NEW, OTHER = new_key(), new_key(), new_key()
PATIENCE = timedelta(seconds=10)
AT_ONCE = timedelta(milliseconds=1)
JOB = Job(id="n", purpose=Purpose.ENROL, person_id=1, queued_at=datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    client = bot_end.connect(redis_url)
    yield client
    await client.aclose()


def bot(client: redis.asyncio.Redis, *ring: bytes) -> BotQueue:
    return BotQueue(client, Keyring(ring), PATIENCE)


def worker(client: redis.Redis, *ring: bytes) -> WorkerQueue:
    return WorkerQueue(client, Keyring(ring), PATIENCE)


def untouched(client: redis.Redis) -> None:
    assert client.xlen(keys.JOBS) == 1
    assert client.xlen(keys.DEAD) == 0


async def test_a_worker_with_another_key_does_not_join_and_says_where_the_right_one_is(
    client: redis.asyncio.Redis, redis_client: redis.Redis
) -> None:
    await bot(client, OLD).open()
    await bot(client, OLD).post(JOB, b"OggS")
    stranger = worker(redis_client, OTHER)
    with pytest.raises(WrongKey, match=r"VOICEPRINT_KEY holds \w{8}: put the bots' key there .*voiceprint.key"):
        stranger.open()
    assert WrongKey.exit_code == 2, "started again, it would only say it again"
    untouched(redis_client)
    owner = worker(redis_client, OLD)
    owner.open()
    assert [delivery.audio for delivery in owner.claim(1, AT_ONCE)] == [b"OggS"]


async def test_a_worker_that_was_there_before_the_first_bot_swallows_none_of_its_notes(
    client: redis.asyncio.Redis, redis_client: redis.Redis
) -> None:
    stranger = worker(redis_client, OTHER)
    stranger.open()
    box = bot(client, OLD)
    await box.open()
    await box.post(JOB, b"OggS")
    with pytest.raises(WrongKey):
        stranger.claim(1, PATIENCE)
    untouched(redis_client)


async def test_a_note_that_was_changed_is_still_put_aside_by_a_worker_with_the_right_key(
    client: redis.asyncio.Redis, redis_client: redis.Redis
) -> None:
    box = bot(client, OLD)
    await box.open()
    redis_client.xadd(keys.JOBS, {"job": JOB.model_dump_json(), "audio": b"\x02" + bytes(60)})
    assert worker(redis_client, OLD).claim(1, AT_ONCE) == []
    assert (redis_client.xlen(keys.JOBS), redis_client.xlen(keys.DEAD)) == (0, 1)


async def test_who_holds_only_the_old_key_ends_once_somebody_seals_with_the_new_one(
    client: redis.asyncio.Redis, redis_client: redis.Redis
) -> None:
    before, between, after = bot(client, OLD), worker(redis_client, OLD), worker(redis_client, NEW, OLD)
    await before.open()
    between.open()
    after.open()
    worker(redis_client, OLD, NEW).open()
    for late in (before.canary.keep, before.open, bot(client, NEW).open):
        with pytest.raises(WrongKey):
            await late()
    with pytest.raises(WrongKey):
        between.open()
    await bot(client, NEW, OLD).open()


async def test_an_emptied_queue_gets_a_new_one_and_of_two_that_come_at_once_one_is_first(
    client: redis.asyncio.Redis, redis_client: redis.Redis
) -> None:
    await bot(client, OLD).open()
    redis_client.flushdb()
    came = await asyncio.gather(bot(client, OLD).open(), bot(client, OTHER).open(), return_exceptions=True)
    assert [type(each) for each in came if each is not None] == [WrongKey]
    assert redis_client.hlen(keys.CANARY) == 1
