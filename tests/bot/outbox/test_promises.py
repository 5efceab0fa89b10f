"""What is promised to people is sent once it is written, by one bot, and also where nobody heard of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.app import _PROMISES, Task, _keep_going, _woken
from bot.outbox.staff_notices import keep_staff
from bot.services import App, Services, now
from rollcall.domain.staff import StaffNews
from rollcall.storage import people, staff_notices
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder
from rollcall.storage.tables import StaffNotice
from tests.bot.door import Door, open_door
from tests.bot.school import ADMIN, CLASS_ID, MARIA, OLGA, PAVEL, found, people_on
from tests.conftest import WaitUntil

NEVER = 3600.0
TEACHERS = (ADMIN, MARIA, PAVEL, OLGA)


@pytest.fixture
async def door(tmp_path: Path, database: Database, valkey_url: str) -> AsyncIterator[Door]:
    async with opened(tmp_path, database, valkey_url) as made:
        await found(made.services.database)
        yield made


@asynccontextmanager
async def opened(folder: Path, database: Database, valkey_url: str) -> AsyncIterator[Door]:
    """A bot on this database."""
    url = database.engine.url.render_as_string(hide_password=False)
    async with open_door(folder, url, valkey_url) as made:
        for person in people_on(made.telegram).values():
            made.telegram.open_private(person.id)
        yield made


@asynccontextmanager
async def running(*steps: tuple[Door, Task]) -> AsyncIterator[None]:
    """These go on meanwhile, and have looked once."""
    tasks = [
        asyncio.create_task(_keep_going("promises", step, door.application, door.services)) for door, step in steps
    ]
    await asyncio.sleep(1)  # past the first look, and on to waiting
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def promise(session: Session, often: int) -> None:
    """Each teacher is to hear something."""
    for teacher in TEACHERS:
        to = people.find_person(session, teacher)
        assert to is not None
        for _ in range(often):
            staff_notices.promise(session, to, CLASS_ID, StaffNews.YOU_LEFT, now())


def heard(*doors: Door) -> Counter[int]:
    """How many messages each chat was sent."""
    calls = [call for door in doors for call in door.telegram.calls if call.method.lower() == "sendmessage"]
    return Counter(int(str(call.values["chat_id"])) for call in calls)


async def test_it_is_sent_once_it_is_written(door: Door, wait_until: WaitUntil) -> None:
    async with running((door, _woken(keep_staff, (StaffNotice,), NEVER))):
        for often in (1, 2):
            await door.services.database.run(promise, 1)
            await wait_until(lambda often=often: heard(door) == dict.fromkeys(TEACHERS, often))


async def test_a_sender_that_fails_again_and_again_leaves_nobody_listening(
    door: Door, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app._AGAIN_AFTER", 0.01)
    before, tries = len(door.services.database.written._listeners), []

    async def fails(_application: App, _services: Services) -> None:
        tries.append(len(door.services.database.written._listeners))
        raise OSError("out of reach")

    async with running((door, _woken(fails, (StaffNotice,), NEVER))):
        await wait_until(lambda: len(tries) >= 3)
    assert set(tries) == {before + 1}
    assert len(door.services.database.written._listeners) == before


async def test_what_another_process_has_written_is_sent_a_little_later(
    door: Door, database: Database, wait_until: WaitUntil
) -> None:
    async with running((door, _woken(keep_staff, (StaffNotice,), 2.0))):
        await database.run(promise, 1)  # the test's own database: the bot hears nothing
        await wait_until(lambda: heard(door) == dict.fromkeys(TEACHERS, 1))


async def test_of_two_bots_each_message_is_sent_by_one(
    door: Door, database: Database, tmp_path: Path, valkey_url: str, wait_until: WaitUntil
) -> None:
    async with opened(tmp_path / "other", database, valkey_url) as other:
        # By its process the first would take it for one that has died here.
        other.application.bot_data["services"] = replace(other.services, holder=Holder("elsewhere", 1, "b"))
        both = [(one, _woken(keep_staff, (StaffNotice,), 0.05)) for one in (door, other)]
        async with running(*both):
            await asyncio.gather(*(one.services.database.run(promise, 4) for one, _ in both))
            await wait_until(lambda: heard(door, other) == dict.fromkeys(TEACHERS, 8))
            await asyncio.sleep(0.5)
    assert heard(door, other) == dict.fromkeys(TEACHERS, 8)


def test_everything_that_is_promised_is_looked_for_now_and_then() -> None:
    assert all(0 < at_most <= 15 for _, _, at_most in _PROMISES.values())
