"""What is written down soon: together, once, and nothing is lost where it cannot be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.marks import Mark, Marks
from bot.services import now
from bot.transport.inbox import DurableQueue
from rollcall.domain.verdict import Purpose
from rollcall.queue.keys import JOBS
from rollcall.storage.attempts import IncomingNote, register
from rollcall.storage.database import Database
from rollcall.storage.people import register_person, set_step
from rollcall.storage.tables import Attempt
from rollcall.usecases.dialogue import ENROLLING
from rollcall.usecases.take_note import Posted
from tests.bot.door import open_door
from tests.bot.school import ANNA, found, people_on
from tests.bot.transport.test_inbox import left_over, update
from tests.end_to_end.product import synthetic

POSTED = Posted("7-1", "ab" * 32, 12.0)


class Stuck:
    """A database that does not answer."""

    async def run(self, *_: object) -> None:
        await asyncio.Event().wait()


async def a_note(database: Database) -> str:
    note = IncomingNote(7, 1, "file", "unique", 9000, now())

    def write(session: Session) -> None:
        person = register_person(session, 7, "Анна Белова", now())
        register(session, note, person, Purpose.CHECK_IN, class_id=None, lesson=None, enrolment=None, received_at=now())

    await database.run(write)
    return note.attempt_id


async def entry_of(database: Database, attempt_id: str) -> str | None:
    with database.session() as session:
        return (session.get_one(Attempt, attempt_id)).job_entry


async def test_a_note_and_its_update_wait_and_are_marked_in_one(database: Database) -> None:
    marks = Marks(database)
    queue = DurableQueue(database, marks=marks)
    attempt_id = await a_note(database)
    await queue.put(update(1))
    marks.note_posted(attempt_id, POSTED)
    await queue.handled(update(1), attempt_id)
    assert marks.is_posted(attempt_id)
    assert await left_over(database) == 1
    assert not marks.overdue, "there is no hurry"
    await marks.write()
    assert (await entry_of(database, attempt_id), await left_over(database)) == ("7-1", 0)


async def test_what_its_result_takes_along_is_not_written_twice(database: Database) -> None:
    marks = Marks(database)
    marks.note_posted("a", POSTED)
    marks.note_handled("a", "digest")
    assert marks.take("a") == Mark(POSTED, "digest")
    assert marks.take("a") == Mark()
    marks.put_back("a", Mark(POSTED, "digest"))
    assert marks.take("a") == Mark(POSTED, "digest")


async def test_a_note_of_somebody_who_was_forgotten_is_taken_out_of_the_queue(database: Database) -> None:
    withdrawn: list[str] = []

    async def withdraw(entry: str) -> None:
        withdrawn.append(entry)

    marks = Marks(database, withdraw)
    marks.note_posted("of nobody any more", POSTED)
    await marks.write()
    assert withdrawn == ["7-1"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_marks_that_cannot_be_written_or_whose_writer_is_stopped_are_kept(
    database: Database, tmp_path: Path
) -> None:
    marks = Marks(database)
    attempt_id = await a_note(database)
    marks.note_posted(attempt_id, POSTED)
    marks._database = away = Database(f"sqlite:///{tmp_path}")  # a folder: it cannot be opened
    await marks.write()
    await away.close()
    assert marks.is_posted(attempt_id)
    marks._database = Stuck()  # type: ignore[assignment]
    writing = asyncio.create_task(marks.write())
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert marks.is_posted(attempt_id)
    marks._database = database
    await marks.write()
    assert await entry_of(database, attempt_id) == "7-1"


async def test_a_voice_that_was_posted_a_moment_ago_is_forgotten_in_the_queue_too(
    tmp_path: Path, valkey_url: str
) -> None:
    url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins="1") as door:
        services = door.services
        await services.redis.flushdb()
        await services.queue.open()
        await found(services.database)
        anna = people_on(door.telegram)[ANNA]
        await services.database.run(set_step, ANNA, ENROLLING, {"enrolment": "e"}, now())
        await anna.voice(synthetic("zac", 1))
        await door.handle()
        assert await services.redis.xlen(JOBS) == 1
        await door.press(anna, "forget:yes")
        assert await services.redis.xlen(JOBS) == 0
