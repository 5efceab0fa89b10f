"""What workers tell of an own encoder's card, and of the words that they hear, is heeded; nobody else's word is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import redis
import redis.asyncio

from models.card import Judgement
from rollcall.domain.operating import learn, operating_point, said_of
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.galleries import GalleryWriter
from rollcall.queue.job import Job, Result
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import Keyring
from tests.conftest import WaitUntil, each
from tests.rollcall.domain.test_operating import OWN, Encoder

LEASE = timedelta(seconds=30)
CARD = said_of(Encoder("campplus", OWN, Judgement(25.0, -6.0, 0.02, np.full(192, 0.01, np.float32))))
SHIPPED = 38.4


@pytest.fixture(autouse=True)
def _nothing_learnt() -> Iterator[None]:
    yield
    learn(b"")


@pytest.fixture
async def writer(redis_url: str, keyring: Keyring) -> AsyncIterator[GalleryWriter]:
    client = bot_end.connect(redis_url)
    yield GalleryWriter(client, keyring)
    await client.aclose()


def slope() -> float:
    return operating_point("campplus", OWN).slope


async def test_a_gallery_is_written_by_the_card_of_the_worker_that_started_last(
    redis_client: redis.Redis, keyring: Keyring, writer: GalleryWriter
) -> None:
    queue = WorkerQueue(redis_client, keyring, LEASE)
    await writer.heed_encoder()
    assert slope() == SHIPPED
    queue.announce("campplus", OWN, CARD)
    assert slope() == SHIPPED, "nobody has asked yet"
    await writer.heed_encoder()
    assert slope() == 25.0
    queue.announce("campplus", OWN)
    await writer.heed_encoder()
    assert slope() == SHIPPED, "its card is gone"
    assert set(redis_client.hgetall(keys.ENCODER)) == {b"said", b"signature"}


async def test_a_card_that_none_of_us_has_told_is_not_heeded(
    redis_client: redis.Redis, keyring: Keyring, writer: GalleryWriter
) -> None:
    queue = WorkerQueue(redis_client, keyring, LEASE)
    forged = said_of(Encoder("campplus", OWN, Judgement(25.0, 100.0, 0.0)))  # everybody is everybody
    queue.announce("campplus", OWN, CARD)
    signature = redis_client.hget(keys.ENCODER, keys.SIGNATURE)
    for told in ({keys.CARD: forged}, {keys.CARD: forged, keys.CARD_SIGNATURE: signature}):
        redis_client.hset(keys.ENCODER, mapping=told)  # type: ignore[arg-type]
        await writer.heed_encoder()
        assert slope() == SHIPPED
    redis_client.hdel(keys.ENCODER, keys.CARD_SIGNATURE)
    await writer.heed_encoder()
    assert slope() == SHIPPED
    queue.announce("campplus", OWN, CARD)
    await writer.heed_encoder()
    redis_client.hset(keys.ENCODER, keys.CARD, forged)
    await writer.heed_encoder()
    assert slope() == 25.0, "what was rightly told holds on"


async def test_a_bot_knows_the_card_when_it_takes_the_first_result(
    redis_client: redis.Redis, redis_url: str, keyring: Keyring
) -> None:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, LEASE)
    await box.open()
    await box.post(Job(id="one", purpose=Purpose.ENROL, person_id=7, queued_at=datetime.now(UTC)), b"voice")
    queue = WorkerQueue(redis_client, keyring, LEASE)
    queue.open()
    queue.announce("campplus", OWN, CARD)
    (delivery,) = queue.claim(1, timedelta(seconds=1))
    queue.settle(delivery, Result(job_id="one", verdict=Verdict.REFUSED, reason=Reason.NO_SPEECH, weight_hash=OWN))
    async for _, result in each(box.results()):
        assert result.job_id == "one"
        assert slope() == 25.0
        break
    await client.aclose()


async def test_words_are_heard_where_a_worker_of_ours_has_said_so_lately(
    redis_client: redis.Redis, redis_url: str, keyring: Keyring, wait_until: WaitUntil
) -> None:
    client = bot_end.connect(redis_url)
    box, queue = BotQueue(client, keyring, LEASE), WorkerQueue(redis_client, keyring, LEASE)
    assert not await box.hears_words()
    queue.announce_words()
    assert await box.hears_words()
    assert 0 < redis_client.ttl(keys.HEARS_WORDS) <= 30
    redis_client.pexpire(keys.HEARS_WORDS, 1)

    async def over() -> bool:
        return not await box.hears_words()

    await wait_until(over)
    queue.announce_words()
    assert not await box.hears_words(), "it has said so a moment ago, and asks no server with every turn of its loop"
    await client.aclose()


async def test_a_server_without_room_for_the_word_holds_up_no_note(redis_client: redis.Redis, keyring: Keyring) -> None:
    queue = WorkerQueue(redis_client, keyring, LEASE)
    redis_client.config_set("maxmemory", 1)
    try:
        queue.announce_words()
    finally:
        redis_client.config_set("maxmemory", 0)
    assert not redis_client.exists(keys.HEARS_WORDS)


async def test_nobody_elses_word_of_hearing_words_counts(
    redis_client: redis.Redis, redis_url: str, keyring: Keyring
) -> None:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, LEASE)
    stranger = WorkerQueue(redis_client, Keyring([bytes(32)]), LEASE)
    stranger.announce_words()
    assert not await box.hears_words()
    redis_client.hdel(keys.HEARS_WORDS, keys.SIGNATURE)
    assert not await box.hears_words()
    await client.aclose()
