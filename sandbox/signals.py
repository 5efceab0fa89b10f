"""Waiting for something to happen, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Signal:
    """Wakes everybody who waits. It remembers nothing: what happened is for the waiter's predicate to find out."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake all who wait now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self) -> None:
        """Wait for the next call of ``fire``."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    async def until(self, find: Callable[[], T | None], timeout: float | None) -> T:  # noqa: ASYNC109 - callers read it so
        """Wait until ``find`` returns something; it is asked at once and after every ``fire``.

        Raises:
            TimeoutError: it did not within the time.
        """
        async with asyncio.timeout(timeout):
            while True:
                if (found := find()) is not None:
                    return found
                await self.wait()
