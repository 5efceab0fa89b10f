"""What every answer carries, and what no request gets past."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rollcall.sealing.seal import Keyring
from rollcall.storage import web_access
from tests.bot.school import MARIA
from tests.web.school import Guest, Pages, open_pages
from web.security import LARGEST_BODY


@pytest.mark.parametrize(
    "path", ["/", "/board/1", "/nowhere", "/in/made-up", "/screen/made-up", "/static/app.css", "/app"]
)
async def test_every_answer_forbids_what_pages_need_not(pages: Pages, path: str) -> None:
    guest = await pages.enter(MARIA)
    headers = (await guest.page(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert ("immutable" if path.startswith("/static") else "no-store") in headers["cache-control"]


async def test_a_foreign_name_that_leads_here_gets_nothing(pages: Pages) -> None:
    guest = await pages.enter(MARIA)
    answer = await guest.get("/", headers={"host": "evil.example:8080"})
    assert (answer.status_code, answer.text) == (421, "no such host\n")


async def test_what_is_too_large_is_refused_whether_it_says_so_or_not(pages: Pages) -> None:
    guest = await pages.enter(MARIA)
    assert (await guest.post("/leave", content=b"x" * (LARGEST_BODY + 1))).status_code == 413
    assert (await guest.post("/leave", headers={"content-length": "many"})).status_code == 413


async def test_guessing_links_is_slowed_down_and_a_right_one_still_works(pages: Pages) -> None:
    guest = Guest(pages.app)
    answers = [(await guest.page(f"/in/guess-{number}")).status_code for number in range(12)]
    assert answers[:10] == [404] * 10
    assert answers[-1] == 429
    with pages.database.session() as session:
        token = web_access.make_link(session, MARIA, "/", datetime.now(UTC))
    assert (await guest.page(f"/in/{token}")).status_code == 200


async def test_one_account_cannot_flood_the_pages(pages: Pages) -> None:
    guest, at = await pages.enter(MARIA), datetime.now(UTC)
    # The clock stands still: on a slow machine the allowance would grow meanwhile.
    pages.app.state.site.rates._now = lambda: at
    answers = [(await guest.get("/board/1")).status_code for _ in range(310)]
    assert answers[0] == 200
    assert answers[-1] == 429


async def test_with_an_address_cookies_are_for_https_and_this_host_alone(tmp_path: Path, keyring: Keyring) -> None:
    async with open_pages(tmp_path, keyring, web_url="https://rollcall.school.example") as pages:
        with pages.database.session() as session:
            token = web_access.make_link(session, MARIA, "/", datetime.now(UTC))
        guest = Guest(pages.app)
        guest.base_url = "https://rollcall.school.example"
        answer = await guest.post(f"/in/{token}", follow_redirects=False)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-rollcall=")
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "strict-transport-security" in answer.headers


async def test_a_cookie_of_another_makes_no_words_on_the_page(pages: Pages) -> None:
    guest = await pages.enter(MARIA)
    guest.cookies.set("rollcall-said", "eyJzYWlkIjoiYm9vIn0=.0000")
    page = await guest.page("/")
    assert page.status_code == 200
    assert "boo" not in page.text
