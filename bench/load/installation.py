"""Rollcall as an administrator runs it: ``rollcall up`` with a data folder of its own, and more workers beside it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import redis.asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.queue import keys
from rollcall.queue.bot_end import connect
from rollcall.sealing.seal import Keyring, load_keyring
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from sandbox.server import Server

_PATIENCE = 180.0
_KEPT = ("ROLLCALL_MODELS_DIR", "ROLLCALL_BACKEND", "ROLLCALL_DEVICE")


class Installation:
    """Bot, queue and database on this machine, with some number of workers."""

    def __init__(self, folder: Path, server: Server, encoder: str, workers: int, database_url: str | None) -> None:
        self._folder = folder
        self._server = server
        self._workers = workers
        self._children: dict[str, asyncio.subprocess.Process] = {}
        # Of the shell's settings only those that say where and on what an encoder runs.
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")},
            **kept,
            "ROLLCALL_TELEGRAM_TOKEN": server.telegram.token,
            "ROLLCALL_TELEGRAM_API_URL": server.url,
            "ROLLCALL_DATA_DIR": str(folder / "data"),
            "ROLLCALL_DATABASE_URL": database_url or "",
            "ROLLCALL_SPEAKER_MODEL": encoder,
            "ROLLCALL_LOG_LEVEL": "WARNING",
        }
        own = Settings(_env_file=None)
        self.settings = own.model_copy(
            update={
                "data_dir": folder / "data",
                "database_url": database_url,
                "redis_url": None,
                "voiceprint_key": None,
                "speaker_model": encoder,
            }
        )
        self.keyring: Keyring = load_keyring(self.settings, create=True)

    def database(self) -> Database:
        """The same database, for filling and for counting."""
        return Database.open(self.settings)

    def queue(self) -> redis.asyncio.Redis:
        """The same queue, for looking into."""
        return connect(self.settings.effective_redis_url)

    @property
    def log(self) -> Path:
        """What the processes had to say."""
        return self._folder / "log.jsonl"

    async def migrate(self) -> None:
        """Make the tables."""
        database = self.database()
        await migrate(database)
        await database.close()

    async def start(self) -> None:
        """Everything running, and every worker ready.

        Raises:
            Unavailable: it does not start.
        """
        try:
            await self._run("up", "up")
            await self._server.telegram.until_called("getUpdates", timeout=_PATIENCE)
            await self._until_ready(1)
            for number in range(1, self._workers):
                await self._run(f"worker {number + 1}", "worker")
            await self._until_ready(self._workers)
        except TimeoutError:
            raise Unavailable(f"Rollcall does not start; see {self.log}") from None

    async def stop(self) -> None:
        """Ask everything to stop, and wait for it."""
        for child in reversed(self._children.values()):
            if child.returncode is None:
                child.terminate()
        await asyncio.gather(*(child.wait() for child in self._children.values()))

    def processes(self) -> dict[str, psutil.Process]:
        """What runs, by what it is."""
        found: dict[str, psutil.Process] = {}
        up = psutil.Process(self._children["up"].pid)
        for process in up.children(recursive=True):
            line = process.cmdline()
            if "bot" in line:
                found["bot"] = process
            elif "worker" in line:
                found["worker 1"] = process
            elif any("valkey-server" in part for part in line):
                found["valkey"] = process
        found |= {name: psutil.Process(child.pid) for name, child in self._children.items() if name != "up"}
        return dict(sorted(found.items()))

    async def _run(self, name: str, command: str) -> None:
        with self.log.open("ab") as log:
            # In a folder without a .env: the run must not touch what the administrator's names.
            self._children[name] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rollcall", command,
                env=self._environment, cwd=self._folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def _until_ready(self, workers: int) -> None:
        client = self.queue()
        try:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    try:
                        if len(await client.xinfo_consumers(keys.JOBS, keys.WORKERS)) >= workers:
                            return
                    except redis.RedisError:
                        pass  # the stream is not there yet
                    await asyncio.sleep(0.2)
        finally:
            await client.aclose()


@asynccontextmanager
async def own_database(server_url: str | None) -> AsyncIterator[str | None]:
    """A database made for the run on a PostgreSQL server, and dropped after it; None where SQLite is to be used."""
    if server_url is None:
        yield None
        return
    name = f"rollcall_load_{os.getpid()}"
    engine = create_async_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            async with engine.connect() as connection:
                await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await engine.dispose()
