"""What the bots have told us: their name, for the links that students follow, and Telegram's clock."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import redis.asyncio

from rollcall.queue import bulletin
from rollcall.queue.bulletin import Bulletin
from rollcall.sealing.seal import Keyring

_log = logging.getLogger(__name__)

_READ_EVERY = 20.0
_AGAIN_AFTER = 1.0
"""While no bot has said anything."""


class BotsWord:
    """The last word of the bots; before the first, our own clock must do, and no link can be shown."""

    def __init__(self, client: redis.asyncio.Redis, keyring: Keyring) -> None:
        self._redis, self._keyring = client, keyring
        self._said: Bulletin | None = None

    @property
    def username(self) -> str:
        """The bot's; empty while we do not know it."""
        return self._said.bot if self._said is not None else ""

    def now(self) -> datetime:
        """The present moment by Telegram's clock, as far as we know."""
        ahead = timedelta(seconds=self._said.ahead) if self._said is not None else timedelta()
        return datetime.now(UTC) + ahead

    async def listen(self) -> None:
        """For ever: read it now and then."""
        while True:
            with suppress(redis.RedisError, OSError):  # the pages do without
                self._said = await bulletin.read(self._redis, self._keyring) or self._said
            await asyncio.sleep(_READ_EVERY if self._said is not None else _AGAIN_AFTER)
