"""SQLite on the event loop's own thread: a statement takes less time than the way to another thread and back.

The usual driver (aiosqlite) sends every step of a statement to a thread of its own, four a statement. With the loop
busy each of them waits for the interpreter's lock, and the one writer's transactions become as long as hundreds of such
waits. Here the statements of a transaction run one after another at once. What may take long leaves the loop: the wait
for another process that writes, and the commit, which waits for the disk. For short transactions alone; whatever reads
or deletes much belongs to the other driver.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import URL
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

DRIVER: Final = "sqlite+inline"
BEGIN_TO_WRITE: Final = "BEGIN IMMEDIATE"
registry.register("sqlite.inline", __name__, "InlineDialect")


class InlineCursor(sqlite3.Cursor):
    """Python's own; only the wait for another process that writes is spent in a thread."""

    def execute(self, statement: str, parameters: Any = (), /) -> InlineCursor:
        if statement != BEGIN_TO_WRITE:
            return super().execute(statement, parameters)
        if isinstance(self.connection, _Patient):
            self.connection.changes_before = self.connection.total_changes
        try:
            return super().execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        _beside(self.connection, self._begin_patiently)
        return self

    async def _async_soft_close(self) -> None:
        """SQLAlchemy would have an asynchronous driver close before it reads on; there is nothing to wait for here."""

    def _begin_patiently(self) -> None:
        with _patience(self.connection):
            super().execute(BEGIN_TO_WRITE)


class InlineConnection:
    """What SQLAlchemy takes for a connection of a synchronous driver, called in its greenlet."""

    def __init__(self, connection: _Patient) -> None:
        self._connection = connection

    def wait_for_writers(self, milliseconds: int) -> None:
        """How long a transaction may wait to begin while another process writes."""
        self._connection.patience = milliseconds
        self._connection.execute("PRAGMA busy_timeout=0")

    def cursor(self, *_: object, **__: object) -> InlineCursor:
        return self._connection.cursor(InlineCursor)

    def commit(self) -> None:
        """The disk is waited for in a thread; where nothing was written, there is nothing to wait for."""
        if not self._connection.in_transaction:
            return
        if self._connection.total_changes == self._connection.changes_before:
            self._connection.commit()
        else:
            _beside(self._connection, self._connection.commit)

    def rollback(self) -> None:
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()
        self._connection.thread.shutdown(wait=False)

    def create_function(self, *args: Any, **options: Any) -> None:
        self._connection.create_function(*args, **options)

    @property
    def isolation_level(self) -> str | None:
        return self._connection.isolation_level

    @isolation_level.setter
    def isolation_level(self, value: None) -> None:
        self._connection.isolation_level = value


class _Patient(sqlite3.Connection):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Its own: the loop's are busy with notes, and the one writer must not wait in their row.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")

    patience = 0
    """Milliseconds."""
    changes_before = 0
    """Rows that were changed up to the transaction's beginning."""


@contextmanager
def _patience(connection: sqlite3.Connection) -> Iterator[None]:
    milliseconds = connection.patience if isinstance(connection, _Patient) else 0
    connection.execute(f"PRAGMA busy_timeout={milliseconds}")
    try:
        yield
    finally:
        connection.execute("PRAGMA busy_timeout=0")


def _beside(connection: sqlite3.Connection, work: Callable[[], object]) -> None:
    if not isinstance(connection, _Patient):
        raise TypeError("a connection that was not made here")
    await_only(_to_its_end(connection.thread, work))


async def _to_its_end(thread: Executor, work: Callable[[], object]) -> None:
    """In a thread. Whoever is cancelled meanwhile waits for it: used by two at once, SQLite ends the process."""
    working = asyncio.get_running_loop().run_in_executor(thread, work)
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        while not working.done():
            with suppress(asyncio.CancelledError):  # asked again
                await asyncio.wait({working})
        raise


class InlineDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's own for Python's sqlite3, under an asynchronous engine."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    def connect(self, *args: Any, **options: Any) -> InlineConnection:  # type: ignore[override]
        made = sqlite3.connect(*args, **options | {"check_same_thread": False, "factory": _Patient})
        return InlineConnection(made)

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003 (SQLAlchemy's signature)
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> Any:
        return connection
