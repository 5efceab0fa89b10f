"""The engine and its sessions: SQLite in the data folder, or any PostgreSQL.

Statements are plain and synchronous, and run in threads of the database's own: one hop there and back a transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from rollcall.audit.chain import Sealer
from rollcall.config.settings import Settings
from rollcall.errors import SettingsError, Unavailable
from rollcall.sealing.seal import Keyring, load_keyring
from rollcall.storage import faults
from rollcall.storage.audit import write_pending
from rollcall.storage.faults import Troubles
from rollcall.storage.libpq import for_libpq
from rollcall.storage.threads import Threads
from rollcall.storage.used_files import KEYRING
from rollcall.storage.written import Written
from rollcall.system.folders import make_folder
from rollcall.system.urls import with_driver

_P = ParamSpec("_P")
_T = TypeVar("_T")

_BUSY_MS = 20_000
_SNAPSHOT = "rollcall_snapshot"
_RESHAPING = "rollcall_reshaping"

_WRITERS = 8
"""Transactions at once in PostgreSQL. SQLite has one writer."""
_READERS = 4


class Database:
    """Carries out use cases, each as one transaction.

    Without the keyring it is for reading: facts that belong on record are refused, for nobody could vouch for them.
    """

    def __init__(self, url: str, keyring: Keyring | None = None) -> None:
        self.engine = _engine(url)
        self._writing, writers = self.engine, _WRITERS
        if self.engine.dialect.name == "sqlite":
            # One connection, for there is one writer: who waits for it waits in a row. Several would each ask SQLite
            # now and then whether it is free, and whoever asks at the right moment is first.
            self._writing, writers = _engine(url, pool_size=1, max_overflow=0, pool_timeout=_BUSY_MS / 1000), 1
        self._writers, self._readers = Threads(writers, "database"), Threads(_READERS, "database-reading")
        self.troubles = Troubles()
        for engine in self.engines:
            event.listen(engine, "handle_error", lambda context: self._saw(context.original_exception))
        self._sessions = sessionmaker(self._writing, expire_on_commit=False, info={KEYRING: keyring})
        self.written = Written(self._sessions)
        self._sealer = Sealer(keyring) if keyring is not None else None

    @property
    def engines(self) -> Sequence[Engine]:
        """Whatever statements go through."""
        return [*{self.engine, self._writing}]

    @classmethod
    def open(cls, settings: Settings) -> Database:
        """The installation's database, with its keyring."""
        return cls(settings.effective_database_url, load_keyring(settings))

    async def run(self, use_case: Callable[Concatenate[Session, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out a use case, which is a plain function: in one transaction, committed if it returns."""
        return await self._writers.do(partial(self._transact, use_case, *args, **kwargs))

    async def look(self, query: Callable[Concatenate[Session, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out a plain function that only reads, on a snapshot, also where nothing can be written."""
        return await self._readers.do(partial(self._read, query, *args, **kwargs))

    async def apart(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out a plain function that opens what it needs of us: in a thread that no use case waits for."""
        return await self._readers.do(partial(work, *args, **kwargs))

    def _transact(self, use_case: Callable[..., _T], *args: Any, **kwargs: Any) -> _T:
        with self.session() as session:
            return use_case(session, *args, **kwargs)

    def _read(self, query: Callable[..., _T], *args: Any, **kwargs: Any) -> _T:
        with self.reading() as session:
            return query(session, *args, **kwargs)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back when an exception leaves it.

        In the caller's thread, as everything below: on an event loop's that is a thing for tests.
        """
        with self._sessions.begin() as session:
            yield session
            write_pending(session, self._sealer)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The database as it is at one moment, to read from while others go on writing."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.execution_options(**{_SNAPSHOT: True})
            else:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on a snapshot, also where nothing can be written: what is changed in it is dropped."""
        with self.snapshot() as connection, Session(connection, autoflush=False) as session:
            yield session

    @contextmanager
    def reshaping(self) -> Iterator[Connection]:
        """A transaction in which tables are made and remade.

        SQLite remakes a table by dropping it and renaming another: with foreign keys on, the rows that refer to it
        would go with it. They are switched off, and checked before the commit.
        """
        sqlite = self.engine.dialect.name == "sqlite"
        with self.engine.connect() as connection:
            try:
                if sqlite:
                    connection.execution_options(**{_RESHAPING: True})
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise IntegrityError("a row refers to another that is not there", None, ValueError())
                connection.commit()
            finally:
                if sqlite:  # the next one is opened with foreign keys on
                    connection.rollback()
                    connection.invalidate()

    async def scrub(self) -> bool:
        """Write the database anew without what was deleted; False where somebody is in the way, so try again later.

        SQLite overwrites what it deletes, but copies stay in the write-ahead log and in the gaps of moved pages.
        PostgreSQL keeps old versions of a row until they are vacuumed.
        """
        return await self.apart(self._scrub)

    def _scrub(self) -> bool:
        with self.engine.connect() as connection:
            if self.engine.dialect.name != "sqlite":
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("VACUUM")
                return True
            # Past SQLAlchemy, which would begin a transaction.
            driver = connection.connection.driver_connection
            if driver is None:
                return False
            driver.execute("VACUUM")
            blocked = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            return not blocked

    def _saw(self, error: BaseException) -> None:
        self.troubles.saw(error)

    async def close(self) -> None:
        """Once everything that has begun is at its end."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """The same where there is no event loop."""
        self._writers.close()
        self._readers.close()
        for engine in self.engines:
            engine.dispose()


@contextmanager
def database_needed() -> Iterator[None]:
    """For commands: one line where the database cannot be used, in place of the driver's trace."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise faults.told(error) or Unavailable(
            f"the database cannot be used ({type(error).__name__}): "
            "check ROLLCALL_DATABASE_URL and that it runs, and run rollcall migrate"
        ) from error


def _engine(url: str, **pool: float) -> Engine:
    try:
        parsed = make_url(with_driver(url))
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                make_folder(Path(parsed.database).parent)
            # A connection goes from thread to thread, and is one's at a time.
            engine = create_engine(parsed, hide_parameters=True, connect_args={"check_same_thread": False}, **pool)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
            return engine
        if parsed.get_backend_name() != "postgresql":
            raise SettingsError(
                f"ROLLCALL_DATABASE_URL names {parsed.get_backend_name()}: PostgreSQL and SQLite will do"
            )
        plain, connect = for_libpq(parsed)
        return create_engine(
            plain, pool_size=_WRITERS + _READERS, pool_pre_ping=True, hide_parameters=True, connect_args=connect
        )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # Not in the parser's own words, which may hold a part of the password; nor as its consequence.
        if isinstance(error, ModuleNotFoundError):
            raise SettingsError(f"{error.name} is not installed: pip install 'rollcall[postgres]'") from None
        why = error if isinstance(error, NoSuchModuleError) else type(error).__name__
        raise SettingsError(
            f"ROLLCALL_DATABASE_URL cannot be used ({why}); an example is postgresql://user:password@host/name"
        ) from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling is switched off: it would begin lazily, and a reader that turns
    # writer meets "database is locked" without waiting.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get(_RESHAPING):
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # possible between transactions only
    # A snapshot never writes: it must not hold the writers up.
    connection.exec_driver_sql("BEGIN" if options.get(_SNAPSHOT) else "BEGIN IMMEDIATE")
