import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.job import Job, Result
from rollcall.queue.sealed_with import queue_keys
from rollcall.queue.worker_end import MAX_DELIVERIES, WorkerQueue
from rollcall.sealing.seal import Keyring, audio_binding
from rollcall.sealing.signature import Signatures
from tests.conftest import each

SHORT = timedelta(milliseconds=50)
AT_ONCE = timedelta(milliseconds=1)
LONG = timedelta(minutes=5)


def job(number: int = 1) -> Job:
    return Job(id=f"note-{number}", purpose=Purpose.CHECK_IN, person_id=7, class_id=1, queued_at=datetime.now(UTC))


def result_of(number: int = 1) -> Result:
    return Result(job_id=f"note-{number}", verdict=Verdict.ACCEPTED, reason=Reason.MATCH)


def put_job(client: redis.Redis, keyring: Keyring, said: str | bytes, audio: bytes) -> None:
    """An entry as a bot of ours would write it."""
    said = said.encode() if isinstance(said, str) else said
    client.xadd(keys.JOBS, {"job": said, "audio": audio, "signature": Signatures(keyring).sign(keys.JOBS, said)})


def put_result(client: redis.Redis, keyring: Keyring, said: str) -> None:
    """An entry as a worker of ours would write it."""
    signature = Signatures(keyring).sign(keys.RESULTS, said.encode())
    client.xadd(keys.RESULTS, {"result": said, "signature": signature})


@pytest.fixture
async def post(redis_url: str, keyring: Keyring) -> AsyncIterator[BotQueue]:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, LONG)
    await box.open()
    yield box
    await client.aclose()


def worker(client: redis.Redis, keyring: Keyring, name: str, timeout: timedelta = LONG) -> WorkerQueue:
    queue = WorkerQueue(client, keyring, timeout)
    queue.consumer = name
    queue.open()
    return queue


def fall_silent(client: redis.Redis) -> None:
    """Wait until every note in hand has been idle for longer than `AT_ONCE`."""
    pending: Any = [{"time_since_delivered": 0}]
    while any(entry["time_since_delivered"] < 2 for entry in pending):
        pending = client.xpending_range(keys.JOBS, keys.WORKERS, "-", "+", 99)


