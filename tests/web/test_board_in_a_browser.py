"""The board in a real browser: alive, by keyboard, on a phone and on the wall; and the web may be started anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from rollcall.domain.attendance import Status
from rollcall.sealing.seal import Keyring
from rollcall.storage import lessons, people, web_access
from rollcall.storage.tables import Attendance, Lesson
from tests.bot.school import ANNA, MARIA
from tests.chaos.proxy import free_port
from tests.web.browser import Seen, chromium, faults, violations, watched
from tests.web.live import served
from tests.web.school import Pages, open_pages

Scheme = Literal["light", "dark"]
_LOOKS: tuple[tuple[int, Scheme], ...] = ((320, "light"), (390, "dark"), (1920, "light"))


@dataclass
class Room:
    """A browser at the school's pages."""

    browser: Browser
    pages: Pages
    port: int

    async def enter(
        self, path: str, *, width: int = 1280, scheme: Scheme = "light", language: str = "ru"
    ) -> tuple[Page, Seen]:
        """Maria, by a link of the bot's."""
        with self.pages.database.session() as session:
            people.conversation_with(session, MARIA, datetime.now(UTC)).locale = language
            token = web_access.make_link(session, MARIA, path, datetime.now(UTC))
        page, seen = await self.look(f"/in/{token}", width=width, scheme=scheme, language=language)
        await page.locator("button.main").click()
        await page.wait_for_url(f"**{path}")
        return page, seen

    async def look(
        self, path: str, *, width: int = 1280, scheme: Scheme = "light", language: str = "ru"
    ) -> tuple[Page, Seen]:
        """A window of its own."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            locale=language,
            reduced_motion="reduce",
        )
        seen = await watched(context)
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{self.port}{path}")
        return page, seen


@pytest.fixture(scope="module")
def port() -> int:
    """A free one."""
    return free_port()


@pytest.fixture
async def room(tmp_path: Path, keyring: Keyring, port: int) -> AsyncIterator[Room]:
    async with chromium() as browser, open_pages(tmp_path, keyring, web_port=port) as pages:
        yield Room(browser, pages, port)


async def test_a_mark_appears_by_itself_a_tap_corrects_and_the_web_may_be_started_anew(room: Room) -> None:
    anna = _person(room.pages)
    async with served(room.pages.app, room.port):
        page, seen = await room.enter("/board/1")
        tile = page.locator(f'[data-person="{anna}"]')
        await expect(tile).to_have_class("tile waiting")
        await tile.locator("a").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog")).to_be_visible()
        assert await violations(page) == []
        await page.locator('dialog button[value="present"]').click()
        await expect(tile).to_contain_text("на месте")
        await expect(page.locator("#said")).to_contain_text("Анна Ан: присутствует")
        await expect(page.locator("#tally")).to_have_text("1 из 1")
        await page.locator("#said button").click()
        await expect(tile).to_contain_text("ждёт учителя")
        assert (seen.elsewhere, seen.complaints) == ([], [])
    await expect(page.locator("#lost")).not_to_be_empty()
    with room.pages.database.session() as session:  # nobody looks, and nothing is lost
        lessons.mark(session, session.get_one(Lesson, 1), anna, datetime.now(UTC), 0.97, None)
    async with served(room.pages.app, room.port):
        await expect(tile).to_contain_text("на месте", timeout=15_000)
        await expect(page.locator("#lost")).to_be_empty()


async def test_a_tap_on_a_board_whose_lesson_was_closed_says_so(room: Room) -> None:
    anna = _person(room.pages)
    async with served(room.pages.app, room.port):
        page, _ = await room.enter("/board/1")
        await page.locator(f'[data-person="{anna}"] a').click()
        await expect(page.locator("dialog")).to_be_visible()
        await page.route("**/live", lambda route: route.abort())
        await page.evaluate("board.dataset.closed = 'yes'")  # the page has not heard of it
        with room.pages.database.session() as session:
            lessons.close_lesson(session, session.get_one(Lesson, 1), datetime.now(UTC))
        was = _status(room.pages, anna)
        await page.locator('dialog button[value="present"]').click()
        await expect(page.locator("#said")).to_contain_text("устарела")
        assert _status(room.pages, anna) is was


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_no_page_has_barriers_or_faults_or_asks_for_anything_elsewhere(room: Room, language: str) -> None:
    with room.pages.database.session() as session:
        screen = web_access.make_screen(session, session.get_one(Lesson, 1), MARIA, datetime.now(UTC))
    anna = _person(room.pages)
    async with served(room.pages.app, room.port):
        for width, scheme in _LOOKS:
            page, seen = await room.enter("/", width=width, scheme=scheme, language=language)
            for path in ("/board", "/board/1", f"/board/1?of={anna}", f"/screen/{screen}", "/", "/nowhere", "/in/used"):
                answer = await page.goto(f"http://127.0.0.1:{room.port}{path}")
                assert answer
                html = await answer.text()
                assert faults(html) == [], path
                assert len(html) < 150_000
                assert await violations(page) == [], path
                wide = await page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert wide <= 0, f"{path} is too wide for {width}"
            assert seen.elsewhere == []
            assert [one for one in seen.complaints if "404" not in one] == []
            await page.context.close()


async def test_a_link_that_was_used_lets_nobody_in_and_a_board_ends_for_whoever_is_signed_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live._ASK_EVERY", 0.1)
    async with served(room.pages.app, room.port):
        with room.pages.database.session() as session:
            token = web_access.make_link(session, MARIA, "/board/1", datetime.now(UTC))
        page, seen = await room.look(f"/in/{token}")
        assert await violations(page) == []
        assert faults(await page.content()) == []
        await page.locator("button.main").click()
        await expect(page.locator("#tiles")).to_be_visible()
        thief, _ = await room.look(f"/in/{token}")
        await expect(thief.locator("main")).not_to_contain_text("Мария")
        await expect(thief.locator("main form")).to_have_count(0)
        with room.pages.database.session() as session:
            for device in web_access.devices_of(session, MARIA, datetime.now(UTC)):
                web_access.sign_out(session, device)
        await expect(page.locator("#tiles")).to_have_count(0)
        await expect(page.locator("main")).to_contain_text("/web")
        assert await violations(page) == []
        assert seen.elsewhere == []


def _person(pages: Pages) -> int:
    with pages.database.session() as session:
        anna = people.find_person(session, ANNA)
        assert anna
        return anna.id


def _status(pages: Pages, person_id: int) -> Status:
    with pages.database.session() as session:
        return session.get_one(Attendance, (1, person_id)).status
