"""Somebody who listens: a worker with the dummy encoder beside the bot's door, and the bot taking its results."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from bot.results import collect_results
from models.dummy.encoder import Dummy
from rollcall.domain.operating import said_of
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.worker_end import WorkerQueue, connect
from tests.bot.door import Door
from worker.judge import Judge
from worker.loop import Worker

_LEASE = timedelta(minutes=10)


@asynccontextmanager
async def listening(door: Door, redis_url: str) -> AsyncIterator[None]:
    """Voice notes are judged and answered within."""
    keyring, encoder = door.services.keyring, Dummy()
    with connect(redis_url) as client:
        queue = WorkerQueue(client, keyring, _LEASE)
        queue.announce(encoder.name, encoder.weight_hash, said_of(encoder))
        galleries = GalleryReader(client, keyring, encoder.name, encoder.weight_hash)
        worker = Worker(queue, Judge(encoder, galleries, keyring), galleries, _LEASE / 4)
        thread = threading.Thread(target=worker.run)
        thread.start()
        collecting = asyncio.create_task(collect_results(door.application, door.services))
        try:
            yield
        finally:
            collecting.cancel()
            with suppress(asyncio.CancelledError):
                await collecting
            worker.stop()
            await asyncio.to_thread(thread.join)
