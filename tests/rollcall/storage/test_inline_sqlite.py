"""SQLite on the event loop's thread: transactions in one go, and whatever takes long beside the loop."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from rollcall.storage import database as database_module
from rollcall.storage import inline_sqlite
from rollcall.storage.database import Database

INSERT = text("INSERT INTO things VALUES (:name)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.sqlite3"


@pytest.fixture
async def things(path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{path}")
    async with made.session() as session:
        await session.execute(text("CREATE TABLE things (name TEXT)"))
    yield made
    await made.close()


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM things ORDER BY rowid")]


async def test_nobody_gets_a_turn_between_the_statements_of_a_transaction(things: Database) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with things.session() as session:
        other = asyncio.create_task(others())
        await asyncio.sleep(0)
        before = turns
        for number in range(20):
            await session.execute(INSERT, {"name": str(number)})
            assert (await session.execute(text("SELECT count(*) FROM things"))).scalar_one() == number + 1
        assert turns == before
    assert turns > before, "the commit waits for the disk, and nobody for it"
    other.cancel()


async def test_where_nothing_was_written_no_disk_is_waited_for(
    things: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []
    monkeypatch.setattr(inline_sqlite, "_beside", lambda _connection, work: waits.append(work()))
    async with things.session() as session:
        await session.execute(text("SELECT name FROM things"))
    assert not waits
    async with things.session() as session:
        await session.execute(INSERT, {"name": "one"})
    assert len(waits) == 1


async def test_the_loop_goes_on_while_another_process_writes(things: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO things VALUES ('theirs')")

        async def write() -> None:
            async with things.session() as session:
                await session.execute(INSERT, {"name": "ours"})

        writing = asyncio.create_task(write())
        for _ in range(30):  # on the loop's own thread the wait would be over before the second round
            await asyncio.sleep(0.01)
        assert not writing.done()
        other.execute("COMMIT")
    await writing
    assert names(path) == ["theirs", "ours"]


async def test_whoever_waits_too_long_is_told_as_with_any_driver(
    path: Path, things: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await things.close()
    monkeypatch.setattr(database_module, "_BUSY_MS", 100)
    impatient = Database(f"sqlite+aiosqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            async with impatient.session() as session:
                await session.execute(INSERT, {"name": "ours"})
        other.execute("COMMIT")
    async with impatient.session() as session:
        await session.execute(INSERT, {"name": "ours"})
    await impatient.close()
    assert names(path) == ["ours"]


async def test_who_is_cancelled_in_the_commit_leaves_the_connection_to_the_next(
    things: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_commit = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = inline_sqlite._to_its_end

    async def slow(thread: Executor, work: Callable[[], object]) -> None:
        def slowly() -> None:
            loop.call_soon_threadsafe(in_commit.set)
            time.sleep(0.2)
            work()

        await real(thread, slowly)

    monkeypatch.setattr(inline_sqlite, "_to_its_end", slow)

    async def write() -> None:
        async with things.session() as session:
            await session.execute(INSERT, {"name": "cancelled too late"})

    writing = asyncio.create_task(write())
    await in_commit.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert names(path) == ["cancelled too late"], "it ended before its caller did"
    monkeypatch.setattr(inline_sqlite, "_to_its_end", real)
    async with things.session() as session:
        await session.execute(INSERT, {"name": "the next"})
    assert names(path) == ["cancelled too late", "the next"]


async def test_what_takes_long_runs_beside_the_loop(things: Database) -> None:
    slow = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT sum(i) FROM n")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    async with things.long_session() as session:
        await session.execute(slow)
    ticking.cancel()
    assert ticks >= 3


async def test_who_is_cancelled_while_another_process_writes_leaves_no_transaction_behind(
    things: Database, path: Path
) -> None:
    async def write() -> None:
        async with things.session() as session:
            await session.execute(INSERT, {"name": "never"})

    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.05)
        for _ in range(2):  # asked twice, as an impatient shutdown asks
            writing.cancel()
            await asyncio.sleep(0.05)
        assert not writing.done(), "the connection is in use"
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await writing
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO things VALUES ('theirs')")
        other.execute("COMMIT")
    async with things.session() as session:
        await session.execute(INSERT, {"name": "ours"})
    assert names(path) == ["theirs", "ours"]


async def test_a_commit_does_not_wait_for_the_loops_other_threads(things: Database, path: Path) -> None:
    let_go = threading.Event()
    others = [asyncio.create_task(asyncio.to_thread(let_go.wait)) for _ in range(64)]
    await asyncio.sleep(0)
    release = threading.Timer(20, let_go.set)  # or a failure would never end
    release.start()
    async with things.session() as session:
        await session.execute(INSERT, {"name": "ours"})
    assert names(path) == ["ours"]
    assert not let_go.is_set()
    let_go.set()
    release.cancel()
    await asyncio.gather(*others)
