"""The pages of `tests.bot.school`, asked by HTTP in the test's own process; and people who sign in by a link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette

from rollcall.config.settings import Settings
from rollcall.sealing.seal import Keyring
from rollcall.storage import web_access
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from tests.bot.school import found
from tests.schema import lay_schema
from web.app import build

ORIGIN = "http://127.0.0.1:8080"


class Guest(httpx.AsyncClient):
    """A browser without script: it keeps cookies, says where a form comes from, and fills forms in."""

    def __init__(self, app: Starlette, language: str = "ru") -> None:
        headers = {"accept-language": language, "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        super().__init__(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers, follow_redirects=True)
        self.csrf = ""

    async def page(self, path: str) -> httpx.Response:
        """Look at a page."""
        response = await self.get(path)
        token = re.search(r'name="csrf" value="(\w+)"', response.text)
        self.csrf = token[1] if token else self.csrf
        return response

    async def submit(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page that was looked at last."""
        return await self.post(path, data={"csrf": self.csrf, **fields}, headers={"origin": ORIGIN})


@dataclass(frozen=True)
class Pages:
    """The pages of the school."""

    app: Starlette
    database: Database

    async def enter(self, account: int, path: str = "/") -> Guest:
        """A browser of the account that has opened a link of the bot's."""
        with self.database.session() as session:
            token = web_access.make_link(session, account, path, datetime.now(UTC))
        guest = Guest(self.app)
        await guest.page(f"/in/{token}")
        answer = await guest.submit(f"/in/{token}")
        await guest.page(path)
        assert answer.history, answer.text
        return guest


@asynccontextmanager
async def open_pages(folder: Path, keyring: Keyring, **settings: object) -> AsyncIterator[Pages]:
    """The pages on a school of their own."""
    url = f"sqlite:///{folder / 'school.sqlite3'}"
    lay_schema(url)
    database = Database(url, keyring)
    await migrate(database)
    await found(database)
    values = Settings(data_dir=folder, database_url=url, _env_file=None, **settings)  # type: ignore[arg-type]
    yield Pages(build(values, keyring, database), database)
    await database.close()