async def test_a_posted_note_is_claimed_with_its_audio(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.post(job(), b"OggS")
    (delivery,) = worker(redis_client, keyring, "a").claim(16, SHORT)
    assert delivery.job.id == "note-1"
    assert delivery.audio == b"OggS"
    assert not delivery.reclaimed


async def test_the_voice_does_not_lie_open_in_redis(post: BotQueue, redis_client: redis.Redis) -> None:
    await post.post(job(), b"the voice itself")
    assert b"the voice itself" not in repr(redis_client.xrange(keys.JOBS)).encode()


async def test_a_note_posted_before_any_worker_started_is_not_missed(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.post(job(), b"OggS")
    assert len(worker(redis_client, keyring, "late").claim(16, SHORT)) == 1


async def test_two_workers_never_get_the_same_note(post: BotQueue, redis_client: redis.Redis, keyring: Keyring) -> None:
    for number in range(6):
        await post.post(job(number), b"OggS")
    first = worker(redis_client, keyring, "a").claim(3, SHORT)
    second = worker(redis_client, keyring, "b").claim(16, SHORT)
    assert {d.job.id for d in first}.isdisjoint({d.job.id for d in second})
    assert len(first) + len(second) == 6


async def test_settling_adds_the_result_and_removes_the_job(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.post(job(), b"OggS")
    queue = worker(redis_client, keyring, "a")
    (delivery,) = queue.claim(16, SHORT)
    queue.settle(delivery, result_of())
    assert redis_client.xlen(keys.JOBS) == 0
    assert redis_client.xpending(keys.JOBS, keys.WORKERS)["pending"] == 0
    async for entry, result in each(post.results()):
        assert result == result_of()
        await post.done(entry)
        break
    assert redis_client.xlen(keys.RESULTS) == 0


async def test_a_silent_workers_note_is_claimed_by_another_and_comes_alone(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    for number in range(3):
        await post.post(job(number), b"OggS")
    assert len(worker(redis_client, keyring, "dead", AT_ONCE).claim(2, SHORT)) == 2
    fall_silent(redis_client)
    (reclaimed,) = worker(redis_client, keyring, "alive", AT_ONCE).claim(16, SHORT)
    assert reclaimed.reclaimed
    assert reclaimed.job.id == "note-0"


async def test_a_renewed_note_stays_with_its_worker_and_is_not_counted_as_another_death(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.post(job(), b"OggS")
    holder = worker(redis_client, keyring, "holder")
    (delivery,) = holder.claim(16, SHORT)
    for _ in range(MAX_DELIVERIES + 2):
        holder.renew([delivery.entry])
    pending: Any
    (pending,) = redis_client.xpending_range(keys.JOBS, keys.WORKERS, "-", "+", 10)
    assert pending["times_delivered"] == 1
    assert pending["time_since_delivered"] < 5000


async def test_a_note_that_keeps_killing_its_worker_is_answered_and_buried_without_its_voice(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.post(job(), b"OggS")
    for round_ in range(MAX_DELIVERIES):
        assert worker(redis_client, keyring, f"victim-{round_}", AT_ONCE).claim(16, SHORT)
        fall_silent(redis_client)
    assert worker(redis_client, keyring, "survivor", AT_ONCE).claim(16, SHORT) == []
    async for _, result in each(post.results()):
        assert (result.job_id, result.verdict) == ("note-1", Verdict.FAILED)
        break
    letters: Any = redis_client.xrange(keys.DEAD)
    ((_, dead),) = letters
    assert set(dead) == {b"job", b"why"}
    assert redis_client.xlen(keys.JOBS) == 0


async def test_an_entry_that_cannot_be_read_is_put_aside_and_the_next_one_is_served(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    redis_client.xadd(keys.JOBS, {"job": "not json", "audio": "x"})
    redis_client.xadd(keys.JOBS, {"nothing": "at all"})
    await post.post(job(), b"OggS")
    (delivery,) = worker(redis_client, keyring, "a").claim(16, SHORT)
    assert delivery.job.id == "note-1"
    assert redis_client.xlen(keys.DEAD) == 2
    assert redis_client.xlen(keys.JOBS) == 1


async def test_a_worker_that_leaves_with_notes_in_hand_leaves_them_claimable(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.post(job(), b"OggS")
    leaving = worker(redis_client, keyring, "leaving", AT_ONCE)
    assert leaving.claim(16, SHORT)
    leaving.close()
    fall_silent(redis_client)
    assert worker(redis_client, keyring, "next", AT_ONCE).claim(16, SHORT)


async def test_results_that_a_dead_bot_took_are_given_to_the_next(
    redis_url: str, redis_client: redis.Redis, keyring: Keyring
) -> None:
    client = bot_end.connect(redis_url)
    dead, alive = BotQueue(client, keyring, AT_ONCE), BotQueue(client, keyring, AT_ONCE)
    dead.consumer, alive.consumer = "dead", "alive"
    await dead.open()
    put_result(redis_client, keyring, result_of().model_dump_json())
    async for _ in each(dead.results()):
        break
    await asyncio.sleep(0.005)
    async for _, result in each(alive.results()):
        assert result == result_of()
        break
    await client.aclose()


async def test_forgetting_a_person_removes_their_waiting_notes_only(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    mine = await post.post(job(1), b"OggS")
    await post.post(job(2).model_copy(update={"person_id": 8}), b"OggS")
    redis_client.xadd(keys.RESULTS, {"result": "not one of ours"})
    redis_client.xadd(keys.RESULTS, {"result": result_of().model_copy(update={"job_id": "note-3"}).model_dump_json()})
    redis_client.xadd(keys.DEAD, {"job": job(4).model_dump_json(), "why": "too many deliveries"})
    assert await post.forget(7, {"note-1": mine, "note-3": None}) == 3
    assert redis_client.xlen(keys.RESULTS) == 1
    assert redis_client.xlen(keys.DEAD) == 0
    (left,) = worker(redis_client, keyring, "a").claim(16, SHORT)
    assert left.job.person_id == 8


async def test_neither_an_erasure_nor_a_look_at_the_keys_holds_everybodys_voices(
    post: BotQueue, redis_client: redis.Redis, redis_url: str
) -> None:
    mine = await post.post(job(1), b"OggS")
    for number in range(2, 202):
        await post.post(job(number).model_copy(update={"person_id": 8}), bytes(100_000))
    client = bot_end.connect(redis_url)
    tracemalloc.start()
    try:
        assert await post.forget(7, {"note-1": mine, "note-0": None}) == 1
        assert tracemalloc.get_traced_memory()[1] < 500_000
        assert (await queue_keys(client)).values.total() == 200
        assert tracemalloc.get_traced_memory()[1] < 8_000_000, "of 20 million bytes that wait"
    finally:
        tracemalloc.stop()
        await client.aclose()


async def test_a_note_that_is_taken_back_reaches_no_worker(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring
) -> None:
    await post.withdraw(await post.post(job(1), b"OggS"))
    assert worker(redis_client, keyring, "a").claim(16, SHORT) == []


@pytest.mark.parametrize("keep", [0, 1, 5, 8, 16, 17, 30])
async def test_a_cut_off_audio_goes_to_the_dead_stream_and_not_through_the_worker(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring, keep: int
) -> None:
    sealed = keyring.seal(b"OggS", audio_binding("note-1", job().person_id))[:keep]
    put_job(redis_client, keyring, job().model_dump_json(), sealed)
    assert worker(redis_client, keyring, "a").claim(16, SHORT) == []
    assert redis_client.xlen(keys.DEAD) == 1
    assert redis_client.xlen(keys.JOBS) == 0


@pytest.mark.parametrize(
    "bent",
    [
        {"queued_at": "2026-03-02T12:00:00"},
        {"person_id": 2**63},
        {"class_id": -(2**63) - 1},
        {"id": "note-1\n"},
        {"id": "a\0"},
        {"id": "x" * 37},
    ],
    ids=repr,
)
async def test_a_job_that_no_bot_writes_goes_to_the_dead_stream(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring, bent: dict[str, Any]
) -> None:
    written = json.dumps({**json.loads(job().model_dump_json()), **bent})
    name = str(bent.get("id", "note-1"))
    put_job(redis_client, keyring, written, keyring.seal(b"OggS", audio_binding(name, job().person_id)))
    assert worker(redis_client, keyring, "a").claim(16, SHORT) == []
    assert redis_client.xlen(keys.DEAD) == 1


@pytest.mark.parametrize(
    "bent", ['"score": NaN', '"confidence": 1e999', '"quality": {"snr": NaN}', '"timings": {"decode": -Infinity}']
)
async def test_a_result_with_what_is_no_number_is_buried_and_the_next_one_comes(
    post: BotQueue, redis_client: redis.Redis, keyring: Keyring, bent: str
) -> None:
    put_result(redis_client, keyring, result_of(1).model_dump_json()[:-1] + f", {bent}}}")
    put_result(redis_client, keyring, result_of(2).model_dump_json())
    async for _, found in each(post.results()):
        assert found.job_id == "note-2"
        break
    assert redis_client.xlen(keys.DEAD) == 1
