"""Rollcall as an administrator runs it: on one machine by ``rollcall up``, or as several processes of every kind."""

from __future__ import annotations

import asyncio
import os
import sys
from abc import ABC, abstractmethod
from typing import Literal

import psutil
import redis.asyncio
from sqlalchemy import text

from bench.load.commits import Code
from bench.load.place import Place
from bench.load.watch import Meter
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.queue.bot_end import connect
from rollcall.storage.database import Database
from sandbox.server import Server
from tests.chaos.house import House
from tests.chaos.house import Plan as HousePlan

Kind = Literal["one", "several"]
_PATIENCE = 180.0


class Installation(ABC):
    """A commit's processes at a place, and the servers that they need."""

    def __init__(self, place: Place, server: Server, code: Code, encoder: str, workers: int) -> None:
        self.place = place
        self.workers = workers
        self._server = server
        self._environment = {
            **place.environment(code, encoder),
            "ROLLCALL_TELEGRAM_TOKEN": server.telegram.token,
            "ROLLCALL_TELEGRAM_API_URL": server.url,
        }
        self._settings = Settings(_env_file=None).model_copy(
            update={"data_dir": place.folder / "data", "database_url": place.database, "redis_url": None}
        )

    @property
    @abstractmethod
    def redis_url(self) -> str:
        """The queue's."""

    def database(self) -> Database:
        """The same database, for looking into."""
        return Database(self._settings.effective_database_url)

    def queue(self) -> redis.asyncio.Redis:
        """The same queue, for looking into."""
        return connect(self.redis_url)

    async def start(self) -> None:
        """Everything running and ready. The bot itself finds that no gallery is written yet, and writes them all.

        Raises:
            Unavailable: it does not start.
        """
        try:
            await self._begin()
        except TimeoutError:
            raise Unavailable("Rollcall does not start; is a port or a socket taken?") from None

    @abstractmethod
    async def _begin(self) -> None: ...

    @abstractmethod
    async def stop(self) -> None:
        """Ask everything to stop, and wait for it."""

    @abstractmethod
    async def meters(self) -> dict[str, Meter]:
        """What runs, by what it is, such as ``bot`` or ``worker 2``."""

    async def _until_all_listen(self, bots: int) -> None:
        """Bots for results, workers for jobs: older servers name a group's consumers only once they have had one."""
        client = self.queue()
        try:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    try:
                        listening = [one for one in await client.client_list() if one["cmd"] == "xreadgroup"]
                        if len(listening) >= bots + self.workers:
                            return
                    except redis.RedisError:
                        pass  # the server is not there yet
                    await asyncio.sleep(0.2)
        finally:
            await client.aclose()


class One(Installation):
    """``rollcall up``: bot, Valkey and a worker; more workers beside it."""

    def __init__(self, place: Place, server: Server, code: Code, encoder: str, workers: int) -> None:
        super().__init__(place, server, code, encoder, workers)
        self._children: dict[str, asyncio.subprocess.Process] = {}

    @property
    def redis_url(self) -> str:
        return self._settings.effective_redis_url

    async def _begin(self) -> None:
        await self._run("up", "up")
        await self._server.telegram.until_called("getUpdates", timeout=_PATIENCE)
        for number in range(1, self.workers):
            await self._run(f"worker {number + 1}", "worker")
        await self._until_all_listen(bots=1)

    async def stop(self) -> None:
        for child in reversed(self._children.values()):
            if child.returncode is None:
                child.terminate()
        await asyncio.gather(*(child.wait() for child in self._children.values()))

    async def meters(self) -> dict[str, Meter]:
        found: dict[str, psutil.Process] = {}
        for process in psutil.Process(self._children["up"].pid).children(recursive=True):
            line = process.cmdline()
            if "bot" in line:
                found["bot"] = process
            elif "worker" in line:
                found["worker 1"] = process
            elif any("valkey-server" in part for part in line):
                found["valkey"] = process
        found |= {name: psutil.Process(child.pid) for name, child in self._children.items() if name != "up"}
        return {name: Meter(process) for name, process in sorted(found.items())}

    async def _run(self, name: str, command: str) -> None:
        with (self.place.folder / "log.jsonl").open("ab") as log:
            # In a folder without a .env: the run must not touch what the administrator's names.
            self._children[name] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rollcall", command,
                env=self._environment, cwd=self.place.folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


class Several(Installation):
    """Two bots behind a webhook, workers, Redis, and the PostgreSQL of the place: the chaos tests' house, in calm."""

    BOTS = 2

    def __init__(self, place: Place, server: Server, code: Code, encoder: str, workers: int) -> None:
        super().__init__(place, server, code, encoder, max(2, workers))
        # A house's children have the shell's settings as well, and shorter patience than an administrator's.
        shell = {name: "" for name in os.environ if name.startswith("ROLLCALL_") and name != "ROLLCALL_REDIS_URL"}
        own = {**shell, "ROLLCALL_DELIVERY_TIMEOUT": "", **self._environment}
        plan = HousePlan(
            bots=self.BOTS, workers=self.workers, queue="redis", environment=own, working_folder=place.folder
        )
        self._house = House(place.folder, server, plan, place.database)

    @property
    def redis_url(self) -> str:
        return self._house.redis_url

    async def _begin(self) -> None:
        await self._house.begin()
        await self._server.telegram.called.until(self._every_bot_serves, _PATIENCE)
        await self._until_all_listen(self.BOTS)

    def _every_bot_serves(self) -> bool | None:
        # A bot sets the webhook once it listens.
        said = sum(1 for call in self._server.telegram.calls if call.method.lower() == "setwebhook")
        return said >= self.BOTS or None

    async def stop(self) -> None:
        await self._house.stop()

    async def meters(self) -> dict[str, Meter]:
        found = {
            ("redis" if child is self._house.queue else f"{child.kind} {int(child.name.split()[1]) + 1}"): Meter(
                psutil.Process(child.process.pid)
            )
            for child in self._house.children
            if child.process is not None
        }
        postgres = await self._postgres()
        return dict(sorted(found.items())) | ({"postgres": Meter(postgres, family=True)} if postgres else {})

    async def _postgres(self) -> psutil.Process | None:
        """The server's first process; None where it runs on another machine."""
        database = self.database()
        try:
            number = await database.look(
                lambda session: int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
            )
            with_parent = psutil.Process(number)
            return with_parent.parent() if with_parent.name().startswith("postgres") else None
        except psutil.Error:
            return None
        finally:
            await database.close()
