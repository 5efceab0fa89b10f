"""What the bot and the pages in the browser have to tell each other."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import redis

from bot.services import App, Services
from bot.transport.clock import telegram_clock
from bot.upkeep.recordings import keep_recordings
from rollcall.queue import bulletin, elsewhere
from rollcall.queue.bulletin import Bulletin

_AGAIN_AFTER = 2.0
"""Seconds, where the line was cut."""


async def tell_pages(application: App, services: Services) -> None:
    """Our name, and what time it is."""
    clock = telegram_clock()
    ahead = clock.ahead.total_seconds() if clock.measured else 0.0
    with suppress(redis.RedisError, OSError):  # the pages do without meanwhile
        await bulletin.post(services.redis, services.keyring, Bulletin(application.bot.username, ahead))


async def hear_pages(application: App, services: Services) -> None:
    """For ever: a teacher has done something there, so boards in chats are stale, and words are owed."""
    while True:
        with suppress(redis.RedisError, OSError):  # what is owed is found by looking, meanwhile
            async for touched in elsewhere.calls(services.redis):
                if touched.lesson_id:
                    services.stale_boards.touch(touched.lesson_id)
                if touched.class_id:
                    services.stale_boards.touch_class(touched.class_id)
                if touched.person_id:  # a teacher has stood for the voice
                    keeping = keep_recordings(application, services, touched.person_id)
                    application.create_task(keeping, name=f"recordings:{touched.person_id}")
                services.database.written.wake()
        await asyncio.sleep(_AGAIN_AFTER)
