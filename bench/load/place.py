"""Where an installation keeps what it knows, and how a program of its commit is run there."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from bench.load.commits import Code
from rollcall.errors import Unavailable
from rollcall.system.urls import with_driver

_KEPT = ("ROLLCALL_MODELS_DIR", "ROLLCALL_BACKEND", "ROLLCALL_DEVICE")
_KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class Place:
    """A folder that holds ``data``, and a PostgreSQL database; without one, SQLite in ``data``."""

    folder: Path
    database: str | None = None

    def environment(self, code: Code, encoder: str) -> dict[str, str]:
        """Of every process; of the shell's settings only those that say where and on what an encoder runs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_") or name in _KEPT}
        return {
            **kept,
            "PYTHONPATH": str(code.folder),
            "ROLLCALL_DATA_DIR": str(self.folder / "data"),
            "ROLLCALL_DATABASE_URL": self.database or "",
            "ROLLCALL_VOICEPRINT_KEY": _KEY,
            "ROLLCALL_SPEAKER_MODEL": encoder,
            "ROLLCALL_LOG_LEVEL": "WARNING",
        }

    @asynccontextmanager
    async def copy(self, folder: Path) -> AsyncIterator[Place]:
        """The same once more, and gone afterwards; nobody may be connected to this one's database."""
        ignored = shutil.ignore_patterns("notes", "roster.json")
        await asyncio.to_thread(shutil.copytree, self.folder, folder, ignore=ignored)
        if self.database is None:
            yield Place(folder)
            return
        async with own_database(self.database, template=True) as copied:
            yield Place(folder, copied)


async def run_python(environment: dict[str, str], folder: Path, *line: str, tell: Callable[[str], None]) -> None:
    """Run a Python program to its end; ``tell`` is given each line that it prints.

    Raises:
        Unavailable: it failed; with its last words.
    """
    with tempfile.TemporaryFile() as complaints:
        # In a folder without a .env: the run must not touch what the administrator's names.
        process = await asyncio.create_subprocess_exec(
            sys.executable, *line, env=environment, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=complaints
        )
        try:
            while process.stdout is not None and (said := await process.stdout.readline()):
                tell(said.decode().strip())
            if await process.wait():
                complaints.seek(0)
                words = complaints.read().decode().strip().splitlines() or [f"exit code {process.returncode}"]
                raise Unavailable(words[-1])
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def own_database(url: str, *, template: bool = False) -> AsyncIterator[str]:
    """A database made on the server that ``url`` names, and dropped after it.

    Args:
        template: whether it begins as a copy of the database that ``url`` names.
    """
    name = f"rollcall_load_{secrets.token_hex(4)}"
    like = f' TEMPLATE "{make_url(url).database}"' if template else ""
    engine = create_engine(make_url(with_driver(url)).set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{like}"))
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()
