"""What every test may use: real Valkey, real databases, the real voices; and `wait_until` in place of sleep."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import platformdirs
import pytest
import redis
from filelock import FileLock
from sqlalchemy import Engine, create_engine, make_url, text

from models import recogniser, registry
from models.errors import ModelError, WeightsUnavailable
from models.recogniser.reading import Recogniser
from rollcall.config.settings import Settings
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import Keyring
from rollcall.storage import database as storage
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from tests.office import MISSING
from tests.schema import empty, lay_schema

_T = TypeVar("_T")

VOICES = Path(__file__).parents[2] / "shared" / "voices"
IN_CI = os.environ.get("CI") == "true"
_POSTGRES = os.environ.get("ROLLCALL_TEST_POSTGRES_URL")
_REDIS = os.environ.get("ROLLCALL_TEST_REDIS_URL")
RUNNER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
"""Which of the test processes this is: each has databases of its own on the common servers."""

_MACHINES = os.geteuid() == 0 and shutil.which("ip") is not None and bool(_POSTGRES and _REDIS)

_LEFT_OUT: dict[str, str] = {}
_LONG = ("machines", "chaos", "end_to_end", "bench", "term", "training", "guide", "web", "sandbox", "worker")
"""Folders whose files take long, first: of whole products, trainings, browsers."""


def _drop_speechbrains_old_names() -> None:
    """Take the stand-ins for SpeechBrain's former module names out of `sys.modules`.

    Hypothesis asks every module for its file, and a stand-in answers by importing its successor: with a warning, and
    for some by way of packages that nobody here has (k2, spaCy, flair).
    """
    if "speechbrain" in sys.modules:
        from speechbrain.utils.importutils import LazyModule

        for name in [name for name, module in sys.modules.items() if isinstance(module, LazyModule)]:
            del sys.modules[name]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test before this one may have imported SpeechBrain."""
    _drop_speechbrains_old_names()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, loudly; in CI a missing prerequisite is a failure, but for LibreOffice."""
    _drop_speechbrains_old_names()
    # A file is run by one process: whichever is left with a long one at the end keeps the other waiting.
    items.sort(key=lambda item: item.path.relative_to(Path(__file__).parent).parts[0] not in _LONG)
    missing = {
        "voices": None if VOICES.is_dir() else f"the real voices are not at {VOICES}",
        "postgres": None if _POSTGRES else "no PostgreSQL: run the tests with make test",
        "redis": None if _REDIS else "no redis-server: run the tests with make test",
        "machines": None if _MACHINES else "network namespaces want root, iproute2, PostgreSQL and redis-server",
    }
    # Too large to be installed for a check: the formulas are calculated by `tests.formulas` there.
    office = {"office": f"not installed: {', '.join(MISSING)}" if MISSING else None}
    for item in items:
        for marker, why in (office if IN_CI else {**missing, **office}).items():
            if why and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=why))
                _LEFT_OUT[marker] = why


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: in search of garbage, nobody looks through all of them again."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """At the end they go before the libraries that made them: else some crash."""
    gc.unfreeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was left out where nobody can miss it."""
    for marker, why in _LEFT_OUT.items():
        terminalreporter.write_line(f"LEFT OUT: every test marked {marker!r}, for {why}", red=True, bold=True)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A test that runs one of our commands in its own process sets logging up; the next one must not notice."""
    root = logging.getLogger()
    rooms = [logging.getLogger(name) for name in ("bot", "evaluation", "models", "rollcall", "sandbox", "worker")]
    before = root.level, list(root.handlers), [room.level for room in rooms], logging.raiseExceptions
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for room, level in zip(rooms, before[2], strict=True):
        room.setLevel(level)
    logging.raiseExceptions = before[3]
    logging.captureWarnings(False)


@pytest.fixture(scope="session", autouse=True)
def _sqlite_waits_for_no_disk() -> Iterator[None]:
    """In the tests' own processes, as their PostgreSQL does not; no power fails here, and products have processes."""
    prepare = storage._prepare_sqlite

    def hastily(connection: Any, record: Any) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "_prepare_sqlite", hastily)
        yield


