"""What handlers work with: opened in `post_init`, closed in `post_shutdown`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, cast

import redis.asyncio
from telegram.ext import Application, CallbackContext, ExtBot

from bot import metrics
from bot.caller import Caller
from bot.hearing import Hearing
from bot.marks import Marks
from bot.outbox.stale_boards import StaleBoards
from bot.portions import Portions
from bot.together import Together
from bot.transport.clock import telegram_clock
from bot.waits import Waits
from rollcall.config.settings import Settings
from rollcall.queue import bot_end
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.galleries import GalleryWriter
from rollcall.sealing.seal import Keyring
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder
from rollcall.usecases.answer_note import Became, answered
from rollcall.usecases.take_note import told_to_wait

_DOWNLOADS = 32
"""At once: a recording is in memory meanwhile, and answers need connections too."""


@dataclass(frozen=True)
class Services:
    """The installation, as a handler sees it."""

    settings: Settings
    keyring: Keyring
    database: Database
    redis: redis.asyncio.Redis
    queue: BotQueue
    galleries: GalleryWriter
    stale_boards: StaleBoards
    marks: Marks
    answered: Together[tuple[str, Became], None]
    """What became of answers, to be written down together."""
    told: Together[tuple[str, int], None]
    """Who was told about the wait, by which message, likewise."""
    hearing: Hearing
    """Whether any worker hears a challenge's words."""
    waits: Waits = field(default_factory=Waits)
    holder: Holder = field(default_factory=Holder.this_process)
    missing: dict[str, float] = field(default_factory=dict)
    """Notes that were not in the queue when we looked, and since when (`time.monotonic`)."""
    fetching: set[str] = field(default_factory=set)
    """Notes that are being fetched from Telegram once more, for the queue had lost them."""
    mending: set[tuple[str, int, int]] = field(default_factory=set)
    """Cards that are being edited: kind, question, chat."""
    portions: Portions = field(default_factory=Portions)
    """What each account has of the queue and of the downloads."""
    downloads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DOWNLOADS))
    """Places for downloads; whoever waits for the next try holds none."""

    @classmethod
    def open(cls, settings: Settings, keyring: Keyring, database: Database) -> Services:
        """Make the clients; nothing is connected yet."""
        client = bot_end.connect(settings.effective_redis_url)
        database.troubles.aloud = True
        queue = BotQueue(client, keyring, settings.delivery_timeout, metrics.RESULTS_FORGED.inc)
        return cls(
            settings=settings,
            keyring=keyring,
            database=database,
            redis=client,
            queue=queue,
            galleries=GalleryWriter(client, keyring),
            stale_boards=StaleBoards(),
            marks=Marks(database, queue.withdraw),
            answered=Together(partial(_write_answered, database)),
            told=Together(partial(_write_told, database)),
            hearing=Hearing(queue.hears_words),
        )

    async def close(self) -> None:
        """Close every client."""
        await self.redis.aclose()
        await self.database.close()


async def _write_told(database: Database, told: Sequence[tuple[str, int]]) -> Sequence[None]:
    await database.run(told_to_wait, told)
    return [None] * len(told)


async def _write_answered(database: Database, answers: Sequence[tuple[str, Became]]) -> Sequence[None]:
    await database.run(answered, answers)
    return [None] * len(answers)


class Context(CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """A handler's context, with our services in it."""

    written: object = None
    """What the gate's transaction wrote down of the update, where its handler asks for that."""
    caller: Caller
    """Who sent the update; found by `bot.gate`, once. In a transaction of one's own: `Caller.within`."""
    class_id: int
    """The class that a button acts on; set by `bot.gate` once it has found that the caller may."""
    number: int
    """The lesson, the review or the person that a button acts on; set by `bot.gate` too."""

    @property
    def services(self) -> Services:
        services: Services = self.application.bot_data["services"]
        return services

    @property
    def app(self) -> App:
        """The application, with our context type."""
        return cast("App", self.application)


Bot = ExtBot[Any]
App = Application[Bot, Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], Any]


def now() -> datetime:
    """The present moment, UTC, by Telegram's clock: whatever it is compared with carries Telegram's times."""
    return telegram_clock().now()
