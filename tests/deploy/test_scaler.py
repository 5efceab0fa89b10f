"""What the KEDA scaler reads is what waits: the lag of the group, though settled notes leave the stream."""

from __future__ import annotations

from typing import Any

import redis

from rollcall.queue import keys
from rollcall.queue.bot_end import BotQueue
from rollcall.sealing.seal import Keyring
from tests.rollcall.queue.test_both_ends import SHORT, job, post, result_of, worker

__all__ = ["post"]


async def test_lag_and_pending_count_the_notes_that_wait_and_those_in_work(
    post: BotQueue,
    redis_client: redis.Redis,
    keyring: Keyring,
) -> None:
    def figures() -> tuple[Any, Any]:
        (group,) = redis_client.xinfo_groups(keys.JOBS)
        return group["lag"], group["pending"]

    ours = worker(redis_client, keyring, "a")
    for number in range(5):
        await post.post(job(number), b"OggS")
    assert figures() == (5, 0)

    first, second = ours.claim(2, SHORT)
    assert figures() == (3, 2)
    ours.settle(first, result_of(0))
    ours.settle(second, result_of(1))
    assert figures() == (3, 0)

    for delivery in ours.claim(16, SHORT):
        ours.settle(delivery, result_of(2))
    assert figures() == (0, 0)
    await post.post(job(9), b"OggS")
    assert figures() == (1, 0)
