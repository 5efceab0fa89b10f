"""A store that is damaged or cannot be written: told once to who can mend it, and honestly to whoever writes to us."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from telegram import Update

from bot.transport.inbox import DurableQueue, InOrder
from bot.upkeep.alarms import Alarms
from rollcall.storage.database import Database
from rollcall.storage.faults import CURES, Trouble
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door, open_door, said
from tests.bot.school import ADMIN, ANNA, BORIS, MARIA, found, people_on
from tests.conftest import WaitUntil
from tests.damage import damage
from tests.end_to_end.product import synthetic

T = texts_in("ru")


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr("bot.transport.inbox._UNWRITABLE_FOR", 0.5)
    monkeypatch.setattr("bot.transport.inbox._RETRY_FIRST", 0.01)
    url = f"sqlite:///{tmp_path / 'ill.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        yield door


@pytest.fixture
def people(door: Door) -> dict[int, Person]:
    return people_on(door.telegram)


@asynccontextmanager
async def read_only(database: Database) -> AsyncIterator[None]:
    """SQLite refuses every change, as on a disk that is mounted so: we are root, whom no mode stops."""

    async def say(word: str) -> None:
        with database._writing.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.cursor().execute(f"PRAGMA query_only={word}")

    await say("ON")
    yield
    await say("OFF")


async def kept(door: Door) -> None:
    """What people have sent goes into the inbox, as from Telegram."""
    queue = door.application.update_queue
    assert isinstance(queue, DurableQueue)
    for update in list(door.telegram.updates.pending):
        await asyncio.wait_for(queue.put(Update.de_json(update, door.application.bot)), 10)
        door.telegram.updates.confirm(update["update_id"])


def answers(door: Door) -> list[str]:
    return said(door.telegram.calls)


async def test_while_nothing_can_be_written_everyone_hears_so_and_a_report_can_still_be_read(
    door: Door, people: dict[int, Person], wait_until: WaitUntil, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    alarms, queue = Alarms(), door.application.update_queue
    async with read_only(door.services.database):
        note = await people[ANNA].voice(synthetic("zac", 1))
        updates = [Update.de_json(one, door.application.bot) for one in door.telegram.updates.pending]
        assert updates[0].message
        door.services.waits.began(updates[0].message)
        await people[BORIS].say("/me")
        await people[MARIA].say("/report")
        await kept(door)
        await wait_until(lambda: len(answers(door)) == 3)
        (report,) = [answer for answer in answers(door) if answer != T("unwritable")]
        assert "Физика" in report
        assert T("unwritable-report") in report
        quoted = [call.values.get("reply_parameters") for call in door.telegram.calls]
        assert any(f'"message_id": {note.id}' in str(one) for one in quoted)
        assert queue.empty()
        assert not door.services.waits._waits, "who heard that nothing was kept waits for no answer"

        for _ in range(2):
            await alarms.watch(door.application, door.services)
        told = [call.values for call in door.telegram.calls if str(call.values.get("chat_id")) == str(ADMIN)]
        assert [values["text"] for values in told] == [str(T("alarm-read_only"))]
        assert REGISTRY.get_sample_value("rollcall_bot_store_trouble", {"kind": "read_only"}) == 1
    assert [record.getMessage() for record in caplog.records] == [CURES[Trouble.READ_ONLY]], "once, not at each try"
    assert caplog.records[0].levelname == "ERROR"
    await people[BORIS].say("/me")
    await kept(door)
    assert not queue.empty(), "once it can be written, it goes on by itself"


async def test_a_damaged_page_ends_the_tries_of_whom_it_concerns_and_is_told(
    door: Door, people: dict[int, Person], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    database = door.services.database
    await database.close()
    damage(Path(str(database.engine.url.database)), "lessons")
    processor = door.application.update_processor
    assert isinstance(processor, InOrder)

    async def handle(person: Person, words: str) -> list[str]:
        before = len(answers(door))
        await person.say(words)
        (raw,) = door.telegram.updates.pending
        door.telegram.updates.confirm(raw["update_id"])
        update = Update.de_json(raw, door.application.bot)
        work = processor.process_update(update, door.application.process_update(update))
        await asyncio.wait_for(work, 10)
        return answers(door)[before:]

    assert await handle(people[MARIA], "/open") == [T("unwritable")]
    assert len(await handle(people[MARIA], "/classes")) == 1
    assert T("unwritable") not in await handle(people[ANNA], "/help")
    await Alarms().watch(door.application, door.services)
    assert answers(door)[-1] == str(T("alarm-damaged", command="rollcall restore --replace FILE"))
    assert [record.getMessage() for record in caplog.records] == [CURES[Trouble.DAMAGED]]
