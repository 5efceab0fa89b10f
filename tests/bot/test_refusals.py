"""What Telegram refuses: obeyed where it asks to wait, repeated where that helps, and told truly where it does not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from telegram.error import BadRequest

from bot.pace import pace_of
from rollcall.texts import texts_in
from sandbox.faults import Fault
from sandbox.person import Person
from tests.bot.door import Door, open_door, said

pytestmark = pytest.mark.asyncio(loop_scope="module")

T = texts_in("ru")


@pytest.fixture(autouse=True)
def as_later_versions_tell_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> AsyncIterator[Door]:
    folder: Path = tmp_path_factory.mktemp("refusals")
    async with open_door(folder, f"sqlite+aiosqlite:///{folder}/db.sqlite3", valkey_url, speaker_model="dummy") as door:
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


async def test_a_reaction_that_must_wait_is_not_replaced_by_another_call_at_once(door: Door) -> None:
    anna = Person(door.telegram, "Анна")
    door.telegram.faults.flood("setMessageReaction", 1)
    await anna.voice(b"OggS")
    calls = await door.handle()
    assert said(calls)
    reactions = [one.at for one in calls if one.method.lower() == "setmessagereaction"]
    assert len(reactions) == 2
    assert reactions[1] - reactions[0] >= 1
    assert "sendchataction" not in [one.method.lower() for one in calls]


async def test_a_wait_for_one_kind_of_call_holds_up_no_message(door: Door) -> None:
    anna = Person(door.telegram, "Анна")
    await door.ask(anna, "/help")
    pace = pace_of(door.application.bot)
    for number in range(5):
        pace._close(f"setMessageReaction:{number}", 30, writes=False)
    started = time.monotonic()
    assert await door.ask(anna, "/help")
    assert time.monotonic() - started < 5
