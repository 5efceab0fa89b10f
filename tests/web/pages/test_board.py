"""The board: it shows who comes, the teacher's hand changes it, and a stale tap changes nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.storage import classes, lessons, people, web_access
from rollcall.storage.correction_tables import MarkWord
from rollcall.storage.tables import Attendance, Lesson, SchoolClass
from tests.bot.school import ANNA, MARIA, PAVEL
from tests.conftest import WaitUntil
from tests.web.live import Watcher, served
from tests.web.school import Guest, Pages


async def test_a_teachers_board_shows_who_came_and_takes_a_tap(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/board/1")
    page = await guest.page("/board/1")
    assert re.search(r'class="tile waiting" data-person="\d+"', page.text)
    anna = _person(pages, ANNA)
    answer = await guest.submit("/board/1/mark", person=str(anna), status="present", over="no")
    assert "Анна Ан: присутствует" in answer.text
    assert _status(pages, ANNA) is Status.PRESENT
    with pages.database.session() as session:
        assert session.scalars(select(MarkWord)).one().person_id == anna, "the bot tells her"
    correction = re.search(r'name="correction" value="(\d+)"', answer.text)
    assert correction
    await guest.submit("/board/1/undo", person=str(anna), correction=correction[1])
    assert _status(pages, ANNA) is None


async def test_a_student_is_excused_for_a_reason(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/board/1")
    await guest.submit("/board/1/excuse", person=str(_person(pages, ANNA)), reason="illness", over="no")
    with pages.database.session() as session:
        mark = session.get_one(Attendance, (1, _person(pages, ANNA)))
        assert (mark.status, mark.reason) == (Status.EXCUSED, "illness")


async def test_a_stale_tap_on_a_closed_lesson_does_no_harm_and_says_so(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/board/1")
    with pages.database.session() as session:
        lessons.close_lesson(session, session.get_one(Lesson, 1), datetime.now(UTC))
    was = _status(pages, ANNA)
    assert was is not None
    anna = str(_person(pages, ANNA))
    assert "устарела" in (await guest.submit("/board/1/mark", person=anna, status="present", over="no")).text
    for action, fields in (("longer", {"minutes": "90"}), ("close", {"sure": "yes"})):
        assert "ничего не изменилось" in (await guest.submit(f"/board/1/{action}", **fields)).text
    assert _status(pages, ANNA) is was
    await guest.submit("/board/1/mark", person=anna, status="present", over="yes")
    assert _status(pages, ANNA) is Status.PRESENT


async def test_a_lesson_is_opened_made_longer_closed_and_opened_again(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/board/1")
    assert "Закрыть сейчас" in (await guest.submit("/board/1/close")).text, "somebody waits: it is asked first"
    assert _lesson(pages, 1).closed_at is None
    assert "закрыт" in (await guest.submit("/board/1/close", sure="yes")).text
    assert _lesson(pages, 1).closed_at is not None
    assert "снова открыт" in (await guest.submit("/board/1/reopen")).text
    longer = await guest.submit("/board/1/longer", minutes="120")
    assert "можно до" in longer.text
    assert _lesson(pages, 1).closes_at - _lesson(pages, 1).opened_at == timedelta(minutes=120)
    await guest.submit("/board/1/close", sure="yes")
    answer = await guest.submit("/board/open/1")
    assert answer.url.path != "/board/1"
    again = await guest.submit("/board/open/1")
    assert again.url.path == answer.url.path


async def test_nobody_sees_or_moves_anothers_board(pages: Pages) -> None:
    guest = await pages.enter(PAVEL, "/")
    absent = await guest.page("/board/999")
    for path in ("/board/1", "/board/1/live"):
        page = await guest.page(path)
        assert (page.status_code, page.text) == (404, absent.text)
    for path in ("mark", "excuse", "undo", "close", "longer", "reopen", "names", "screen"):
        assert (await guest.submit(f"/board/1/{path}", person="1", status="present", sure="yes")).status_code == 404
    assert (await guest.submit("/board/open/1")).status_code == 404
    assert _lesson(pages, 1).closed_at is None


async def test_the_projector_shows_a_lesson_while_it_is_open_and_nothing_can_be_pressed(pages: Pages) -> None:
    with pages.database.session() as session:
        token = web_access.make_screen(session, session.get_one(Lesson, 1), MARIA, datetime.now(UTC))
    room = Guest(pages.app)
    page = await room.page(f"/screen/{token}")
    assert "Анна Ан" in page.text
    assert "<form" not in page.text
    assert "%" not in re.sub(r'(src|href)="[^"]*"', "", page.text), "no confidence"
    with pages.database.session() as session:
        session.get_one(SchoolClass, 1).screen_names = "initials"  # type: ignore[assignment]
    page = await room.page(f"/screen/{token}")
    assert "А. А." in page.text
    assert "Анна" not in page.text
    with pages.database.session() as session:
        lessons.close_lesson(session, session.get_one(Lesson, 1), datetime.now(UTC))
    for path in (f"/screen/{token}", f"/screen/{token}/live", "/screen/made-up"):
        assert (await room.page(path)).status_code == 404


async def test_a_mark_reaches_every_board_and_the_projector_by_initials(pages: Pages, wait_until: WaitUntil) -> None:
    with pages.database.session() as session:
        school_class = session.get_one(SchoolClass, 1)
        school_class.screen_names = "initials"  # type: ignore[assignment]
        token = web_access.make_screen(session, session.get_one(Lesson, 1), MARIA, datetime.now(UTC))
    guest = await pages.enter(MARIA, "/board/1")
    async with _watching(pages, guest, "/board/1/live", f"/screen/{token}/live") as (teacher, room):
        anna = _person(pages, ANNA)
        await wait_until(lambda: teacher.rows and room.rows)
        assert teacher.rows[anna][:2] == ("Анна Ан", "waiting")
        with pages.database.session() as session:
            session.get_one(Lesson, 1)
            lessons.mark(session, session.get_one(Lesson, 1), anna, datetime.now(UTC), 0.97, None)
        for one in (teacher, room):
            await wait_until(lambda one=one: one.rows[anna][1] == "here")
            assert len(one.said["rows"]) == 1, "only what changed"
        assert "Анна" not in room.text
        with pages.database.session() as session:
            newcomer = people.register_person(session, 77, "Новенький Ной", datetime.now(UTC))
            classes.join_class(session, newcomer, session.get_one(SchoolClass, 1), datetime.now(UTC))
        await wait_until(lambda: newcomer.id in teacher.rows)
        with pages.database.session() as session:
            lessons.close_lesson(session, session.get_one(Lesson, 1), datetime.now(UTC))
        await wait_until(lambda: room.ended)
        await wait_until(lambda: teacher.said["over"])
    await wait_until(lambda: not pages.app.state.site.feeds.watched)


async def test_a_board_ends_for_a_device_that_was_revoked(
    pages: Pages, wait_until: WaitUntil, monkeypatch: Any
) -> None:
    monkeypatch.setattr("web.live._ASK_EVERY", 0.1)
    guest = await pages.enter(MARIA, "/board/1")
    async with _watching(pages, guest, "/board/1/live") as (teacher,):
        await wait_until(lambda: teacher.rows)
        with pages.database.session() as session:
            for device in web_access.devices_of(session, MARIA, datetime.now(UTC)):
                web_access.sign_out(session, device)
        await wait_until(lambda: teacher.ended)
    assert (await guest.page("/board/1")).status_code == 401


@asynccontextmanager
async def _watching(pages: Pages, guest: Guest, *paths: str) -> AsyncIterator[tuple[Watcher, ...]]:
    site = pages.app.state.site
    async with served(pages.app) as port:
        site.__dict__["hosts"] = frozenset({f"127.0.0.1:{port}"})
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies=guest.cookies) as client:
            watchers = tuple(Watcher(client, path) for path in paths)
            tasks = [asyncio.create_task(one.watch()) for one in watchers]
            try:
                yield watchers
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        del site.__dict__["hosts"]


def _person(pages: Pages, account: int) -> int:
    with pages.database.session() as session:
        person = people.find_person(session, account)
        assert person
        return person.id


def _status(pages: Pages, account: int) -> Status | None:
    number = _person(pages, account)
    with pages.database.session() as session:
        mark = session.get(Attendance, (1, number))
        return mark.status if mark is not None else None


def _lesson(pages: Pages, number: int) -> Lesson:
    with pages.database.session() as session:
        return session.get_one(Lesson, number)
