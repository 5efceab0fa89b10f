"""Ways through the register in a real browser, on a phone and on a desk; no page keeps anybody out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.domain.permissions import ADMINS, PERMISSIONS
from rollcall.sealing.seal import Keyring
from rollcall.storage import lessons, people, web_access
from rollcall.storage.classes import members_of
from rollcall.storage.tables import Attendance, Lesson, Membership
from rollcall.storage.teaching import teaches
from tests.bot.school import ADMIN, MARIA
from tests.web.pages.browsing import PHONE, barriers, browsing
from tests.web.pages.test_matrix import (
    CASES,
    NEXT_ID,
    NO_PAGE,
    PAVEL_ID,
    _another_class,
    _colleague,
    _line,
    _now,
    _plan,
    content,
    path_of,
)
from web.routes import PAGES

_LIST = "Белова Анна\nГромов Борис\nДымова Вера"


async def test_a_teacher_imports_a_list_corrects_a_mark_and_takes_it_back(tmp_path: Path, keyring: Keyring) -> None:
    async with browsing(tmp_path, keyring) as here:
        page = await here.enter(MARIA, viewport=PHONE)
        await page.click("text=Физика")
        await page.click("text=Загрузить список")
        await page.fill("textarea", _LIST)
        await page.click("text=Показать, что получится")
        assert await page.locator(".pill", has_text="добавится").count() == 3
        assert await barriers(page) == []
        await page.click("text=Взять список в этот класс")
        await page.click("text=Оставить всех")
        with here.pages.database.session() as session:
            names = {one.name for one in members_of(session, 1)}
        assert set(_LIST.split("\n")) < names

        await page.click("nav.tabs >> text=Журнал")
        await page.click("tr:has-text('Белова Анна') td a.m")
        await page.wait_for_selector("dialog[open]")
        assert await barriers(page) == []
        await page.click("dialog button:has-text('С опозданием')")
        await page.wait_for_selector(".flash")
        assert "Белова Анна: С опозданием" in await page.inner_text(".flash")
        assert await page.locator("tr:has-text('Белова Анна') a.m.late.by-hand").count() == 1
        assert await barriers(page) == []
        with here.pages.database.session() as session:
            anna = next(one.person.id for one in members_of(session, 1) if one.name == "Белова Анна")
            assert session.get_one(Attendance, (1, anna)).status is Status.LATE
        await page.click(".flash button")
        await page.wait_for_selector(".flash >> text=отменено")
        with here.pages.database.session() as session:
            assert session.get(Attendance, (1, anna)) is None


async def test_without_script_a_mark_has_a_page_of_its_own(tmp_path: Path, keyring: Keyring) -> None:
    async with browsing(tmp_path, keyring) as here:
        page = await here.enter(MARIA, "/classes/1/register", java_script_enabled=False)
        await page.click("tr:has-text('Анна Ан') td a.m")
        assert page.url == f"{here.origin}/lessons/1/marks/5"
        await page.click("button:has-text('Присутствует')")
        assert page.url == f"{here.origin}/classes/1/register#s5"
        assert "Анна Ан: Присутствует" in await page.inner_text(".flash")


async def test_escape_leaves_a_mark_as_it_is_and_the_focus_where_it_was(tmp_path: Path, keyring: Keyring) -> None:
    async with browsing(tmp_path, keyring) as here:
        page = await here.enter(MARIA, "/classes/1/register")
        await page.focus("tr:has-text('Анна Ан') td a.m")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("dialog[open]")
        await page.keyboard.press("Escape")
        await page.wait_for_selector("dialog[open]", state="detached")
        assert await page.evaluate("document.activeElement.getAttribute('href')") == "/lessons/1/marks/5"


async def test_several_are_marked_at_once_and_the_lesson_is_closed_and_opened_again(
    tmp_path: Path, keyring: Keyring
) -> None:
    async with browsing(tmp_path, keyring) as here:
        with here.pages.database.session() as session:
            _line(session)
        page = await here.enter(MARIA, "/lessons/1")
        await page.check("[aria-label='Новиков Ян']")
        await page.check("[aria-label='Анна Ан']")
        await page.click(".several button:has-text('Присутствует')")
        with here.pages.database.session() as session:
            marks = session.scalars(select(Attendance.status).where(Attendance.lesson_id == 1)).all()
        assert marks.count(Status.PRESENT) >= 2
        await page.click(".flash button")
        assert "отменено" in await page.inner_text(".flash")
        await page.click("text=Закрыть урок")
        assert "закрыт" in await page.inner_text(".flash")
        await page.click("text=Открыть снова")
        assert "снова открыт" in await page.inner_text(".flash")


async def test_an_admin_appoints_a_teacher_by_keyboard(tmp_path: Path, keyring: Keyring) -> None:
    async with browsing(tmp_path, keyring) as here:
        page = await here.enter(ADMIN)
        await page.click("text=Управление")
        await page.click("th >> text=Физика")
        await page.focus("#person")
        await page.keyboard.press("End")
        await page.select_option("#person", str(PAVEL_ID))
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".flash")
        assert "Павел Па" in await page.inner_text(".flash")
        with here.pages.database.session() as session:
            assert teaches(session, PAVEL_ID, 1, _now())
            assert session.get_one(Membership, (1, PAVEL_ID)).until is None


async def test_a_tap_on_a_page_of_a_lesson_that_was_closed_meanwhile_does_no_harm_and_says_so(
    tmp_path: Path, keyring: Keyring
) -> None:
    async with browsing(tmp_path, keyring) as here:
        page = await here.enter(MARIA, "/lessons/1")
        with here.pages.database.session() as session:
            lessons.close_lesson(session, session.get_one(Lesson, 1), _now())
        before = content(tmp_path / "school.sqlite3")
        await page.click("form[action='/lessons/1/longer'] button")
        assert "закрыт" in await page.inner_text(".flash")
        assert await page.locator("form[action='/lessons/1/longer']").count() == 0
        assert content(tmp_path / "school.sqlite3") == before


async def test_whoever_is_signed_out_by_the_bot_is_led_to_the_way_in(tmp_path: Path, keyring: Keyring) -> None:
    async with browsing(tmp_path, keyring, expected=r"\b401\b") as here:
        page = await here.enter(MARIA, "/lessons/1")
        with here.pages.database.session() as session:
            for device in web_access.devices_of(session, MARIA, _now()):
                web_access.sign_out(session, device)
        before = content(tmp_path / "school.sqlite3")
        await page.check("[aria-label='Анна Ан']")
        await page.click(".several button:has-text('Присутствует')")
        assert "/web" in await page.inner_text("main")
        assert await barriers(page) == []
        assert content(tmp_path / "school.sqlite3") == before


@pytest.mark.parametrize(("language", "scheme", "width"), [("ru", "light", 390), ("en", "dark", 1280)])
async def test_no_page_keeps_anybody_out(
    tmp_path: Path, keyring: Keyring, language: str, scheme: str, width: int
) -> None:
    async with browsing(tmp_path, keyring) as here:
        with here.pages.database.session() as session:
            for account in (MARIA, ADMIN):
                people.conversation_with(session, account, _now()).locale = language
            for prepare in (_line, _plan, _another_class, _colleague):
                prepare(session)
        window: dict[str, Any] = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
        seen = {who: await here.enter(who, **window) for who in (MARIA, ADMIN)}
        wrong = {}
        for method, path, _, action in PAGES:
            if method != "GET" or path.endswith(NO_PAGE):
                continue
            fields, _, numbers = CASES.get(f"GET {path}", ({}, None, {}))
            fields = {"other": str(NEXT_ID)} if "other" in fields else fields
            page = seen[ADMIN if PERMISSIONS[action].roles == ADMINS else MARIA]
            query = "&".join(f"{name}={value}" for name, value in fields.items())
            for view in ("view=month", "view=term") if path.endswith("/register") else (query,):
                await page.goto(f"{here.origin}{path_of(path, **numbers)}?{view}")
                if found := await barriers(page):
                    wrong[f"{path}?{view}"] = found
        assert wrong == {}
