"""Whether the bot lives and is ready, as a probe from another thread may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.services import Services
from bot.transport.deafness import Hearing
from rollcall.ops.liveness import Check, Vitals
from rollcall.storage.migrate import is_current

_TIMEOUT = 3.0


def vitals(services: Services, hearing: Hearing) -> Vitals:
    """Live: its loop turns and it is not deaf. Ready: Telegram, database and queue are there, the schema is ours."""

    async def database() -> str | None:
        return None if await is_current(services.database) else "an older schema or none: run rollcall migrate"

    async def queue() -> str | None:
        await services.queue.ping()
        return None

    return Vitals(
        live={"loop": hearing.turned.stopped_for(services.settings.stuck_after), "telegram": hearing.deaf},
        ready={
            "telegram": hearing.silent,
            "database": _in_loop(hearing, database),
            "queue": _in_loop(hearing, queue),
        },
    )


def _in_loop(hearing: Hearing, check: Callable[[], Awaitable[str | None]]) -> Check:
    async def limited() -> str | None:
        async with asyncio.timeout(_TIMEOUT):
            return await check()

    def ask() -> str | None:
        if hearing.loop is None:
            return "not started yet"
        # A little longer than the check itself, for a loop that does not turn.
        return asyncio.run_coroutine_threadsafe(limited(), hearing.loop).result(_TIMEOUT + 1)

    return ask
