"""The Mini App in a real browser, over https: Telegram's word stands after the # of the address."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import BrowserContext, expect

from rollcall.sealing.seal import Keyring
from tests.bot.school import MARIA, STRANGER
from tests.certificates import certificate_pem, issue, key_pem
from tests.chaos.proxy import free_port
from tests.web.browser import chromium, faults, violations, watched
from tests.web.live import served
from tests.web.school import open_pages
from tests.web.test_mini_app import TOKEN, word


@asynccontextmanager
async def _window(folder: Path, keyring: Keyring) -> AsyncIterator[tuple[BrowserContext, str]]:
    """A browser's, and where the pages are."""
    key, certificate = issue("localhost", None, None, authority=False)
    (folder / "server.key").write_bytes(key_pem(key))
    (folder / "server.pem").write_bytes(certificate_pem(certificate))
    port = free_port()
    site = f"https://127.0.0.1:{port}"
    files = {"ssl_keyfile": folder / "server.key", "ssl_certfile": folder / "server.pem"}
    async with (
        open_pages(folder, keyring, web_url=site, web_port=port, telegram_token=TOKEN) as pages,
        served(pages.app, port, **files),
        chromium() as browser,
    ):
        yield await browser.new_context(locale="ru-RU", ignore_https_errors=True), site


def _address(site: str, said: str) -> str:
    return f"{site}/app?to=/board/1#tgWebAppData={quote(said)}&tgWebAppVersion=9.1&tgWebAppPlatform=android"


async def test_telegrams_word_leads_to_the_board_and_nothing_is_asked_elsewhere(
    tmp_path: Path, keyring: Keyring
) -> None:
    async with _window(tmp_path, keyring) as (context, site):
        seen, page = await watched(context), await context.new_page()
        await page.goto(_address(site, word(MARIA)))
        await page.wait_for_url("**/board/1")
        await expect(page.locator("#tiles")).to_contain_text("Анна Ан")
        await expect(page.locator("#lost")).to_be_empty()
        (cookie,) = await context.cookies()
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "None")
        assert (seen.elsewhere, seen.complaints) == ([], [])


@pytest.mark.parametrize(
    "said",
    [
        "",
        word(MARIA, token="654321:other"),
        word(MARIA, user=json.dumps({"id": STRANGER})),
        word(MARIA, datetime.now(UTC) - timedelta(hours=1)),
        word(MARIA, datetime.now(UTC) + timedelta(hours=1)),
        word(STRANGER),
    ],
    ids=["none", "another bot's", "another account's", "old", "of the future", "of somebody unknown"],
)
async def test_a_word_that_is_forged_or_old_is_told_so_and_opens_nothing(
    tmp_path: Path, keyring: Keyring, said: str
) -> None:
    async with _window(tmp_path, keyring) as (context, site):
        seen, page = await watched(context), await context.new_page()
        await page.goto(_address(site, said))
        await expect(page.locator("#said")).not_to_contain_text("…")
        assert page.url.startswith(f"{site}/app")
        assert await violations(page) == []
        assert faults(await page.content()) == []
        assert await context.cookies() == []
        answer = await page.goto(f"{site}/board/1")
        assert answer
        assert answer.status == 401
        assert seen.elsewhere == []
        assert [one for one in seen.complaints if not ("403" in one or "401" in one)] == []
