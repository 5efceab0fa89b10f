"""A real browser before the pages, on a port of this machine: what it asks elsewhere and what it reports is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from starlette.applications import Starlette

from rollcall.sealing.seal import Keyring
from rollcall.storage import web_access
from tests.bot.school import ADMIN
from tests.web.school import Pages, open_pages
from web.serve import bound

CHROMIUM = which("chromium") or which("chromium-browser") or ""
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@dataclass
class Browsing:
    """The pages, and a browser that looks at them."""

    pages: Pages
    browser: Browser
    origin: str
    elsewhere: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)

    async def enter(self, account: int, path: str = "/", **context: Any) -> Page:
        """A window in which the account has opened a link of the bot's."""
        with self.pages.database.session() as session:
            token = web_access.make_link(session, account, path, datetime.now(UTC))
        window: BrowserContext = await self.browser.new_context(**{"viewport": DESKTOP, "locale": "ru-RU", **context})
        window.on("request", lambda request: self._asked(request.url))
        page = await window.new_page()
        page.on("console", lambda said: self.reported.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.reported.append(str(error)))
        await page.goto(f"{self.origin}/in/{token}")
        await page.click("main form button")
        return page

    def _asked(self, url: str) -> None:
        if urlsplit(url).hostname != "127.0.0.1":
            self.elsewhere.append(url)


@asynccontextmanager
async def _served(app: Starlette, port: int) -> AsyncIterator[None]:
    """The application on this port."""
    taken = bound("127.0.0.1", port)
    taken.listen()
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def browsing(folder: Path, keyring: Keyring) -> AsyncIterator[Browsing]:
    """The pages of the school and a browser."""
    if not CHROMIUM:
        pytest.fail("chromium is not here: apt-get install chromium")
    socket = bound("127.0.0.1", 0)
    port = int(socket.getsockname()[1])
    socket.close()
    async with (
        open_pages(folder, keyring, admins=frozenset({ADMIN}), web_port=port) as pages,
        _served(pages.app, port),
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        found = Browsing(pages, browser, f"http://127.0.0.1:{port}")
        yield found
        await browser.close()
    assert found.elsewhere == []
    assert found.reported == []


async def barriers(page: Page) -> list[str]:
    """What axe finds on the page, and whether it is wider than the window."""
    found = await Axe().run(page)
    said = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    return [*said, *(["wider than the window"] if wide else [])]
