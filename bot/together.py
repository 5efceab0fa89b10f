"""One transaction for what comes while the one before is written: under load dozens, at rest each for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")
_Outcome = TypeVar("_Outcome")


class Together(Generic[_Thing, _Outcome]):
    """Things that are done in lots. A lot that fails fails for each of its things."""

    def __init__(self, work: Callable[[Sequence[_Thing]], Awaitable[Sequence[_Outcome]]], most: int = 100) -> None:
        """
        Args:
            work: does a lot; the outcomes in its order.
            most: in one lot.
        """
        self._work, self._most = work, most
        self._waiting: list[tuple[_Thing, asyncio.Future[_Outcome]]] = []
        self._working: asyncio.Task[None] | None = None

    def begin(self, thing: _Thing) -> asyncio.Future[_Outcome]:
        """Have it done with the next lot, whoever waits for it."""
        done: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_heard)
        self._waiting.append((thing, done))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._until_nothing_waits(), name="together")
        return done

    async def _until_nothing_waits(self) -> None:
        while self._waiting:
            lot, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                outcomes = await self._work([thing for thing, _ in lot])
            except BaseException as error:
                for _, done in lot:
                    if not done.done():
                        done.set_exception(error) if isinstance(error, Exception) else done.cancel()
                if not isinstance(error, Exception):
                    for _, done in self._waiting:
                        done.cancel()
                    self._waiting = []
                    raise
                continue
            for (_, done), outcome in zip(lot, outcomes, strict=True):
                with suppress(asyncio.InvalidStateError):  # nobody waits for it any more
                    done.set_result(outcome)


def _heard(done: asyncio.Future[_Outcome]) -> None:
    """Else Python complains of a failure that nobody waited for."""
    if not done.cancelled():
        done.exception()
