"""Rollcall on many machines: two bots behind the shipped reverse proxy, three workers, Redis and PostgreSQL."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rollcall.config.settings import Settings
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from sandbox.server import Server
from tests.chaos.child import Child
from tests.chaos.house import Blow
from tests.end_to_end.product import TEACHER_ID
from tests.machines.network import Machine, Network, Wire

_CADDYFILE = Path(__file__).parents[2] / "deploy" / "caddy" / "Caddyfile"
_PROXY_PORT = 8443
_PATIENCE = 150.0
_SECRETS = {
    "rollcall_voiceprint_key": base64.b64encode(bytes(range(32))).decode(),
    "rollcall_redis_password": "between/many@machines",
    "rollcall_database_password": "and:these%too",
}


class Estate:
    """Everything running; wires by the names of their ends, such as ``wires["bot 0", "redis"]``."""

    def __init__(self, folder: Path, server: Server, network: Network) -> None:
        self.folder = folder
        self.server = server
        self.network = network
        self.wires: dict[tuple[str, str], Wire] = {}
        self.machines: dict[str, Machine] = {}
        self.children: list[Child] = []
        self.blows: list[Blow] = []
        self._servers: list[tuple[asyncio.subprocess.Process, signal.Signals]] = []

    def settings(self, name: str) -> Settings:
        """What a machine is told: its own way to the servers."""
        return Settings(
            redis_url=f"redis://{self.wires[name, 'redis'].far}:6379/0",
            redis_password=_SECRETS["rollcall_redis_password"],
            database_url=f"postgresql://rollcall@{self.wires[name, 'postgres'].far}/postgres",
            database_password=_SECRETS["rollcall_database_password"],
            _env_file=None,
        )

    def database(self) -> Database:
        """For looking into."""
        return Database(self.settings("here").effective_database_url)

    def client(self) -> redis.Redis:
        """For looking into."""
        return redis.Redis.from_url(self.settings("here").effective_redis_url, protocol=2)

    async def start(self, bots: int, workers: int) -> None:
        """Machines, wires, servers, then bots and workers."""
        secrets = self.folder / "secrets"
        secrets.mkdir()
        for name, value in {**_SECRETS, "rollcall_telegram_token": self.server.telegram.token}.items():
            (secrets / name).write_text(value + "\n")
        self.machines["here"] = await Network.here()
        bot_names, worker_names = [f"bot {n}" for n in range(bots)], [f"worker {n}" for n in range(workers)]
        for name in ("redis", "postgres", *bot_names, *worker_names):
            self.machines[name] = await self.network.machine(name)
        for name in ("here", *bot_names):
            await self._wire(name, "redis", "postgres", *(["here"] if name != "here" else []))
        for name in worker_names:
            await self._wire(name, "redis")
        await self.server.start()
        await asyncio.gather(self._start_redis(), self._start_postgres(), self._start_proxy(bot_names))
        database = self.database()
        try:
            await _answering(database)
            await migrate(database)
        finally:
            await database.close()
        self.children = [self._child(name, name.partition(" ")[0]) for name in (*bot_names, *worker_names)]
        for child in self.children:
            child.start()
        await self.server.telegram.until_called("setWebhook", timeout=_PATIENCE)

    async def stop(self) -> None:
        """Bots and workers first."""
        for child in self.children:
            await child.stop()
        for process, how in reversed(self._servers):
            with suppress(ProcessLookupError):
                process.send_signal(how)
            await process.wait()
        await self.server.stop()
        await self.network.close()

    async def cut(self, wires: Sequence[tuple[str, str]]) -> None:
        for ends in wires:
            await self.wires[ends].cut()

    async def mend(self, wires: Sequence[tuple[str, str]]) -> None:
        for ends in wires:
            await self.wires[ends].mend()

    async def _wire(self, name: str, *others: str) -> None:
        for other in others:
            self.wires[name, other] = await self.network.wire(self.machines[name], self.machines[other])

    async def _run(self, machine: str, stop: signal.Signals, *command: str, said: str = "", **environment: str) -> None:
        with (self.folder / f"{machine}-{Path(command[0]).name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self.machines[machine].command(*command), stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log,
                env=os.environ | environment, start_new_session=True,
            )  # fmt: skip
        self._servers.append((process, stop))
        assert process.stdin
        process.stdin.write(said.encode())
        process.stdin.close()

    async def _start_redis(self) -> None:
        lines = [
            "bind 0.0.0.0",
            f"dir {self.folder}",
            "appendonly yes",
            "maxmemory-policy noeviction",
            f"requirepass {_SECRETS['rollcall_redis_password']}",
        ]
        await self._run("redis", signal.SIGTERM, "redis-server", "-", said="\n".join(lines))
        async with asyncio.timeout(_PATIENCE):
            with self.client() as client:
                while True:
                    try:
                        await asyncio.to_thread(client.ping)
                        return
                    except redis.AuthenticationError:
                        raise
                    except redis.RedisError:
                        pass
                    await asyncio.sleep(0.1)

    async def _start_postgres(self) -> None:
        binaries, home = _postgres(), self.folder / "postgres"
        home.mkdir()
        shutil.chown(home, "postgres")
        password = home / "password"
        password.write_text(_SECRETS["rollcall_database_password"])
        shutil.chown(password, "postgres")
        data = str(home / "data")
        await self._run(
            "postgres", signal.SIGQUIT, "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "sh", "-c",
            'cd / && "$1"/initdb --pgdata="$2" --username=rollcall --auth=scram-sha-256 --pwfile="$3" --no-sync '
            '&& echo "host all all 0.0.0.0/0 scram-sha-256" >>"$2"/pg_hba.conf '
            '&& exec "$1"/postgres -D "$2" -c listen_addresses="*" -c unix_socket_directories="$2" -c fsync=off',
            "sh", str(binaries), data, str(password),
        )  # fmt: skip

    async def _start_proxy(self, bots: Sequence[str]) -> None:
        upstreams = " ".join(f"{self.wires[name, 'here'].near}:8080" for name in bots)
        caddy = Path(sys.executable).with_name("caddy")
        await self._run(
            "here", signal.SIGTERM, str(caddy), "run", "--config", str(_CADDYFILE), "--adapter", "caddyfile",
            PROXY_SITE=f"http://:{_PROXY_PORT}", PROXY_TLS="", PROXY_UPSTREAMS=f"to {upstreams}",
            XDG_DATA_HOME=str(self.folder), XDG_CONFIG_HOME=str(self.folder),
        )  # fmt: skip

    def _child(self, name: str, kind: str) -> Child:
        environment = {
            "ROLLCALL_REDIS_URL": f"redis://{self.wires[name, 'redis'].far}:6379/0",
            "ROLLCALL_SECRETS_DIR": str(self.folder / "secrets"),
            "ROLLCALL_SPEAKER_MODEL": "dummy",
            "ROLLCALL_DATA_DIR": str(self.folder / "data"),
        }
        if kind == "bot":
            environment |= {
                "ROLLCALL_TELEGRAM_API_URL": f"http://{self.wires[name, 'here'].far}:{self.server.port}",
                "ROLLCALL_ADMINS": str(TEACHER_ID),
                "ROLLCALL_DATABASE_URL": f"postgresql://rollcall@{self.wires[name, 'postgres'].far}/postgres",
                "ROLLCALL_WEBHOOK_URL": f"http://127.0.0.1:{_PROXY_PORT}",
            }
        command = self.machines[name].command(sys.executable, "-m", "rollcall", kind)
        ready = "bot.app: ready" if kind == "bot" else "worker ready"
        return Child(name, command, environment, self.folder / f"{name.replace(' ', '-')}.log", ready)


@asynccontextmanager
async def estate(folder: Path, bots: int = 2, workers: int = 3) -> AsyncIterator[Estate]:
    """Everything running, taken down at the end. To be called on a machine of one's own: see `scenario`."""
    made = Estate(folder, Server(host="0.0.0.0"), Network())  # noqa: S104 - of a namespace that nobody else is in
    try:
        await made.start(bots, workers)
        yield made
    finally:
        await made.stop()


async def _answering(database: Database) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with database.session() as session:
                session.execute(text("SELECT 1"))
                return
        except (SQLAlchemyError, OSError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


def _postgres() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise FileNotFoundError("PostgreSQL is not here: run scripts/services install")
    return found[-1].parent
