"""How the queue and every process do, twice a second."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import psutil
import redis.asyncio

from bench.load.crowd import Crowd
from bench.load.installation import Installation
from rollcall.queue import keys
from sandbox.telegram import Telegram

_EVERY = 0.5


@dataclass(frozen=True)
class Sample:
    """One look.

    Attributes:
        at: ``time.monotonic``.
        waiting: notes whose sender has no answer yet.
        updates: of those, still with Telegram.
        jobs, results: entries in the streams.
        memory: resident megabytes of each process.
        cpu: seconds of processor time that each process has used.
        queue_memory: megabytes that Valkey has allocated.
    """

    at: float
    sent: int
    answered: int
    updates: int
    jobs: int
    results: int
    memory: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    queue_memory: float = 0.0

    @property
    def waiting(self) -> int:
        return self.sent - self.answered


class Watch:
    """Looks until it is cancelled."""

    def __init__(self, telegram: Telegram, crowd: Crowd, installation: Installation) -> None:
        self._telegram = telegram
        self._crowd = crowd
        self._processes = installation.processes()
        self._queue = installation.queue()
        self.samples: list[Sample] = []
        self.machine: list[float] = []
        """Share of all processors' time that anybody used, look by look."""

    async def run(self) -> None:
        """For ever."""
        psutil.cpu_percent()
        try:
            while True:
                self.samples.append(await self.look())
                self.machine.append(psutil.cpu_percent() / 100)
                await asyncio.sleep(_EVERY)
        finally:
            await self._queue.aclose()

    async def look(self) -> Sample:
        """Once."""
        async with self._queue.pipeline(transaction=False) as pipeline:
            pipeline.xlen(keys.JOBS)
            pipeline.xlen(keys.RESULTS)
            pipeline.info("memory")
            jobs, results, memory = await pipeline.execute()
        return Sample(
            at=time.monotonic(),
            sent=self._crowd.sent,
            answered=self._crowd.answered,
            updates=len(self._telegram.updates.pending),
            jobs=int(jobs),
            results=int(results),
            memory={name: process.memory_info().rss / 1e6 for name, process in self._processes.items()},
            cpu={name: sum(process.cpu_times()[:2]) for name, process in self._processes.items()},
            queue_memory=int(memory["used_memory"]) / 1e6,
        )


async def dead_letters(queue: redis.asyncio.Redis) -> int:
    """Entries that were given up."""
    found: Any = await queue.xlen(keys.DEAD)
    return int(found)