class _Compiled(dict[Any, Any]):
    """Compiled statements of all engines: those of one kind of dialect may have each other's."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """Most tests have a database of their own, and each engine would compile its statements anew."""
    make, shared = create_engine, cast(Any, _Compiled())

    def sharing(url: Any, **options: Any) -> Engine:
        engine = make(url, **options)
        engine._compiled_cache = shared
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "create_engine", sharing)
        yield


@pytest.fixture(scope="session")
def voices() -> Path:
    """The folder of real voices."""
    assert VOICES.is_dir(), f"the real voices are missing: {VOICES}"
    return VOICES


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where this machine keeps weights between runs."""
    named = os.environ.get("ROLLCALL_MODELS_DIR")
    return Path(named) if named else platformdirs.user_cache_path("rollcall") / "models"


@pytest.fixture(scope="session")
def real_weights(models_dir: Path) -> Path:
    """The pinned CAM++ weights, fetched on a machine's first run."""
    try:
        return registry.pull("campplus", models_dir)
    except WeightsUnavailable as error:
        absent(str(error))


@pytest.fixture(scope="session")
def whisper(models_dir: Path) -> Recogniser:
    """The recogniser of words, fetched on a machine's first run."""
    try:
        recogniser.pull(models_dir)
        return recogniser.load(recogniser.CARD.name, models_dir)
    except ModelError as error:
        absent(str(error))


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded Valkey, started as the product starts it."""
    from rollcall.queue.embedded import start_valkey

    settings = Settings(data_dir=tmp_path_factory.mktemp("valkey"), _env_file=None)
    server = start_valkey(settings)
    yield settings.effective_redis_url
    server.stop()


@pytest.fixture(params=["valkey", pytest.param("redis", marks=pytest.mark.redis)])
def redis_url(request: pytest.FixtureRequest) -> str:
    """An empty queue: embedded Valkey, then redis-server."""
    if request.param == "redis":
        assert _REDIS, "ROLLCALL_TEST_REDIS_URL is not set"
        url = f"{_REDIS}?db={RUNNER.removeprefix('gw')}"
    else:
        url = request.getfixturevalue("valkey_url")
    with connect(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """A blocking client of the empty queue."""
    with connect(redis_url) as client:
        yield client


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run's test processes together."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that is filled by the first test process to want it, and there for the others."""
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            begun = folder.with_name(f"{folder.name}.begun")
            shutil.rmtree(begun, ignore_errors=True)  # a test that was stopped in the middle
            begun.mkdir()
            make(begun)
            begun.rename(folder)
    return folder


async def each(lots: AsyncIterator[Sequence[_T]]) -> AsyncGenerator[_T, None]:
    """What comes in lots, one by one."""
    try:
        async for lot in lots:
            for one in lot:
                yield one
    finally:
        if isinstance(lots, AsyncGenerator):
            await lots.aclose()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """An empty PostgreSQL database of this test process's own."""
    assert _POSTGRES, "ROLLCALL_TEST_POSTGRES_URL is not set"
    # In a thread, since the test that wants it first already has a loop.
    with ThreadPoolExecutor() as thread:
        return thread.submit(asyncio.run, new_database(_POSTGRES, f"rollcall_{RUNNER}")).result()


async def new_database(server: str, name: str) -> str:
    """An empty database of this name on a PostgreSQL server; its URL."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path, keyring: Keyring) -> AsyncIterator[Database]:
    """An empty database with the present schema: SQLite, then PostgreSQL."""
    if request.param == "postgres":
        database = Database(request.getfixturevalue("postgres_url"), keyring)
    else:
        url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
        lay_schema(url)
        database = Database(url, keyring)
    await migrate(database)
    yield database
    if request.param == "postgres":
        with database.session() as session:
            empty(session)
    await database.close()


@pytest.fixture
def keyring() -> Keyring:
    """A key of the tests' own."""
    return Keyring([bytes(range(32))])


WaitUntil = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def _files_are_made_as_before() -> Iterator[None]:
    """A command that is run in this process writes for its user alone from then on; later tests do not."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def wait_until() -> WaitUntil:
    """Await a predicate (plain or async) becoming true, 20 seconds at most; returns what it gave."""

    async def wait(predicate: Callable[[], Any], timeout: float = 20.0) -> Any:  # noqa: ASYNC109
        async with asyncio.timeout(timeout):
            while True:
                found = predicate()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(0.02)

    return wait


def absent(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
