"""The bot's handlers as they are registered, in this process: an update goes in, calls to a local Telegram come out."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text
from telegram import Update

from bot.app import build_application
from bot.hearing import Hearing
from bot.services import App, Services
from rollcall.config.settings import Settings
from rollcall.queue.keys import CANARY
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Table
from sandbox.person import Person
from sandbox.server import Server
from sandbox.telegram import Call, Telegram
from tests.schema import lay_schema

Rows = dict[str, list[str]]
"""Every table's rows, each written out."""

_SAYS = ("sendmessage", "sendvoice", "senddocument", "sendphoto", "copymessage")


@dataclass
class Door:
    """What a cell of the table is tried at."""

    application: App
    telegram: Telegram

    @property
    def services(self) -> Services:
        services: Services = self.application.bot_data["services"]
        return services

    def use(self, database: Database) -> None:
        """From now on the handlers see this database."""
        self.application.bot_data["services"] = replace(self.services, database=database)

    def use_setting(self, **values: Any) -> None:
        """From now on these settings are others."""
        settings = self.services.settings.model_copy(update=values)
        self.application.bot_data["services"] = replace(self.services, settings=settings)

    def let_hear(self, *, hearing: bool) -> None:
        """From now on a worker is there that hears words, or none is."""

        async def ask() -> bool:
            return hearing

        self.application.bot_data["services"] = replace(self.services, hearing=Hearing(ask))

    async def handle(self) -> list[Call]:
        """Let the bot handle the updates that people have made; everything that it asked of Telegram."""
        before = len(self.telegram.calls)
        for update in list(self.telegram.updates.pending):
            await self.application.process_update(Update.de_json(update, self.application.bot))
            self.telegram.updates.confirm(update["update_id"])
        return self.telegram.calls[before:]

    async def ask(self, person: Person, words: str, chat: int | None = None) -> list[str]:
        """Say something; what the bot said."""
        await person.say(words, chat=chat)
        return said(await self.handle())

    async def press(self, person: Person, data: str, chat: int | None = None) -> list[str]:
        """Press a button with this callback data, whoever was shown one; what the bot said."""
        self.forge(person, data, chat)
        return said(await self.handle())

    def forge(self, person: Person, data: str, chat: int | None = None) -> None:
        """A press on a button that the person was never shown."""
        place = self.telegram.chats[chat] if chat is not None else self.telegram.open_private(person.id)
        message = {"message_id": 1, "from": self.telegram.bot, "chat": place, "date": 1_790_000_000, "text": "…"}
        self.telegram.ask(person.id, message, data)


def said(calls: list[Call]) -> list[str]:
    """The messages among calls, by their text or caption."""
    words = [call.values for call in calls if call.method.lower() in _SAYS]
    return [str(values.get("text") or values.get("caption") or "") for values in words]


@asynccontextmanager
async def open_door(folder: Path, database_url: str, redis_url: str, **settings: Any) -> AsyncIterator[Door]:
    """The built application on a Telegram of its own; nothing of it runs by itself."""
    lay_schema(database_url)
    async with Server() as server:
        application = build_application(
            Settings(
                telegram_token=server.telegram.token,
                telegram_api_url=server.url,
                data_dir=folder,
                database_url=database_url,
                redis_url=redis_url,
                _env_file=None,
                **settings,
            )
        )
        await application.initialize()
        door = Door(application, server.telegram)
        await migrate(door.services.database)
        await door.services.redis.delete(CANARY)  # another test's, with a key of its own
        await door.services.queue.open()
        try:
            yield door
        finally:
            await application.shutdown()
            await door.services.close()


async def rows_of(database: Database, but: tuple[str, ...] = ("allowances",)) -> Rows:
    """The whole database, but for what each update counts."""
    tables = [table.name for table in Table.metadata.sorted_tables if table.name not in but]
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as raw:  # many times faster, and there are many cells
            return {name: sorted(map(repr, raw.execute(_all(name)))) for name in tables}
    with database.session() as session:
        return {name: sorted(map(repr, session.execute(text(_all(name))))) for name in tables}


def _all(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608 - one of our own tables


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that differ."""
    return {name for name in before if before[name] != after[name]}
