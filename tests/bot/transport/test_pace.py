"""Telegram's limits, and what is done about its refusals."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.transport.line import A_SECOND, ALL_BOTS, Evenly
from bot.transport.pace import Answering, Apart, Pace, Stopping, Unless
from rollcall.queue import bot_end
from rollcall.queue.line import Line

PRIVATE, OTHER, GROUP = 7, 8, -100_7


class Telegram:
    """Takes messages, or raises what it was told to, in turn."""

    def __init__(self, *errors: TelegramError) -> None:
        self.errors = list(errors)
        self.taken: list[int] = []

    async def send(self, chat_id: int) -> int:
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(chat_id)
        return chat_id


async def send(pace: Pace, telegram: Telegram, chat_id: int, patience: float | None = None) -> Any:
    return await pace.process_request(telegram.send, [chat_id], {}, "sendMessage", {"chat_id": chat_id}, patience)


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Pace:
    monkeypatch.setattr("bot.transport.pace._FIRST", 0.01)
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how later versions of the library tell times
    return Pace()


async def test_a_conversation_is_not_held_up_and_a_flood_in_one_chat_is(pace: Pace) -> None:
    telegram = Telegram()
    started = time.monotonic()
    for _ in range(10):
        await send(pace, telegram, PRIVATE)
    conversation = time.monotonic() - started
    await send(pace, telegram, PRIVATE)
    assert time.monotonic() - started - conversation > 0.3  # refilled at one a second
    assert conversation < 3


async def test_many_chats_together_keep_to_thirty_a_second(pace: Pace) -> None:
    telegram = Telegram()
    started = time.monotonic()
    await asyncio.gather(*(send(pace, telegram, chat) for chat in range(1, 61)))
    assert time.monotonic() - started > 59 / 30
    assert sorted(telegram.taken) == list(range(1, 61))


async def test_a_group_gets_a_few_at_once_and_then_waits(pace: Pace) -> None:
    telegram = Telegram()

    async def flood() -> None:
        for _ in range(20):
            await send(pace, telegram, GROUP)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(flood(), 1.5)
    assert 5 <= len(telegram.taken) <= 9


async def test_a_chat_that_telegram_holds_up_does_not_hold_up_others(pace: Pace) -> None:
    telegram = Telegram(RetryAfter(timedelta(seconds=1)))
    started = time.monotonic()
    held = asyncio.create_task(send(pace, telegram, PRIVATE))
    await asyncio.sleep(0)
    await send(pace, telegram, OTHER)
    assert telegram.taken == [OTHER]
    await held
    assert telegram.taken == [OTHER, PRIVATE]
    assert time.monotonic() - started >= 1


async def test_refusals_in_several_chats_at_once_hold_up_all_of_them(pace: Pace) -> None:
    telegram = Telegram(*(RetryAfter(timedelta(seconds=1)) for _ in range(3)))
    started = time.monotonic()
    held = [asyncio.create_task(send(pace, telegram, chat)) for chat in (1, 2, 3)]
    await asyncio.sleep(0.2)
    assert not telegram.errors
    await send(pace, telegram, OTHER)
    assert time.monotonic() - started >= 1
    await asyncio.gather(*held)


@pytest.mark.parametrize("error", [NetworkError("no route"), TelegramError("unreadable answer")])
async def test_what_fails_for_a_passing_reason_is_sent_again(pace: Pace, error: TelegramError) -> None:
    telegram = Telegram(error, error)
    assert await send(pace, telegram, PRIVATE) == PRIVATE


@pytest.mark.parametrize(
    ("error", "patience"),
    [
        (lambda: BadRequest("chat not found"), None),
        (lambda: RetryAfter(timedelta(seconds=60)), 1.0),
        (lambda: NetworkError("away"), 0.0),
    ],
)
async def test_what_cannot_succeed_in_time_is_given_back(
    pace: Pace, error: Callable[[], TelegramError], patience: float | None
) -> None:
    telegram = Telegram(error())
    with pytest.raises((BadRequest, RetryAfter, NetworkError)):
        await send(pace, telegram, PRIVATE, patience)
    assert not telegram.taken


async def test_a_bot_that_stops_gives_up_what_it_waits_for(pace: Pace) -> None:
    held = asyncio.create_task(send(pace, Telegram(RetryAfter(timedelta(seconds=60))), PRIVATE))
    await asyncio.sleep(0.05)
    pace.stop()
    with pytest.raises(Stopping):
        await asyncio.wait_for(held, 5)


async def test_what_writes_into_no_chat_is_not_paced(pace: Pace) -> None:
    telegram = Telegram()
    call: Callable[..., Any] = telegram.send
    started = time.monotonic()
    for _ in range(100):
        await pace.process_request(call, [PRIVATE], {}, "getFile", {}, None)
    assert time.monotonic() - started < 2


async def test_a_wait_that_telegram_asks_for_holds_up_every_download_and_every_sign_but_no_message(pace: Pace) -> None:
    asked: list[str] = []

    class OneFile:
        async def download_as_bytearray(self) -> bytearray:
            asked.append("file")
            if len(asked) == 1:
                raise RetryAfter(timedelta(seconds=1))
            return bytearray(b"OggS")

    started = time.monotonic()
    held = asyncio.create_task(pace.download(OneFile(), 10))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    with pytest.raises(RetryAfter):  # another one, which can do something else meanwhile
        await pace.download(OneFile(), 0)  # type: ignore[arg-type]
    assert asked == ["file"]

    telegram = Telegram(RetryAfter(timedelta(seconds=30)))
    for chat in (PRIVATE, OTHER):
        with pytest.raises(RetryAfter):
            await pace.process_request(telegram.send, [chat], {}, "setMessageReaction", {"chat_id": chat}, None)
    assert (telegram.errors, telegram.taken) == ([], []), "asked once"
    await send(pace, telegram, PRIVATE)
    assert await held == b"OggS"
    assert time.monotonic() - started >= 1


async def test_what_may_come_last_waits_until_nobody_is_in_line(pace: Pace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 200)
    pace, telegram = Pace(), Telegram()
    await asyncio.wait_for(pace.idle(), 1)
    first = [asyncio.create_task(send(pace, telegram, chat)) for chat in range(1, 21)]
    await asyncio.sleep(0)

    async def last() -> None:
        await pace.idle()
        await send(pace, telegram, 99)

    waiting = asyncio.create_task(last())
    await asyncio.sleep(0.02)
    later = [asyncio.create_task(send(pace, telegram, chat)) for chat in range(21, 31)]
    await asyncio.gather(*first, *later, waiting)
    assert telegram.taken[-1] == 99


async def test_nothing_may_come_last_while_telegram_refuses_everybody(pace: Pace) -> None:
    telegram = Telegram(*(RetryAfter(timedelta(seconds=1)) for _ in range(3)))
    for chat in (1, 2, 3):
        with pytest.raises(RetryAfter):
            await send(pace, telegram, chat, patience=0.0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pace.idle(), 0.3)
    pace.stop()
    with pytest.raises(Stopping):
        await pace.idle()


def test_places_are_even_and_one_that_comes_too_late_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    at = [100.0]
    monkeypatch.setattr("bot.transport.line.time.monotonic", lambda: at[0])
    line = Evenly(4)
    assert [line.take(None) for _ in range(3)] == [0.0, 0.25, 0.5]
    assert line.take(100.7) is None
    assert line.take(101.0) == 0.75
    at[0] = 105.0
    assert line.take(None) == 0.0


def test_what_is_on_its_way_counts_until_a_second_after_its_answer_or_until_it_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = [100.0]
    monkeypatch.setattr("bot.transport.line.time.monotonic", lambda: at[0])
    line = Evenly(1)
    first, _ = line.leaves(), line.leaves()
    assert line.too_soon() > 0
    at[0] = 101.5
    line.arrives(first)
    assert line.too_soon() > 0
    at[0] = 102.4
    assert line.too_soon() > 0, "Telegram may have counted it a moment ago"
    at[0] = 102.6
    assert line.too_soon() == 0.0
    line.leaves()
    assert line.too_soon() > 0
    at[0] = 103.5
    assert line.too_soon() == 0.0, "the second one hangs"


async def test_however_the_network_bunches_messages_no_second_brings_telegram_more_than_it_takes(pace: Pace) -> None:
    arrived: list[float] = []

    async def slowly(number: int) -> None:
        await asyncio.sleep(0.4 - 0.4 * (number % 15) / 15)
        arrived.append(time.monotonic())

    await asyncio.gather(
        *(pace.process_request(slowly, [n], {}, "sendMessage", {"chat_id": n}, None) for n in range(1, 76))
    )
    arrived.sort()
    assert max(bisect_left(arrived, at + 1.0) - index for index, at in enumerate(arrived)) <= 29


async def test_what_need_not_be_said_is_not_where_something_was_just_written(pace: Pace) -> None:
    telegram = Telegram()
    await send(pace, telegram, PRIVATE)
    with pytest.raises(RetryAfter):
        await send(pace, telegram, PRIVATE, Unless(3.0))
    await send(pace, telegram, OTHER, Unless(3.0))
    assert telegram.taken == [PRIVATE, OTHER]


async def test_two_bots_together_keep_to_what_telegram_takes_from_one(redis_url: str) -> None:
    clients = [bot_end.connect(redis_url) for _ in range(2)]
    paces = [Pace(together=Line(client, ALL_BOTS, A_SECOND)) for client in clients]
    arrived: list[float] = []
    began = time.monotonic()

    async def take(_chat: int) -> None:
        arrived.append(time.monotonic())

    await asyncio.gather(
        *(
            paces[n % 2].process_request(take, [n], {}, "sendMessage", {"chat_id": n}, Apart(20.0) if n % 3 else None)
            for n in range(1, 71)
        )
    )
    # 69 distances; each by itself would have needed half as long. On a busy machine no second tells anything.
    assert arrived[-1] - began >= 69 / ALL_BOTS - 0.1
    for client in clients:
        await client.aclose()


async def test_of_two_messages_that_stood_in_line_together_the_second_waits_its_second(pace: Pace) -> None:
    telegram, ends = Telegram(), []

    async def one() -> None:
        await send(pace, telegram, PRIVATE, Apart(20.0))
        ends.append(time.monotonic())

    before = (send(pace, telegram, chat, None) for chat in range(20, 26))
    await asyncio.gather(*before, one(), one())
    assert ends[1] - ends[0] >= 1


async def test_messages_that_meet_by_chance_keep_a_seconds_distance_and_a_conversation_does_not(pace: Pace) -> None:
    telegram = Telegram()

    async def took(patience: float | None) -> float:
        started = time.monotonic()
        await send(pace, telegram, PRIVATE, patience)
        return time.monotonic() - started

    assert [await took(patience) >= 0.9 for patience in (None, None, Answering(20.0), Answering(20.0))] == [False] * 4
    assert await took(Apart(20.0)) >= 0.9
    assert await took(Answering(20.0)) >= 0.9, "it meets what came unasked"
    assert await took(Answering(20.0)) < 0.9
    await send(pace, telegram, OTHER, Apart(20.0))
    assert telegram.taken == [PRIVATE] * 7 + [OTHER]
