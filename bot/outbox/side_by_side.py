"""Doing for several chats what must not wait for one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

_AT_ONCE = 8


async def all_of(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do them side by side, each to its end, whatever becomes of the others.

    Raises:
        Exception: the first that one of them raised, once all are done.
    """
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(step: Coroutine[Any, Any, None]) -> None:
        async with places:
            await step

    results = await asyncio.gather(*(one(step) for step in steps), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
