"""What the pages reach beside the database: the queue, and the galleries in it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import redis
from redis.asyncio import Redis

from rollcall.config.settings import Settings
from rollcall.queue import bot_end
from rollcall.queue.announced import hears_words
from rollcall.queue.galleries import GalleryWriter
from rollcall.sealing.seal import Keyring
from rollcall.sealing.signature import Signatures
from rollcall.storage.database import Database
from rollcall.usecases import galleries

_log = logging.getLogger(__name__)


class Outside:
    """Opened as it is wanted: most pages need none of it."""

    def __init__(self, settings: Settings, keyring: Keyring, database: Database) -> None:
        self._settings, self._keyring, self._database = settings, keyring, database
        self._client: Redis | None = None

    @property
    def queue(self) -> Redis:
        """The queue's server."""
        if self._client is None:
            self._client = bot_end.connect(self._settings.effective_redis_url)
        return self._client

    async def follow(self, class_ids: Iterable[int]) -> None:
        """Write these classes' galleries anew: somebody came, or has left the database.

        Where the queue is out of reach, the bot finds it out when it compares all galleries.
        """
        writer = GalleryWriter(self.queue, self._keyring)
        try:
            for class_id in class_ids:
                await galleries.publish(self._database, self._keyring, writer, class_id)
        except (redis.RedisError, OSError) as error:
            _log.warning("a gallery could not be written anew", extra={"error": type(error).__name__})

    async def hears_words(self) -> bool:
        """Whether a worker is there that hears words; no, where the queue does not say."""
        try:
            return await hears_words(self.queue, Signatures(self._keyring))
        except (redis.RedisError, OSError):
            return False

    async def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            await self._client.aclose()
