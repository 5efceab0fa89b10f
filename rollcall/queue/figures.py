"""How full the queue is, for an operator's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import redis.asyncio

from rollcall.queue import keys

_ALIVE_MS = 30_000


@dataclass(frozen=True)
class QueueFigures:
    """Numbers of entries and of workers; `oldest` in seconds, `memory` a share of maxmemory (0 where there is none)."""

    waiting: int
    pending: int
    oldest: float
    results: int
    dead: int
    workers: int
    memory: float


async def queue_figures(client: redis.asyncio.Redis) -> QueueFigures:
    """How it stands at this moment. The groups must be there."""
    async with client.pipeline(transaction=False) as pipeline:
        pipeline.xlen(keys.JOBS)
        pipeline.xpending(keys.JOBS, keys.WORKERS)
        pipeline.xlen(keys.RESULTS)
        pipeline.xlen(keys.DEAD)
        pipeline.xinfo_consumers(keys.JOBS, keys.WORKERS)
        pipeline.time()
        pipeline.info("memory")
        answers: list[Any] = await pipeline.execute()
    jobs, held, results, dead, consumers, (seconds, microseconds), memory = answers
    # What is held is older than what waits, and is told without its audio.
    first: bytes | None = held["min"]
    if first is None and jobs:
        found: Any = await client.xrange(keys.JOBS, count=1)
        first = found[0][0] if found else None
    posted = int(first.partition(b"-")[0]) / 1000 if first else 0.0
    most = int(memory.get("maxmemory", 0))
    return QueueFigures(
        waiting=max(0, jobs - held["pending"]),
        pending=held["pending"],
        oldest=max(0.0, seconds + microseconds / 1e6 - posted) if first else 0.0,
        results=results,
        dead=dead,
        workers=sum(1 for consumer in consumers if consumer["idle"] < _ALIVE_MS),
        memory=int(memory["used_memory"]) / most if most else 0.0,
    )
