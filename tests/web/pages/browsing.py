"""A real browser before the pages, on a port of this machine: what it asks elsewhere and what it reports is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from rollcall.sealing.seal import Keyring
from rollcall.storage import web_access
from tests.bot.school import ADMIN
from tests.chaos.proxy import free_port
from tests.web.browser import Seen, chromium, violations, watched
from tests.web.live import served
from tests.web.school import Pages, open_pages

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@dataclass
class Browsing:
    """The pages, and a browser that looks at them."""

    pages: Pages
    browser: Browser
    origin: str
    seen: list[Seen] = field(default_factory=list)

    async def enter(self, account: int, path: str = "/", **context: Any) -> Page:
        """A window in which the account has opened a link of the bot's."""
        with self.pages.database.session() as session:
            token = web_access.make_link(session, account, path, datetime.now(UTC))
        window: BrowserContext = await self.browser.new_context(**{"viewport": DESKTOP, "locale": "ru-RU", **context})
        self.seen.append(await watched(window))
        page = await window.new_page()
        await page.goto(f"{self.origin}/in/{token}")
        await page.click("main form button")
        return page


@asynccontextmanager
async def browsing(folder: Path, keyring: Keyring, expected: str = r"(?!)") -> AsyncIterator[Browsing]:
    """The pages of the school and a browser.

    Args:
        expected: a pattern of what the browser may complain of; by default of nothing.
    """
    port = free_port()
    async with (
        open_pages(folder, keyring, admins=frozenset({ADMIN}), web_port=port) as pages,
        served(pages.app, port),
        chromium() as browser,
    ):
        found = Browsing(pages, browser, f"http://127.0.0.1:{port}")
        yield found
    assert [url for one in found.seen for url in one.elsewhere] == []
    assert [said for one in found.seen for said in one.complaints if not re.search(expected, said)] == []


async def barriers(page: Page) -> list[str]:
    """What axe finds on the page, and whether it is wider than the window."""
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    return [*await violations(page), *(["wider than the window"] if wide else [])]
