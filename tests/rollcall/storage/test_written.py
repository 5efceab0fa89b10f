"""Whoever waits for rows hears of them once they are committed, and of nothing else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from rollcall.storage.database import Database
from rollcall.storage.people import register_person
from rollcall.storage.tables import Conversation, Person
from rollcall.storage.written import QUIETLY
from tests.conftest import WaitUntil

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def somebody(session: Session, telegram_id: int) -> None:
    register_person(session, telegram_id, f"Person {telegram_id}", NOW)


def in_one_statement(session: Session) -> None:
    session.execute(insert(Conversation).values(telegram_id=8, locale="en", step="", data={}, updated_at=NOW))


def renamed(session: Session, telegram_id: int, quietly: bool) -> None:
    session.execute(
        update(Person).where(Person.telegram_id == telegram_id).values(full_name="Another"),
        execution_options=QUIETLY if quietly else {},
    )


async def heard(event: asyncio.Event) -> bool:
    """Whether it was set by what has been done so far."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    was = event.is_set()
    event.clear()
    return was


async def test_rows_are_heard_of_once_they_are_added_or_changed(database: Database) -> None:
    people, others = database.written.listen(Person), database.written.listen(Conversation)
    await database.run(somebody, 7)
    assert await heard(people)
    assert not await heard(others)
    await database.run(renamed, 7, quietly=False)
    assert await heard(people)
    await database.run(in_one_statement)
    assert (await heard(people), await heard(others)) == (False, True)


async def test_what_changes_nothing_is_not_heard_of_nor_what_is_written_quietly(database: Database) -> None:
    people = database.written.listen(Person)
    await database.run(renamed, 7, quietly=False)
    assert not await heard(people), "there is nobody with that number"
    await database.run(somebody, 7)
    assert await heard(people)
    await database.run(renamed, 7, quietly=True)
    assert not await heard(people)


async def test_what_is_rolled_back_is_not_heard_of(database: Database) -> None:
    people = database.written.listen(Person)

    def fails(session: Session) -> None:
        somebody(session, 7)
        session.flush()
        raise ValueError("after all not")

    with pytest.raises(ValueError, match="after all not"):
        await database.run(fails)
    assert not await heard(people)


async def test_the_end_of_a_savepoint_is_not_yet_the_end(database: Database, wait_until: WaitUntil) -> None:
    people, early = database.written.listen(Person), []
    loop = asyncio.get_running_loop()

    def within(session: Session) -> None:
        with session.begin_nested():
            somebody(session, 7)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(10)
        early.append(people.is_set())

    await database.run(within)
    assert early == [False]
    await wait_until(people.is_set)


async def test_a_savepoint_that_fails_takes_nothing_from_what_was_written_before(database: Database) -> None:
    people = database.written.listen(Person)

    def within(session: Session) -> None:
        somebody(session, 7)
        session.flush()
        try:
            with session.begin_nested():
                raise LookupError
        except LookupError:
            pass

    await database.run(within)
    assert await heard(people)


def test_nobody_hears_whose_loop_is_closed(tmp_path_factory: pytest.TempPathFactory) -> None:
    from rollcall.storage.tables import Table

    folder = tmp_path_factory.mktemp("closed")
    database = Database(f"sqlite:///{folder}/db.sqlite3")
    Table.metadata.create_all(database.engine)

    async def listens() -> None:
        database.written.listen(Person)

    asyncio.run(listens())
    with database.session() as session:
        somebody(session, 7)
    database.shut()


async def test_who_does_not_listen_any_more_hears_nothing_and_the_others_do(database: Database) -> None:
    gone, people = database.written.listen(Person), database.written.listen(Person)
    database.written.unlisten(gone)
    await database.run(somebody, 7)
    assert (await heard(gone), await heard(people)) == (False, True)
