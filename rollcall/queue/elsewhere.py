"""What one process has written for another to look at: said over Redis, so that nobody has to wait for a poll.

Best effort, and no secret: whoever is called looks into the database, where the truth is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass

import redis.asyncio

from rollcall.queue.keys import WRITTEN

_PATIENCE = 2.0
"""Seconds for which a read waits: well below those after which a silent connection counts as cut."""


@dataclass(frozen=True)
class Touched:
    """What was written about; 0 for nothing of that kind."""

    class_id: int = 0
    lesson_id: int = 0
    person_id: int = 0


async def call(client: redis.asyncio.Redis, touched: Touched) -> None:
    """Tell whoever listens; nobody may, and Redis may be away."""
    with suppress(redis.RedisError, OSError):
        await client.publish(WRITTEN, json.dumps(asdict(touched)))


async def calls(client: redis.asyncio.Redis) -> AsyncIterator[Touched]:
    """What is called, until the line is cut."""
    async with client.pubsub() as line:
        await line.subscribe(WRITTEN)
        while True:
            message = await line.get_message(ignore_subscribe_messages=True, timeout=_PATIENCE)
            if message is not None:
                with suppress(ValueError, TypeError):
                    yield Touched(**json.loads(message["data"]))
