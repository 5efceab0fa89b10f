"""A worker that is played: it takes notes from the queue and accepts each.

The encoders at hand tell some forty of the shipped voices apart, and this class has hundreds. What is looked at are
boards: for them a note is a note, whoever judged it. It goes on when the queue is killed, as a worker does.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import redis

from models.dummy.encoder import Dummy
from rollcall.domain.operating import said_of
from rollcall.domain.verdict import Reason, Verdict
from rollcall.queue.job import Job, Result
from rollcall.queue.worker_end import WorkerQueue, connect
from rollcall.sealing.seal import Keyring

_LEASE = timedelta(seconds=10)
_BLOCK = timedelta(seconds=0.5)
_AGAIN_AFTER = 0.2
_MOST = 16


@asynccontextmanager
async def listening(redis_url: str, keyring: Keyring) -> AsyncIterator[None]:
    """Notes are judged within."""
    over = threading.Event()
    work = asyncio.create_task(asyncio.to_thread(_work, redis_url, keyring, over))
    try:
        yield
    finally:
        over.set()
        await work


def _work(redis_url: str, keyring: Keyring, over: threading.Event) -> None:
    encoder = Dummy()
    with connect(redis_url) as client:
        queue = WorkerQueue(client, keyring, _LEASE)
        while not over.is_set():
            try:
                queue.open()
                queue.announce(encoder.name, encoder.weight_hash, said_of(encoder))
                while not over.is_set():
                    for delivery in queue.claim(_MOST, _BLOCK):
                        queue.settle(delivery, _accepted(delivery.job, encoder))
            except redis.RedisError:  # it was killed, and comes back
                time.sleep(_AGAIN_AFTER)


def _accepted(job: Job, encoder: Dummy) -> Result:
    return Result(
        job_id=job.id, verdict=Verdict.ACCEPTED, reason=Reason.MATCH, model=encoder.name,
        weight_hash=encoder.weight_hash, score=0.97, confidence=0.99, speech_seconds=3.0, content_hash=job.content_hash,
    )  # fmt: skip
