"""What Telegram refuses: obeyed where it asks to wait, repeated where that helps, and told truly where it does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from telegram.error import BadRequest

from bot.services import _DOWNLOADS
from bot.transport.fetching import Withheld, fetch
from bot.transport.pace import Stopping, pace_of
from rollcall.domain.verdict import Reason
from rollcall.texts import texts_in
from sandbox.faults import Fault
from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.conftest import WaitUntil

pytestmark = pytest.mark.asyncio(loop_scope="module")

T = texts_in("ru")


@pytest.fixture(autouse=True)
def as_later_versions_tell_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> AsyncIterator[Door]:
    folder: Path = tmp_path_factory.mktemp("refusals")
    async with open_door(folder, f"sqlite:///{folder}/db.sqlite3", valkey_url, speaker_model="dummy") as door:
        yield door


async def test_one_refusal_of_the_token_among_good_answers_is_shown_again_at_once(door: Door) -> None:
    anna = Person(door.telegram, "Анна")
    door.telegram.faults.add(Fault("sendMessage", code=401, times=2))
    started = time.monotonic()
    assert T("sorry") not in await door.ask(anna, "/help")
    assert len(anna.inbox) == 1
    assert time.monotonic() - started < 5


async def test_where_trying_again_cannot_help_nobody_is_told_to(door: Door) -> None:
    anna = Person(door.telegram, "Анна")
    door.telegram.faults.add(Fault("sendMessage", code=400, detail="something we never heard of"))
    *_, words = await door.ask(anna, "/help")
    assert words == T("sorry")
    for language, again in (("ru", "ещё раз"), ("en", "again")):
        assert again not in texts_in(language)("sorry")


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("getFile", lambda bot, chat: bot.get_file("f")),
        ("setMessageReaction", lambda bot, chat: bot.set_message_reaction(chat, 1, "👀")),
        ("sendChatAction", lambda bot, chat: bot.send_chat_action(chat, "typing")),
        ("deleteMessage", lambda bot, chat: bot.delete_message(chat, 1)),
        ("getMe", lambda bot, chat: bot.get_me()),
    ],
)
async def test_every_call_waits_for_as_long_as_telegram_asks(door: Door, method: str, call: Callable[..., Any]) -> None:
    anna = Person(door.telegram, "Анна")
    await door.ask(anna, "/help")
    door.telegram.faults.flood(method, 1)
    before = len(door.telegram.calls)
    with suppress(BadRequest):  # there is no such file or message
        await call(door.application.bot, anna.id)
    first, second = [one for one in door.telegram.calls[before:] if one.method.lower() == method.lower()]
    assert second.at - first.at >= 1


async def test_a_wait_for_one_kind_of_call_holds_up_no_message(door: Door) -> None:
    anna = Person(door.telegram, "Анна")
    await door.ask(anna, "/help")
    pace = pace_of(door.application.bot)
    for number in range(5):
        await pace._close(f"setMessageReaction:{number}", 30, writes=False)
    started = time.monotonic()
    assert await door.ask(anna, "/help")
    assert time.monotonic() - started < 5


async def fetched(door: Door, *faults: Fault, patience: float = 1.0) -> bytes:
    """A file in trouble, asked for by itself."""
    stored = door.telegram.files.add(b"a recording", folder="voice")
    for fault in faults:
        door.telegram.faults.add(replace(fault, file_id=stored.file_id if fault.method != "getMe" else None))
    try:
        return await fetch(door.application.bot, door.services, stored.file_id, timedelta(seconds=patience))
    finally:
        door.telegram.faults.clear()
        door.telegram.faults.release()


@pytest.mark.parametrize("fault", [Fault("file", "slow"), Fault("file", "hang"), Fault("getFile", "hang")], ids=repr)
async def test_a_file_that_trickles_or_hangs_is_asked_for_again(
    door: Door, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.fetching._LONGEST_TRY", 0.5)
    assert await fetched(door, fault, patience=20) == b"a recording"


async def test_while_nothing_of_telegrams_answers_no_file_is_given_up(door: Door) -> None:
    away = Fault("getFile", code=502, times=2)
    assert await fetched(door, away, Fault("getMe", code=502, times=9), patience=0.1) == b"a recording"
    with pytest.raises(Withheld) as withheld:
        await fetched(door, Fault("getFile", code=502, times=99), patience=0.1)
    assert withheld.value.reason is Reason.FILE_UNAVAILABLE


async def test_what_telegram_asks_to_wait_does_not_count_as_refused(door: Door) -> None:
    assert await fetched(door, Fault("getFile", retry_after=1), patience=0.1) == b"a recording"


async def test_a_file_that_has_to_wait_for_telegram_leaves_its_place_to_others(
    door: Door, wait_until: WaitUntil
) -> None:
    before = len(door.telegram.calls)
    fetching = asyncio.create_task(fetched(door, Fault("getFile", retry_after=2), patience=10))
    await door.telegram.until_called("getFile", after=time.monotonic())
    await wait_until(lambda: door.services.downloads._value == _DOWNLOADS)
    asked = [call for call in door.telegram.calls[before:] if call.method.lower() == "getfile"]
    assert len(asked) == 1, "it waited within its place"
    assert await fetching == b"a recording"


async def test_a_bot_that_stops_lets_go_of_a_file(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.application.bot.rate_limiter, "_stopping", asyncio.Event())
    fetching = asyncio.create_task(fetched(door, Fault("file", "hang", times=9), patience=60))
    await door.telegram.until_called("file", after=time.monotonic())
    pace_of(door.application.bot).stop()
    with pytest.raises(Stopping):
        await asyncio.wait_for(fetching, 5)
