"""The database's own threads: a transaction in one go, and an event loop that waits for nothing."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rollcall.storage import database as database_module
from rollcall.storage.database import Database
from rollcall.storage.threads import Threads

INSERT = text("INSERT INTO things VALUES (:name)")


def write(session: Session, name: str) -> str:
    session.execute(INSERT, {"name": name})
    return threading.current_thread().name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.sqlite3"


@pytest.fixture
async def things(path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite:///{path}")
    with made.session() as session:
        session.execute(text("CREATE TABLE things (name TEXT)"))
    yield made
    await made.close()


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM things ORDER BY rowid")]


async def test_every_transaction_with_sqlite_runs_in_the_one_thread_that_writes(things: Database, path: Path) -> None:
    used = await asyncio.gather(*(things.run(write, str(number)) for number in range(20)))
    assert set(used) == {"database_0"}
    assert names(path) == [str(number) for number in range(20)], "in the order in which they were asked for"


async def test_what_fails_is_rolled_back_and_told_to_whoever_asked(things: Database, path: Path) -> None:
    def fail(session: Session) -> None:
        write(session, "never")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await things.run(fail)
    await things.run(write, "ours")
    assert names(path) == ["ours"]


async def test_whoever_looks_waits_for_no_writer(things: Database) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def slowly(session: Session) -> None:
        write(session, "not yet")
        begun.set()
        let_go.wait(20)

    writing = asyncio.create_task(things.run(slowly))
    await asyncio.to_thread(begun.wait, 20)
    count = text("SELECT count(*) FROM things")
    assert await asyncio.wait_for(things.look(lambda session: session.scalar(count)), 5) == 0
    let_go.set()
    await writing
    assert await things.look(lambda session: session.scalar(count)) == 1


async def test_the_loop_goes_on_while_another_process_writes(things: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO things VALUES ('theirs')")
        writing = asyncio.create_task(things.run(write, "ours"))
        for _ in range(30):  # on the loop's own thread the wait would be over before the second round
            await asyncio.sleep(0.01)
        assert not writing.done()
        other.execute("COMMIT")
    await writing
    assert names(path) == ["theirs", "ours"]


async def test_whoever_waits_too_long_is_told(path: Path, things: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_BUSY_MS", 100)
    impatient = Database(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            await impatient.run(write, "ours")
        other.execute("COMMIT")
    await impatient.run(write, "ours")
    await impatient.close()
    assert names(path) == ["ours"]


async def test_who_is_cancelled_waits_until_what_has_begun_is_done(things: Database, path: Path) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def slowly(session: Session) -> None:
        begun.set()
        let_go.wait(20)
        write(session, "cancelled too late")

    writing = asyncio.create_task(things.run(slowly))
    waiting = asyncio.create_task(things.run(write, "not begun"))
    await asyncio.to_thread(begun.wait, 20)
    waiting.cancel()
    for _ in range(2):  # asked twice, as an impatient shutdown asks
        writing.cancel()
        await asyncio.sleep(0.02)
    assert waiting.done()
    assert not writing.done(), "the connection is in use"
    let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert names(path) == ["cancelled too late"], "it ended before its caller did"
    await things.run(write, "the next")
    assert names(path) == ["cancelled too late", "the next"]


async def test_a_failure_that_nobody_waits_for_any_more_is_no_complaint(caplog: pytest.LogCaptureFixture) -> None:
    threads, begun = Threads(1, "test"), threading.Event()

    def fail() -> None:
        begun.set()
        time.sleep(0.05)
        raise ValueError("nobody hears it")

    working = asyncio.create_task(threads.do(fail))
    await asyncio.to_thread(begun.wait, 20)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    del working
    threads.close()
    assert not caplog.records


async def test_a_transaction_does_not_wait_for_the_loops_other_threads(things: Database, path: Path) -> None:
    let_go = threading.Event()
    others = [asyncio.create_task(asyncio.to_thread(let_go.wait)) for _ in range(64)]
    await asyncio.sleep(0)
    release = threading.Timer(20, let_go.set)  # or a failure would never end
    release.start()
    await things.run(write, "ours")
    assert names(path) == ["ours"]
    assert not let_go.is_set()
    let_go.set()
    release.cancel()
    await asyncio.gather(*others)


async def test_what_was_closed_opens_again_when_used(things: Database, path: Path) -> None:
    await things.close()
    await things.run(write, "ours")
    assert names(path) == ["ours"]
