"""Updates in order, and none lost: kept in the database before Telegram hears that we have them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.services import now
from rollcall.storage import inbox
from rollcall.storage.database import Database

_log = logging.getLogger(__name__)

_CONCURRENT = 64
_RETRY_AFTER = 3.0
_TRIES = 20


class DurableQueue(asyncio.Queue[object]):
    """The updater's queue. python-telegram-bot confirms an update to Telegram once `put` has returned."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._digests: dict[int, str] = {}

    async def put(self, item: object) -> None:
        """Keep an update, then queue it; one that has been here before is dropped."""
        if isinstance(item, Update):
            digest = await self._keep(item)
            if digest is None:
                _log.info("an update came again", extra={"update": item.update_id})
                return
            self._digests[item.update_id] = digest
        await super().put(item)

    async def recover(self, bot: Bot) -> int:
        """Queue what a stopped bot left unhandled; how many."""
        async with self._database.session() as session:
            await inbox.sweep(session, now())
            left = await inbox.unhandled(session)
        for digest, payload in left:
            update = Update.de_json(json.loads(payload), bot)
            self._digests[update.update_id] = digest
            await super().put(update)
        return len(left)

    async def handled(self, update: Update) -> None:
        """The update's effect is safe."""
        digest = self._digests.pop(update.update_id, None)
        if digest is None:
            return
        async with self._database.session() as session:
            await inbox.handled(session, digest, now())

    async def again(self, update: Update) -> None:
        """Queue an update once more; it is still in the database."""
        await super().put(update)

    async def _keep(self, update: Update) -> str | None:
        # Not confirmed until this succeeds: better a late answer than a lost one.
        while True:
            try:
                async with self._database.session() as session:
                    return await inbox.accept(session, update.update_id, update.to_json(), now())
            except (SQLAlchemyError, OSError) as error:  # asyncpg lets a refused connection through as it is
                _log.warning("the database is out of reach, trying again", extra={"error": type(error).__name__})
                await asyncio.sleep(1)


class InOrder(BaseUpdateProcessor):
    """Chats side by side, each chat's updates one after another."""

    def __init__(self, queue: DurableQueue) -> None:
        super().__init__(_CONCURRENT)
        self._queue = queue
        self._turns: dict[int, asyncio.Lock] = {}
        self._waiting: Counter[int] = Counter()
        self._failed: dict[int, int] = {}
        self._retries: set[asyncio.Task[None]] = set()

    def failed(self, update: Update) -> bool:
        """A service was out of reach: try this update again later. False once it was tried often enough."""
        tries = self._failed.get(update.update_id, 0) + 1
        self._failed[update.update_id] = tries
        return tries < _TRIES

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        if not isinstance(update, Update):
            await coroutine
            return
        before = self._failed.get(update.update_id, 0)
        async with self._turn(update.effective_chat.id if update.effective_chat else 0):
            await coroutine
        if before < self._failed.get(update.update_id, 0) < _TRIES:
            task = asyncio.create_task(self._retry(update))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)
            return
        self._failed.pop(update.update_id, None)
        try:
            await self._queue.handled(update)
        except (SQLAlchemyError, OSError):
            _log.warning("an update stays unmarked and will be handled again", extra={"update": update.update_id})

    @asynccontextmanager
    async def _turn(self, chat_id: int) -> AsyncIterator[None]:
        """First come, first served within a chat; a chat nobody waits for is forgotten."""
        self._waiting[chat_id] += 1
        try:
            async with self._turns.setdefault(chat_id, asyncio.Lock()):
                yield
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:
                del self._waiting[chat_id], self._turns[chat_id]

    async def _retry(self, update: Update) -> None:
        await asyncio.sleep(_RETRY_AFTER)
        await self._queue.again(update)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Waiting retries are dropped: their updates are in the database, for the next start."""
        for task in self._retries:
            task.cancel()
