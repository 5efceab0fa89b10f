"""The first sign that a note has come: before anything is written down, and in a lane of its own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from telegram import Update

from bot.transport.first_sign import Signs
from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.conftest import WaitUntil


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how later versions of the library tell times
    async with open_door(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3", valkey_url, speaker_model="dummy") as it:
        yield it


def updates(door: Door) -> list[Update]:
    return [Update.de_json(one, door.application.bot) for one in door.telegram.updates.pending]


def called(door: Door, method: str) -> list[float]:
    return [call.at for call in door.telegram.calls if call.method.lower() == method.lower()]


async def test_a_note_is_seen_while_the_database_is_busy(door: Door, tmp_path: Path, wait_until: WaitUntil) -> None:
    anna = Person(door.telegram, "Анна")
    sent = await anna.voice(b"OggS")
    with closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        taking = asyncio.create_task(door.application.update_queue.put(updates(door)[0]))
        await wait_until(lambda: anna.reactions_to(sent))
        assert not taking.done()
        other.execute("ROLLBACK")
    await taking


async def test_only_what_may_hold_speech_is_seen_and_only_in_private(door: Door, wait_until: WaitUntil) -> None:
    anna = Person(door.telegram, "Анна")
    signs = Signs()
    await anna.say("привет")
    await anna.voice(b"OggS")
    group = door.telegram.add_group("Класс", {anna.id: "member"})["id"]
    await anna.voice(b"OggS", chat=group)
    for update in updates(door):
        signs.show(update)
    await wait_until(lambda: called(door, "setMessageReaction"))
    await wait_until(lambda: not signs._tasks)
    assert len(called(door, "setMessageReaction")) == 1


async def test_whoever_sends_many_at_once_is_not_given_a_sign_for_each(door: Door, wait_until: WaitUntil) -> None:
    anna, boris = Person(door.telegram, "Анна"), Person(door.telegram, "Борис")
    signs = Signs()
    for _ in range(25):
        await anna.voice(b"OggS")
    await boris.voice(b"OggS")
    for update in updates(door):
        signs.show(update)
    await wait_until(lambda: not signs._tasks)
    assert len(anna.reactions) == 20
    assert len(boris.reactions) == 1
    signs.show(updates(door)[0])
    await wait_until(lambda: len(anna.reactions) == 21)


async def test_a_sign_that_must_wait_is_not_replaced_by_another_call_at_once(door: Door, wait_until: WaitUntil) -> None:
    anna = Person(door.telegram, "Анна")
    door.telegram.faults.flood("setMessageReaction", 1)
    await anna.voice(b"OggS")
    signs = Signs()
    signs.show(updates(door)[0])
    await wait_until(lambda: not signs._tasks)
    first, second = called(door, "setMessageReaction")
    assert second - first >= 1
    assert not called(door, "sendChatAction")
