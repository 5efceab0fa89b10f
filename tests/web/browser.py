"""Debian's chromium, driven by Playwright: whatever it asks for elsewhere, complains of or finds forbidden is kept."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
_NEAR = ("127.0.0.1", "")
_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' | ')))"  # noqa: E501


@dataclass
class Seen:
    """What a browser must not do, as it did it."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser; left out, loudly, where there is none, and a failure in CI."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"there is no {CHROMIUM}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def watched(context: BrowserContext) -> Seen:
    """Keep an eye on all pages of a context."""
    seen = Seen()
    context.on("request", lambda one: _asked(seen, one.url))
    context.on("console", lambda one: seen.complaints.append(one.text) if one.type in ("error", "warning") else None)
    context.on("weberror", lambda one: seen.complaints.append(str(one.error)))
    return seen


def _asked(seen: Seen, url: str) -> None:
    if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname not in _NEAR:
        seen.elsewhere.append(url)


async def violations(page: Page) -> Sequence[str]:
    """What axe finds."""
    # By the browser's own protocol: the page's policy lets no other script in.
    await page.evaluate(Path(AXE_FILE_PATH).read_text())
    found: Sequence[str] = await page.evaluate(_RUN)
    return found


def faults(html: str) -> Sequence[str]:
    """What the parser of the standard has to say."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    return [f"{position}: {code} {values}" for position, code, values in parser.errors]
