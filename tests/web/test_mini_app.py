"""The Mini App: Telegram's word signs a window in, once, while it is fresh; forged and old ones do not."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from rollcall.sealing.seal import Keyring
from tests.bot.school import MARIA, STRANGER
from tests.web.school import Guest, Pages, open_pages
from web.init_data import opener

TOKEN = "123456:AAF-x7"
SITE = "https://rollcall.school.example"


@pytest.fixture
async def abroad(tmp_path: Path, keyring: Keyring) -> AsyncIterator[Pages]:
    """The pages at an address of their own."""
    async with open_pages(tmp_path, keyring, web_url=SITE, telegram_token=TOKEN) as pages:
        yield pages


def word(account: int, at: datetime | None = None, token: str = TOKEN, **changed: str) -> str:
    """What Telegram would give the app."""
    fields = {
        "auth_date": str(int((at or datetime.now(UTC)).timestamp())),
        "query_id": "AAH",
        "signature": "of another kind",
        "user": json.dumps({"id": account, "first_name": "Мария"}, ensure_ascii=False),
    }
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    signed = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    return urlencode({**fields, "hash": hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest(), **changed})


def test_telegrams_word_says_who_it_is() -> None:
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    found = opener(word(MARIA, at), TOKEN, at + timedelta(minutes=4))
    assert found
    assert found.telegram_id == MARIA


@pytest.mark.parametrize("minutes", [-2, 6, 60 * 24])
def test_an_old_word_or_one_of_the_future_is_refused(minutes: int) -> None:
    now = datetime.now(UTC)
    assert opener(word(MARIA, now - timedelta(minutes=minutes)), TOKEN, now) is None


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "hash=",
        "x" * 9000,
        word(MARIA, token="654321:other"),
        word(MARIA, user=json.dumps({"id": STRANGER})),
        word(MARIA, hash="0" * 64),
        word(MARIA, hash="я" * 64),
        word(MARIA) + "&user=%7B%22id%22%3A1%7D",
        urlencode({**dict(parse_qsl(word(MARIA))), "auth_date": "9" * 30}),
    ],
)
def test_a_forged_word_is_refused(forged: str) -> None:
    assert opener(forged, TOKEN, datetime.now(UTC)) is None


async def test_telegrams_word_opens_the_pages_in_its_window(abroad: Pages) -> None:
    window = _window(abroad)
    door = await window.get("/app?to=/board/1")
    assert door.status_code == 200
    assert "frame-ancestors https://web.telegram.org" in door.headers["content-security-policy"]
    answer = await _show(window, word(MARIA))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-rollcall=")
    for part in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie
    page = await window.page("/board/1")
    assert "Анна Ан" in page.text
    assert "frame-ancestors https://web.telegram.org" in page.headers["content-security-policy"]


async def test_a_word_is_taken_once_and_in_the_same_window_it_may_be_shown_again(abroad: Pages) -> None:
    window, thief, said = _window(abroad), _window(abroad), word(MARIA)
    assert (await _show(window, said)).status_code == 200
    assert (await _show(window, said)).status_code == 200
    assert (await _show(thief, said)).status_code == 403
    assert (await thief.page("/board/1")).status_code == 401


async def test_whoever_is_unknown_is_not_let_in(abroad: Pages) -> None:
    assert (await _show(_window(abroad), word(STRANGER))).status_code == 403


async def test_a_page_of_somebody_elses_cannot_sign_a_window_in(abroad: Pages) -> None:
    window = _window(abroad)
    answer = await window.post("/app", data={"data": word(MARIA)}, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "elsewhere", ["//localhost/x", "https://elsewhere.example", "/board//1", "\\\\host", "javascript:1"]
)
async def test_the_door_leads_to_our_own_pages_alone(abroad: Pages, elsewhere: str) -> None:
    door = await _window(abroad).get("/app", params={"to": elsewhere})
    assert 'data-to="/"' in door.text
    assert 'data-to="/board/1"' in (await _window(abroad).get("/app?to=/board/1")).text


async def test_without_an_address_there_is_no_mini_app(pages: Pages) -> None:
    assert (await Guest(pages.app).page("/app")).status_code == 404


def _window(pages: Pages) -> Guest:
    window = Guest(pages.app)
    window.base_url = httpx.URL(SITE)
    return window


async def _show(window: Guest, said: str) -> httpx.Response:
    return await window.post("/app", data={"data": said}, headers={"origin": SITE})
