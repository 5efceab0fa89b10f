"""How the queue and every process do, once a second."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
import redis.asyncio

from bench.load.crowd import Crowd
from rollcall.queue import keys
from sandbox.telegram import Telegram

_EVERY = 1.0


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
    """

    at: float
    sent: int
    answered: int
    updates: int
    jobs: int
    results: int
    memory: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return self.sent - self.answered


class Meter:
    """What a process uses; with its children, where it is a server that has one for each connection."""

    def __init__(self, process: psutil.Process, *, family: bool = False) -> None:
        self._process = process
        self._family = family

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        own = self._process.cpu_times()
        if not self._family:
            return float(own.user + own.system)
        used = own.user + own.system + own.children_user + own.children_system
        for child in self._process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                used += sum(child.cpu_times()[:2])
        return float(used)

    def memory(self) -> float:
        """Resident megabytes; what children share with each other counts once."""
        found = self._process.memory_info().rss
        for child in self._process.children(recursive=True) if self._family else ():
            with contextlib.suppress(psutil.NoSuchProcess):
                facts = child.memory_info()
                found += facts.rss - getattr(facts, "shared", 0)
        return float(found) / 1e6


class Watch:
    """Looks for as long as `looking` is open, and at its ends."""

    def __init__(
        self, telegram: Telegram, crowd: Crowd, meters: Mapping[str, Meter], queue: redis.asyncio.Redis
    ) -> None:
        self._telegram = telegram
        self._crowd = crowd
        self._meters = meters
        self._queue = queue
        self.samples: list[Sample] = []
        self.busy = 0.0
        """Share of all processors' time that anybody used."""

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look once a second."""
        psutil.cpu_percent()
        self.samples.append(await self.look())
        over = asyncio.Event()
        watching = asyncio.create_task(self._look_on(over))
        try:
            yield
        finally:
            # Asked, not cancelled: the client of Redis has been seen to hang for good when cancelled in the middle.
            over.set()
            await watching
            self.samples.append(await self.look())
            self.busy = psutil.cpu_percent() / 100

    async def look(self) -> Sample:
        """Once."""
        async with self._queue.pipeline(transaction=False) as pipeline:
            pipeline.xlen(keys.JOBS)
            pipeline.xlen(keys.RESULTS)
            jobs, results = await pipeline.execute()
        return Sample(
            at=time.monotonic(),
            sent=self._crowd.sent,
            answered=self._crowd.answered,
            updates=len(self._telegram.updates.pending),
            jobs=int(jobs),
            results=int(results),
            memory={name: meter.memory() for name, meter in self._meters.items()},
            cpu=self.cpu(),
        )

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time that each process has used so far."""
        return {name: meter.cpu() for name, meter in self._meters.items()}

    async def _look_on(self, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await over.wait()
                    return
            self.samples.append(await self.look())


async def dead_letters(queue: redis.asyncio.Redis) -> int:
    """Entries that were given up."""
    found: Any = await queue.xlen(keys.DEAD)
    return int(found)
