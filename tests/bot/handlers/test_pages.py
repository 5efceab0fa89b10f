"""The ways into the pages that the bot gives, and where one is signed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rollcall.storage import lessons, rights, web_access
from rollcall.storage.people import find_person
from rollcall.storage.tables import Lesson
from rollcall.storage.web_access import find_link, find_screen
from rollcall.storage.web_tables import WebLink, WebScreen, WebSession
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door
from tests.bot.school import MARIA, PAVEL

T = texts_in("ru")


async def test_board_gives_a_link_of_ones_own_and_one_for_the_screen(door: Door, people: dict[int, Person]) -> None:
    (said,) = await door.ask(people[MARIA], "/board")
    mine, screen = (re.search(rf"http://127\.0\.0\.1:8080/{kind}/(\S+)", said) for kind in ("in", "screen"))
    assert mine
    assert screen
    with door.services.database.session() as session:
        link = find_link(session, mine[1], datetime.now(UTC))
        shown = find_screen(session, screen[1])
        assert link
        assert shown
        assert (link.telegram_id, link.leads_to, shown.lesson_id) == (MARIA, "/board/1", 1)


async def test_with_an_address_the_links_are_buttons_and_one_opens_in_telegram(
    door: Door, people: dict[int, Person]
) -> None:
    door.use_setting(web_url="https://rollcall.school.example")
    await people[MARIA].say("/board")
    (call,) = [one for one in await door.handle() if one.method.lower() == "sendmessage"]
    text = str(call.values["reply_markup"])
    assert "https://rollcall.school.example/app?to=/board/1" in text
    assert "web_app" in text
    assert "https://rollcall.school.example/in/" in text
    assert "https://rollcall.school.example/screen/" in text
    assert "/in/" not in str(call.values["text"])


async def test_a_closed_lesson_has_no_board(door: Door, people: dict[int, Person]) -> None:
    with door.services.database.session() as session:
        lessons.close_lesson(session, session.get_one(Lesson, 1), datetime.now(UTC))
    assert await door.press(people[MARIA], "board:1") == [T("close-none")]
    assert await door.ask(people[MARIA], "/board") == [T("pages-board-none")]


async def test_web_lists_ones_devices_and_signs_them_out_and_nobody_elses(
    door: Door, people: dict[int, Person]
) -> None:
    database, now = door.services.database, datetime.now(UTC)
    with database.session() as session:
        for device in ("Firefox, Linux", "Chrome, Android"):
            web_access.sign_in(session, MARIA, device, now, in_telegram=False)
        web_access.sign_in(session, PAVEL, "Safari, Mac", now, in_telegram=False)
        old = web_access.sign_in(session, MARIA, "Edge, Windows", now - timedelta(hours=13), in_telegram=False)
        assert web_access.signed_in(session, old, now) is None
    (said,) = await door.ask(people[MARIA], "/web")
    assert "Firefox, Linux" in said
    assert "Safari" not in said
    assert "Edge" not in said, "its time is up"
    pavels = _devices(door, PAVEL)
    await door.press(people[MARIA], f"web-out:{pavels[0]}")
    assert _devices(door, PAVEL) == pavels
    first, second = _devices(door, MARIA)
    await door.press(people[MARIA], f"web-out:{first}")
    assert _devices(door, MARIA) == [second]
    await door.press(people[MARIA], "web-out:all")
    assert _devices(door, MARIA) == []


@pytest.mark.parametrize("table", [WebLink, WebScreen, WebSession])
async def test_whoever_teaches_no_more_has_no_way_into_the_pages(
    door: Door, people: dict[int, Person], table: type[WebLink]
) -> None:
    with door.services.database.session() as session:
        now = datetime.now(UTC)
        web_access.make_link(session, MARIA, "/", now)
        web_access.make_screen(session, session.get_one(Lesson, 1), MARIA, now)
        web_access.sign_in(session, MARIA, "", now, in_telegram=True)
        maria = find_person(session, MARIA)
        assert maria
        rights.end_teaching(session, maria, None, now)
        assert session.scalars(select(table)).all() == []


def _devices(door: Door, account: int) -> list[int]:
    with door.services.database.session() as session:
        return sorted(one.id for one in web_access.devices_of(session, account, datetime.now(UTC)))
