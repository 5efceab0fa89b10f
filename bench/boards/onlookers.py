"""Who looks at a board: windows of a real browser, and programs that hear the same stream and draw nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

import httpx
from playwright.async_api import Browser, Page

from tests.web.browser import chromium
from tests.web.live import Watcher

_HERE = "here"
_TELLS = """{
const told = new Map();
const look = (tile) => {
  const seen = tile.classList[1];
  if (told.get(tile.dataset.person) === seen) return;
  told.set(tile.dataset.person, seen);
  window.tileShown(Number(tile.dataset.person), seen, Date.now() / 1000);
};
addEventListener("DOMContentLoaded", () => {
  const tiles = document.getElementById("tiles");
  const lookAtAll = () => tiles.querySelectorAll(".tile").forEach(look);
  lookAtAll();
  // Once it is to be painted: what a script has put into place nobody has seen yet.
  new MutationObserver(() => requestAnimationFrame(lookAtAll)).observe(
    tiles, { subtree: true, attributes: true, attributeFilter: ["class"], childList: true });
});
}"""
"""What a window is given beside its page: it tells us of each tile that looks otherwise than before."""


class Onlooker(Protocol):
    """Somebody before a board."""

    async def connected(self) -> bool:
        """Whether the line to the pages is there."""

    def shown(self) -> dict[int, float]:
        """Who is shown as there, with the Unix time since when."""


class Listener:
    """The stream alone."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    async def connected(self) -> bool:
        """See `Onlooker`."""
        return self._watcher.connected

    def shown(self) -> dict[int, float]:
        """See `Onlooker`."""
        watcher = self._watcher
        return {
            number: watcher.times[number, _HERE] for number, (_, seen, _time) in watcher.rows.items() if seen == _HERE
        }


class Window:
    """A page of chromium's, in a profile of its own."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._seen: dict[int, tuple[str, float]] = {}

    async def open(self, url: str) -> None:
        """Look at the board there."""
        await self._page.expose_function("tileShown", self._told)
        await self._page.add_init_script(_TELLS)
        await self._page.goto(url)

    async def connected(self) -> bool:
        """See `Onlooker`: the page says so itself where it is not."""
        live: bool = await self._page.evaluate(
            "document.getElementById('lost').textContent === '' && document.getElementById('board').dataset.version > 0"
        )
        return live

    def shown(self) -> dict[int, float]:
        """See `Onlooker`."""
        return {number: at for number, (seen, at) in self._seen.items() if seen == _HERE}

    def _told(self, person_id: int, seen: str, at: float) -> None:
        before = self._seen.get(person_id)
        if before is None or before[0] != seen:
            self._seen[person_id] = (seen, at)


@asynccontextmanager
async def looking_on(origin: str, paths: Sequence[str], windows: int) -> AsyncIterator[list[Onlooker]]:
    """So many of the boards in a real browser's windows, the others heard by programs.

    Each window has a profile of its own: one profile has six lines to a host that speaks HTTP/1.1, and a board holds
    one for as long as it is open.
    """
    async with AsyncExitStack() as stack:
        found: list[Onlooker] = []
        if windows:
            browser = await stack.enter_async_context(chromium())
            found += await _opened(browser, [origin + path for path in paths[:windows]])
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=origin, limits=httpx.Limits(max_connections=None))
        )
        watchers = [Watcher(client, f"{path}/live") for path in paths[windows:]]
        tasks = [asyncio.create_task(one.watch()) for one in watchers]
        try:
            yield [*found, *map(Listener, watchers)]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _opened(browser: Browser, urls: Sequence[str]) -> list[Onlooker]:
    found: list[Onlooker] = []
    for url in urls:
        context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        window = Window(await context.new_page())
        await window.open(url)
        found.append(window)
    return found


async def all_connected(onlookers: Sequence[Onlooker], *, wanted: bool, patience: float) -> float:
    """Wait until every one of them is connected, or is not; the Unix time.

    Raises:
        TimeoutError: not in so many seconds.
    """
    async with asyncio.timeout(patience):
        for one in onlookers:
            while await one.connected() is not wanted:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
    return time.time()
