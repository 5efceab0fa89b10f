"""Trouble on request, and Telegram's flood limits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError

from sandbox.errors import ApiError
from sandbox.faults import Fault
from sandbox.limits import FloodLimits
from sandbox.person import Person
from sandbox.telegram import Telegram


async def test_a_flood_answer_says_how_long_to_wait_and_passes(bot: Bot, telegram: Telegram, anna: Person) -> None:
    await anna.say("/start")
    telegram.faults.flood("sendMessage", retry_after=2, times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter) as refusal:
            await bot.send_message(anna.id, "раз")
        assert refusal.value.retry_after == timedelta(seconds=2)
    await bot.send_message(anna.id, "раз")
    assert [message.text for message in anna.inbox] == ["раз"]


@pytest.mark.parametrize("code", [500, 502])
async def test_a_server_error_is_a_network_error_to_the_bot(bot: Bot, telegram: Telegram, code: int) -> None:
    telegram.faults.add(Fault("getMe", code=code))
    with pytest.raises(NetworkError):
        await bot.get_me()
    await bot.get_me()


async def test_garbage_is_no_answer(bot: Bot, telegram: Telegram) -> None:
    telegram.faults.add(Fault("*", "garbage"))
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.get_me()


async def test_a_dropped_connection_may_hide_a_message_that_was_sent(
    bot: Bot, telegram: Telegram, anna: Person
) -> None:
    await anna.say("/start")
    telegram.faults.add(Fault("sendMessage", "drop", carried_out=True))
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "раз")
    assert [message.text for message in anna.inbox] == ["раз"]


async def test_a_hanging_call_hangs_until_it_is_let_go(bot: Bot, telegram: Telegram) -> None:
    telegram.faults.add(Fault("getMe", "hang"))
    call = asyncio.create_task(bot.get_me())
    await telegram.until_called("getMe", after=telegram.calls[-1].at + 1e-9)
    done, _ = await asyncio.wait([call], timeout=0.1)
    assert not done
    telegram.faults.release()
    with pytest.raises(NetworkError):
        await call


async def test_a_fault_can_be_about_one_chat_or_about_downloads(
    bot: Bot, telegram: Telegram, anna: Person, boris: Person
) -> None:
    sent = await anna.voice(b"123")
    await boris.say("/start")
    telegram.faults.add(Fault("sendMessage", code=403, detail="bot was blocked by the user", chat_id=anna.id))
    telegram.faults.add(Fault("file", code=404))
    await bot.send_message(boris.id, "раз")
    with pytest.raises(TelegramError, match="blocked"):
        await bot.send_message(anna.id, "раз")
    file = await bot.get_file(sent.message["voice"]["file_id"])
    with pytest.raises(TelegramError):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray() == b"123"


async def test_the_flood_limits_are_off_until_they_are_wanted(bot: Bot, telegram: Telegram, anna: Person) -> None:
    await anna.say("/start")
    for number in range(3):
        await bot.send_message(anna.id, str(number))
    telegram.limits = FloodLimits()
    await bot.send_message(anna.id, "3")
    with pytest.raises(RetryAfter):
        await bot.send_message(anna.id, "4")
    assert telegram.refusals == {"sendmessage": 1}


async def test_what_the_bot_was_asked_to_wait_with_is_counted_by_method(
    bot: Bot, telegram: Telegram, anna: Person
) -> None:
    sent = await anna.voice(b"OggS")
    telegram.faults.flood("setMessageReaction", 1)
    telegram.faults.flood("file", 1)
    telegram.faults.add(Fault("sendMessage", code=500))
    with pytest.raises(RetryAfter):
        await bot.set_message_reaction(anna.id, sent.id, "👀")
    file = await bot.get_file(sent.message["voice"]["file_id"])
    with pytest.raises(RetryAfter):
        await file.download_as_bytearray()
    with pytest.raises(TelegramError):
        await bot.send_message(anna.id, "not asked to wait")
    assert telegram.refusals == {"setmessagereaction": 1, "file": 1}


def test_the_limits_are_per_chat_per_group_and_overall() -> None:
    now = [0.0]
    limits = FloodLimits(clock=lambda: now[0])
    for chat in range(1, 31):
        limits.spend(chat)
    with pytest.raises(ApiError, match="retry after 1"):
        limits.spend(31)
    for _ in range(20):
        now[0] += 1.5
        limits.spend(-5)
    now[0] += 1.5
    with pytest.raises(ApiError, match="retry after 30"):
        limits.spend(-5)
    limits.spend(1)
