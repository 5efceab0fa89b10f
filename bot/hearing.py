"""Whether any live worker hears a challenge's words. Asked of the queue now and then, and not for every note."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

import redis

_log = logging.getLogger(__name__)

_HOLDS_FOR = 5.0
"""Seconds. A worker that has just come or gone is noticed after the next lot of notes."""


class Hearing:
    """What is known of the workers' ears."""

    def __init__(self, ask: Callable[[], Awaitable[bool]]) -> None:
        """`ask` looks it up in the queue."""
        self._ask = ask
        self._known: bool = False
        self._until = 0.0

    async def any_worker(self) -> bool:
        """Whether one hears; as it was last known where Redis does not say."""
        if time.monotonic() >= self._until:
            try:
                self._known = await self._ask()
            except (redis.RedisError, OSError) as error:
                _log.warning("it is not known whether a worker hears words", extra={"error": type(error).__name__})
            # Also where nothing was learnt: while Redis is away nobody waits for it again and again.
            self._until = time.monotonic() + _HOLDS_FOR
        return self._known
