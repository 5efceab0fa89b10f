"""What nobody with our keys has signed decides nothing, whoever put it into the queue."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import redis

from rollcall.errors import NotSigned
from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import Keyring
from rollcall.sealing.signature import Signatures
from tests.conftest import each
from tests.rollcall.queue.test_both_ends import LONG, SHORT, job, result_of

OURS, OLDER, THEIRS = bytes(range(32)), b"o" * 32, b"t" * 32


async def test_of_six_results_only_those_that_a_key_of_ours_has_signed_are_taken(
    redis_url: str, redis_client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    counted = []
    client = bot_end.connect(redis_url)
    box = BotQueue(client, Keyring([OURS, OLDER]), LONG, lambda: counted.append(1))
    await box.open()
    said = result_of(1).model_dump_json().encode()
    rightly = Signatures(Keyring([OURS])).sign(keys.RESULTS, said)
    entries: list[dict[Any, Any]] = [
        {"result": said},  # as an older version left it, or anybody
        {"result": said, "signature": Signatures(Keyring([THEIRS])).sign(keys.RESULTS, said)},
        {"result": said, "signature": Signatures(Keyring([OURS])).sign(keys.JOBS, said)},
        {"result": said.replace(b"note-1", b"note-9"), "signature": rightly},
        {"result": said, "signature": Signatures(Keyring([OLDER])).sign(keys.RESULTS, said)},
        {"result": said, "signature": rightly},
    ]
    for fields in entries:
        redis_client.xadd(keys.RESULTS, fields)
    taken = []
    with caplog.at_level(logging.ERROR):
        async for entry, result in each(box.results()):
            taken.append(result)
            await box.done(entry)
            if len(taken) == 2:
                break
    assert taken == [result_of(1)] * 2
    assert len(counted) == 4
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    buried: Any = redis_client.xrange(keys.DEAD)
    assert [fields[b"why"] for _, fields in buried] == [b"not signed"] * 4
    assert redis_client.xlen(keys.RESULTS) == 0
    await client.aclose()


async def test_a_job_that_was_changed_or_that_no_bot_has_signed_is_put_aside_and_the_next_one_judged(
    redis_url: str, redis_client: redis.Redis, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, LONG)
    await box.open()
    await box.post(job(1), b"OggS")
    posted: Any = redis_client.xrange(keys.JOBS)
    ((_, good),) = posted
    redis_client.delete(keys.JOBS)
    # The class that a note is compared with is nothing that its audio is sealed to.
    other_class = good[b"job"].replace(b'"class_id":1', b'"class_id":2')
    assert other_class != good[b"job"]
    counted = []
    queue = WorkerQueue(redis_client, keyring, LONG, lambda: counted.append(1))
    queue.open()
    redis_client.xadd(keys.JOBS, {**good, b"job": other_class})
    unsigned: Any = redis_client.xadd(keys.JOBS, {b"job": good[b"job"], b"audio": good[b"audio"]})
    redis_client.xadd(keys.JOBS, good)
    with caplog.at_level(logging.ERROR):
        (delivery,) = queue.claim(16, SHORT)
    assert (delivery.job.class_id, len(counted)) == (1, 2)
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    assert redis_client.xlen(keys.DEAD) == 2
    assert not await box.holds(unsigned.decode()), "the bot misses what an older version left, and queues it again"
    assert redis_client.xlen(keys.RESULTS) == 0, "nobody is told anything by what nobody sent"
    await client.aclose()


async def test_nobody_is_asked_to_enrol_again_for_an_encoder_that_no_worker_announced(
    redis_url: str, redis_client: redis.Redis, keyring: Keyring
) -> None:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, LONG)
    assert await box.encoder() is None
    queue = WorkerQueue(redis_client, keyring, LONG)
    queue.announce("campplus", "w1")
    assert await box.encoder() == ("campplus", "w1")
    redis_client.hset(keys.ENCODER, keys.SAID, "anything w2")
    assert await box.encoder() is None
    queue.announce("campplus", "w1")
    assert await box.encoder() == ("campplus", "w1")
    await client.aclose()


def test_a_signature_is_good_for_its_words_its_place_and_the_keys_of_the_ring() -> None:
    old, new = Signatures(Keyring([OLDER])), Signatures(Keyring([OURS, OLDER]))
    new.check("a", b"said", old.sign("a", b"said"))
    with pytest.raises(NotSigned):
        old.check("a", b"said", new.sign("a", b"said"))
    good = new.sign("a", b"said")
    for place, said, signature in (("b", b"said", good), ("a", b"sai", good), ("a", b"said", good[:-1]),
                                   ("a", b"said", b"\x01"), ("a", b"said", b""), ("a", b"said", None)):  # fmt: skip
        with pytest.raises(NotSigned):
            new.check(place, said, signature)
