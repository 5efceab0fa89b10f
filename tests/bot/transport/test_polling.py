"""Updates that no handler could read are stepped over; the next ones are not held up."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, NetworkError, TelegramError

from bot.transport.deafness import Hearing
from bot.transport.inbox import DurableQueue
from bot.transport.outage import Trouble
from bot.transport.polling import Poller, is_sound
from rollcall.config.settings import Settings
from rollcall.storage.database import Database
from tests.bot.transport.test_inbox import left_over, update
from tests.conftest import WaitUntil

PERSON = {"id": 7, "is_bot": False, "first_name": "Anna"}
MESSAGE = {"message_id": 5, "date": 1772452800, "chat": {"id": 7, "type": "private"}, "from": PERSON, "text": "hello"}


class Telegram(Poller):
    """It answers with whatever it is told."""

    answer: Any = ()

    async def do_api_request(self, *_args: Any, **_: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def poller() -> Telegram:
    return Telegram("1:a")


async def asked(poller: Telegram, answer: object) -> list[int]:
    type(poller).answer = answer
    return [one.update_id for one in await poller.get_updates(offset=1, timeout=0)]


@pytest.mark.parametrize("poison", [{"message": 7}, {"message": {"date": 10**30}}, {"callback_query": {"data": 1}}])
async def test_an_update_that_cannot_be_read_takes_no_other_with_it(
    poller: Telegram, poison: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    before, after = {"update_id": 1, "message": MESSAGE}, {"update_id": 3, "message": MESSAGE}
    assert await asked(poller, [before, {"update_id": 2, **poison}, after]) == [1, 2, 3]


async def test_what_was_in_an_unreadable_update_is_not_logged(
    poller: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await asked(poller, [{"update_id": 2, "message": {**MESSAGE, "date": "soon", "text": "my secret"}}])
    assert "an update cannot be read" in caplog.text
    assert "my secret" not in caplog.text


@pytest.mark.parametrize("rubbish", [[None], [[]], ["x"], [{}], [{"update_id": "1"}], {}, None, True])
async def test_what_is_no_update_at_all_is_stepped_over(poller: Telegram, rubbish: object) -> None:
    assert await asked(poller, rubbish) == []


async def test_a_revoked_token_is_told_from_an_outage(poller: Telegram) -> None:
    with pytest.raises(InvalidToken):
        await asked(poller, EndPointNotFound("getUpdates"))


@pytest.mark.parametrize(
    "bent",
    [
        {"date": None},
        {"chat": None},
        {"message_id": None},
        {"message_id": 2**63},
        {"from": {**PERSON, "id": None}},
        {"voice": {"file_id": "a\0", "file_unique_id": "b", "duration": 1}},
        {"voice": {"file_id": "a" * 256, "file_unique_id": "b", "duration": 1}},
        {"document": {"file_id": "a", "file_unique_id": "b" * 65}},
    ],
    ids=repr,
)
async def test_an_update_without_what_handlers_rely_on_is_not_taken(bent: dict[str, Any]) -> None:
    read = Update.de_json({"update_id": 1, "message": {**MESSAGE, **bent}}, None)
    assert not is_sound(read)


async def test_an_unsound_update_is_neither_kept_nor_queued(database: Database) -> None:
    queue = DurableQueue(database)
    sound, unsound = update(1), Update(2**70)
    await queue.put(unsound)
    await queue.put(sound)
    assert queue.get_nowait() is sound
    assert queue.empty()
    assert await left_over(database) == 1


def test_ordinary_updates_are_sound() -> None:
    assert is_sound(update(1))
    assert is_sound(Update(1))


class Crowded(Poller):
    """It refuses, in turn, what it is told to; then it answers."""

    def __init__(self, refusals: list[TelegramError], trouble: Trouble) -> None:
        super().__init__("1:a", trouble=trouble)
        self._refusals = refusals

    async def do_api_request(self, *_args: Any, **_: Any) -> Any:
        if self._refusals:
            raise self._refusals.pop(0)
        return [{"update_id": 1, "message": MESSAGE}]


COPIES = Conflict("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.transport.polling._FIRST", 0.001)
    monkeypatch.setattr("bot.transport.polling._MOST", 0.001)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (COPIES, "another copy of the bot polls Telegram with this token: stop it"),
        (EndPointNotFound("getUpdates"), "copy it from @BotFather"),
        (Conflict("can't use getUpdates method while webhook is active"), "a webhook is set"),
        (NetworkError("no route"), "Telegram is out of reach"),
    ],
)
async def test_a_refusal_that_lasts_is_one_plain_line_and_ends_by_itself(
    refusal: TelegramError, words: str, caplog: pytest.LogCaptureFixture, wait_until: WaitUntil
) -> None:
    hearing = Hearing(Settings(telegram_token=SecretStr("1:x"), _env_file=None))
    hearing.heard.beat()
    poller = Crowded([refusal] * 1000, hearing.trouble)
    asking = asyncio.create_task(poller.get_updates(timeout=10))
    await wait_until(hearing.silent)
    assert words in str(hearing.silent())  # what /ready says
    assert hearing.deaf() is None  # no restart would help
    assert [one.update_id for one in await asking] == [1]
    assert len(caplog.records) == 1
    assert words in caplog.text


@pytest.mark.usefixtures("hurried")
async def test_one_refusal_among_good_answers_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()
    for _ in range(3):
        assert await Crowded([EndPointNotFound("getUpdates")], trouble).get_updates(timeout=10)
    assert trouble.words is None
    assert not caplog.records


async def test_a_copy_that_polls_by_turns_is_told_once(hurried: None, caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()
    for _ in range(10):
        assert await Crowded([COPIES], trouble).get_updates(timeout=10)
    assert trouble.words is not None
    assert len(caplog.records) == 1


async def test_a_bot_that_takes_its_leave_asks_once(hurried: None) -> None:
    with pytest.raises(Conflict):
        await Crowded([COPIES], Trouble()).get_updates(timeout=0)
