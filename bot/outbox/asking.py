"""Asking teachers by cards while somebody waits to hear whether one was really asked."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine

from bot.services import App
from rollcall.domain.review import Asked

_log = logging.getLogger(__name__)

_WAITED_FOR = 5.0
"""Seconds: longer nobody waits for another's chat."""
_LOOK_EVERY = 0.1


async def show(application: App, steps: Coroutine[object, object, None]) -> None:
    """Send and mend cards for someone who waits, though not for a chat that is held up: its trouble is not theirs."""
    quiet = _quietly(steps)
    # The application's own where it may outlive us: what Telegram has taken must be written down.
    task = application.create_task(quiet) if application.running else asyncio.create_task(quiet)
    await asyncio.wait([task], timeout=_WAITED_FOR)


async def ask(application: App, steps: Coroutine[object, object, None], read: Callable[[], Awaitable[Asked]]) -> Asked:
    """`show`, and then whether a teacher was really asked, as the database says."""
    until = time.monotonic() + _WAITED_FOR
    await show(application, steps)
    while True:
        asked = await read()
        if asked is not Asked.SOON or time.monotonic() > until:
            return asked
        await asyncio.sleep(_LOOK_EVERY)  # another task, or another bot, is sending it


async def _quietly(steps: Coroutine[object, object, None]) -> None:
    try:
        await steps
    except Exception as error:
        # The upkeep makes up for it.
        _log.warning("the teachers' cards are not up to date yet", extra={"error": type(error).__name__})
