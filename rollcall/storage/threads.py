"""The threads that talk to the database, so that the event loop never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

_T = TypeVar("_T")


class Threads:
    """So many at most; what they have no hand for waits in a row."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._pool: ThreadPoolExecutor | None = None

    async def do(self, work: Callable[[], _T]) -> _T:
        """Do something in one of them.

        Whoever is cancelled meanwhile waits for its end: what it writes must not be written behind the back of
        whatever comes next. What has not begun is not begun any more.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._most, thread_name_prefix=self._name)
        begun = self._pool.submit(work)
        done = asyncio.wrap_future(begun)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            begun.cancel()
            while not done.done():
                with suppress(asyncio.CancelledError):  # asked again
                    await asyncio.wait({done})
            if not done.cancelled():
                done.exception()  # else Python complains that nobody looked at it
            raise

    def close(self) -> None:
        """Let go of them once what has begun is at its end; who has more to do gets new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)
