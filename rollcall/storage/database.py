"""The engine and its sessions: SQLite in the data folder, or any PostgreSQL."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from rollcall.audit.chain import Sealer
from rollcall.config.settings import Settings
from rollcall.errors import SettingsError, Unavailable
from rollcall.sealing.seal import Keyring, load_keyring
from rollcall.storage import faults
from rollcall.storage.audit import write_pending
from rollcall.storage.faults import Troubles
from rollcall.storage.inline_sqlite import BEGIN_TO_WRITE, DRIVER, InlineConnection
from rollcall.storage.libpq import without_libpq_words
from rollcall.storage.tls import without_tls_words
from rollcall.storage.used_files import KEYRING
from rollcall.system.folders import make_folder

_P = ParamSpec("_P")
_T = TypeVar("_T")

_BUSY_MS = 20_000
_SNAPSHOT = "rollcall_snapshot"
_RESHAPING = "rollcall_reshaping"

_CONNECT = 10
"""Seconds to connect in."""
_SILENCE = 10
"""Seconds without a sign of life from the other machine after which a connection to PostgreSQL counts as cut."""
_PROBES = 3


class Database:
    """Opens sessions; one session is one transaction, committed when its block ends well.

    Without the keyring it is for reading: facts that belong on record are refused, for nobody could vouch for them.
    """

    def __init__(self, url: str, keyring: Keyring | None = None) -> None:
        self.engine = _engine(url)
        self._writing = self.engine
        if self.engine.dialect.name == "sqlite":
            # One connection, for there is one writer: who waits for it waits in a row. Several would each ask SQLite
            # now and then whether it is free, and whoever asks at the right moment is first.
            inline = make_url(url).set(drivername=DRIVER).render_as_string(hide_password=False)
            self._writing = _engine(inline, pool_size=1, max_overflow=0, pool_timeout=_BUSY_MS / 1000)
        self.troubles = Troubles()
        for engine in {self.engine, self._writing}:
            event.listen(engine.sync_engine, "handle_error", lambda context: self._saw(context.original_exception))
        self._sessions = async_sessionmaker(self._writing, expire_on_commit=False, info={KEYRING: keyring})
        self._long_sessions = async_sessionmaker(self.engine, expire_on_commit=False, info={KEYRING: keyring})
        self._sealer = Sealer(keyring) if keyring is not None else None

    @property
    def engines(self) -> Sequence[Engine]:
        """Whatever statements go through."""
        return [engine.sync_engine for engine in {self.engine, self._writing}]

    @classmethod
    def open(cls, settings: Settings) -> Database:
        """The installation's database, with its keyring."""
        return cls(settings.effective_database_url, load_keyring(settings))

    async def run(self, use_case: Callable[Concatenate[Session, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out a use case, which is a plain function: in one transaction, committed if it returns."""
        async with self.session() as session:
            return await session.run_sync(use_case, *args, **kwargs)

    async def look(self, query: Callable[Concatenate[Session, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out a plain function that only reads, on a snapshot, also where nothing can be written."""
        async with self.reading() as session:
            return await session.run_sync(query, *args, **kwargs)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A transaction: committed at the end of the block, rolled back when an exception leaves it."""
        async with self._sessions.begin() as session:
            yield session
            await session.run_sync(write_pending, self._sealer)

    @asynccontextmanager
    async def long_session(self) -> AsyncIterator[AsyncSession]:
        """The same for what reads or removes much: with SQLite, short ones run on the event loop's own thread."""
        async with self._long_sessions.begin() as session:
            yield session
            await session.run_sync(write_pending, self._sealer)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """The database as it is at one moment, to read from while others go on writing."""
        async with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                await connection.execution_options(**{_SNAPSHOT: True})
            else:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session on a snapshot, also where nothing can be written: what is changed in it is dropped."""
        async with self.snapshot() as connection, AsyncSession(connection, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def reshaping(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which tables are made and remade.

        SQLite remakes a table by dropping it and renaming another: with foreign keys on, the rows that refer to it
        would go with it. They are switched off, and checked before the commit.
        """
        sqlite = self.engine.dialect.name == "sqlite"
        async with self.engine.connect() as connection:
            try:
                if sqlite:
                    await connection.execution_options(**{_RESHAPING: True})
                yield connection
                if sqlite and (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all():
                    raise IntegrityError("a row refers to another that is not there", None, ValueError())
                await connection.commit()
            finally:
                if sqlite:  # the next one is opened with foreign keys on
                    await connection.rollback()
                    await connection.invalidate()

    async def scrub(self) -> bool:
        """Write the database anew without what was deleted; False where somebody is in the way, so try again later.

        SQLite overwrites what it deletes, but copies stay in the write-ahead log and in the gaps of moved pages.
        PostgreSQL keeps old versions of a row until they are vacuumed.
        """
        if self.engine.dialect.name != "sqlite":
            async with self.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql("VACUUM")
            return True
        async with self.engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction.
            driver = (await connection.get_raw_connection()).driver_connection
            if driver is None:
                return False
            await (await driver.execute("VACUUM")).close()
            cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            blocked = (await cursor.fetchone())[0]
            await cursor.close()
            return not blocked

    def _saw(self, error: BaseException) -> None:
        self.troubles.saw(error)

    async def close(self) -> None:
        await self.engine.dispose()
        await self._writing.dispose()


@contextmanager
def database_needed() -> Iterator[None]:
    """For commands: one line where the database cannot be used, in place of the driver's trace."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:  # asyncpg lets a refused connection through as it is
        raise faults.told(error) or Unavailable(
            f"the database cannot be used ({type(error).__name__}): "
            "check ROLLCALL_DATABASE_URL and that it runs, and run rollcall migrate"
        ) from error


def _engine(url: str, **pool: float) -> AsyncEngine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                make_folder(Path(parsed.database).parent)
            engine = create_async_engine(url, hide_parameters=True, **pool)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_immediate)
            return engine
        if parsed.get_backend_name() != "postgresql":
            raise SettingsError(
                f"ROLLCALL_DATABASE_URL names {parsed.get_backend_name()}: PostgreSQL and SQLite will do"
            )
        if parsed.drivername != "postgresql+asyncpg":
            return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
        plain, tls = without_tls_words(parsed)
        plain, server, more = without_libpq_words(plain)
        engine = create_async_engine(
            plain,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": _CONNECT, "server_settings": _notice_a_cut_client() | server, **tls, **more},
        )
        event.listen(engine.sync_engine, "connect", _notice_a_cut_server)
        return engine
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # Not in the parser's own words, which may hold a part of the password; nor as its consequence.
        if isinstance(error, ModuleNotFoundError):
            raise SettingsError(f"{error.name} is not installed: pip install 'rollcall[postgres]'") from None
        why = error if isinstance(error, NoSuchModuleError) else type(error).__name__
        raise SettingsError(
            f"ROLLCALL_DATABASE_URL cannot be used ({why}); an example is postgresql://user:password@host/name"
        ) from None


def _notice_a_cut_client() -> dict[str, str]:
    """For PostgreSQL: a bot that was cut off amid a transaction must not keep its locks for hours."""
    probe = str(_SILENCE // _PROBES)
    return {
        "application_name": "rollcall",
        "tcp_keepalives_idle": probe,
        "tcp_keepalives_interval": probe,
        "tcp_keepalives_count": str(_PROBES),
        "tcp_user_timeout": str(_SILENCE * 1000),
    }


def _notice_a_cut_server(connection: Any, _record: Any) -> None:
    """The kernel's own timeouts, since a query may take its time while a line that is cut never answers.

    asyncpg's own timeout of a query would not do: it asks the server, over the same line, to give the query up.
    """
    line = connection.driver_connection._transport.get_extra_info("socket")  # noqa: SLF001 (asyncpg has no other way)
    if line.family == socket.AF_UNIX:
        return
    options = {
        "TCP_KEEPIDLE": _SILENCE // _PROBES,
        "TCP_KEEPINTVL": _SILENCE // _PROBES,
        "TCP_KEEPCNT": _PROBES,
        "TCP_USER_TIMEOUT": _SILENCE * 1000,  # of what was sent and not confirmed; Linux alone has it
    }
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in options.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


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
    if isinstance(connection, InlineConnection):
        connection.wait_for_writers(_BUSY_MS)


def _begin_immediate(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get(_RESHAPING):
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # possible between transactions only
    # A snapshot never writes: it must not hold the writers up.
    connection.exec_driver_sql("BEGIN" if options.get(_SNAPSHOT) else BEGIN_TO_WRITE)
