"""Who gets in: by a link of the bot's, once, and for as long as nobody ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rollcall.storage import web_access
from tests.bot.school import ANNA, MARIA
from tests.web.school import Guest, Pages


async def test_a_link_of_the_bots_leads_a_teacher_to_her_classes(pages: Pages) -> None:
    guest = await pages.enter(MARIA)
    page = await guest.page("/")
    assert page.status_code == 200
    assert "Физика" in page.text
    assert "Химия" not in page.text
    assert "Мария" not in (await Guest(pages.app).page("/")).text


async def test_a_link_works_once_and_for_five_minutes(pages: Pages) -> None:
    now = datetime.now(UTC)
    with pages.database.session() as session:
        good = web_access.make_link(session, MARIA, "/", now)
        old = web_access.make_link(session, MARIA, "/", now - timedelta(minutes=6))
    first, second = Guest(pages.app), Guest(pages.app)
    assert "Мария Ма" in (await first.page(f"/in/{good}")).text
    assert (await first.submit(f"/in/{good}")).status_code == 200
    for late in (good, old, "made-up"):
        assert (await second.page(f"/in/{late}")).status_code == 404
        assert (await second.submit(f"/in/{late}")).status_code == 404
    assert (await second.page("/")).status_code == 401


async def test_looking_at_a_link_does_not_use_it_up(pages: Pages) -> None:
    with pages.database.session() as session:
        token = web_access.make_link(session, MARIA, "/", datetime.now(UTC))
    for _ in range(3):
        assert (await Guest(pages.app).page(f"/in/{token}")).status_code == 200
    assert (await Guest(pages.app).submit(f"/in/{token}")).url.path == "/"


async def test_a_student_with_a_device_sees_no_page(pages: Pages) -> None:
    guest = await pages.enter(ANNA)
    assert (await guest.page("/")).status_code == 403


async def test_whoever_leaves_is_out(pages: Pages) -> None:
    guest = await pages.enter(MARIA)
    stolen = dict(guest.cookies)
    assert (await guest.submit("/leave")).status_code == 200
    thief = Guest(pages.app)
    thief.cookies.update(stolen)
    assert (await thief.page("/")).status_code == 401


async def test_a_form_from_elsewhere_does_nothing(pages: Pages) -> None:
    guest = await pages.enter(MARIA)
    assert (
        await guest.post("/leave", data={"csrf": guest.csrf}, headers={"origin": "https://evil.example"})
    ).status_code == 403
    assert (await guest.post("/leave", data={"csrf": "0" * 64})).status_code == 403
    assert (await guest.page("/")).status_code == 200
