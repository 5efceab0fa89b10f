"""Debian's Chromium, a microphone for it, and a watch on where it asks for anything."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from tests.conftest import absent
from tests.sandbox.web.microphone import Microphone

# The machine may be busy with other tests.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Microphone:
    return Microphone(tmp_path_factory.mktemp("microphone"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(microphone: Microphone) -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        absent("Chromium is not installed: run scripts/services install")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=microphone.flags)
        yield chromium
        await chromium.close()


class Watched:
    """A page of which every request is looked at, and every complaint."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._asked)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _asked(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in ("data", "blob") and place.hostname != "127.0.0.1":
            self.elsewhere.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        # That nobody listens is told to the visitor, too; a test of that says so.
        if message.type == "error" and "net::ERR_" not in message.text:
            self.complaints.append(message.text)

    def is_well(self) -> None:
        assert self.elsewhere == []
        assert self.complaints == []
