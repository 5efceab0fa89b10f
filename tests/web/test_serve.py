"""``rollcall web`` as a process: it waits for its port, and ends at once although somebody looks on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from rollcall.config.settings import Settings
from rollcall.sealing.seal import load_keyring
from rollcall.storage import web_access
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Lesson
from tests.bot.school import MARIA, found
from tests.chaos.proxy import free_port
from tests.conftest import WaitUntil
from tests.schema import lay_schema
from tests.web.live import is_served
from web.serve import bound

_STARTS = 90.0
"""Seconds for a process to start in, where many others do."""


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A data folder with a school in it."""
    settings = Settings(data_dir=tmp_path, _env_file=None)
    lay_schema(settings.effective_database_url)
    database = Database(settings.effective_database_url, load_keyring(settings, create=True))
    await migrate(database)
    await found(database)
    with database.session() as session:
        token = web_access.make_screen(session, session.get_one(Lesson, 1), MARIA, datetime.now(UTC))
    (tmp_path / "screen").write_text(token)
    await database.close()
    return tmp_path


async def test_two_want_one_port_and_the_second_has_it_after_the_first(folder: Path, wait_until: WaitUntil) -> None:
    port = free_port()
    async with _web(folder, port, "first") as first:
        await wait_until(lambda: is_served(port), _STARTS)
        async with _web(folder, port, "second"):
            said = folder / "second.log"
            await wait_until(lambda: "cannot be bound" in said.read_text(), _STARTS)
            first.send_signal(signal.SIGTERM)
            await first.wait()
            await wait_until(lambda: is_served(port), _STARTS)
            assert said.read_text().count("cannot be bound") == 1


def test_a_port_is_ones_own_before_the_first_page_is_served() -> None:
    port = free_port()
    with bound("127.0.0.1", port), pytest.raises(OSError, match="in use"):
        bound("127.0.0.1", port)


async def test_it_ends_although_somebody_looks_on(folder: Path, wait_until: WaitUntil) -> None:
    port, token = free_port(), (folder / "screen").read_text()
    async with _web(folder, port, "one") as process, httpx.AsyncClient() as client:
        await wait_until(lambda: is_served(port), _STARTS)
        url = f"http://127.0.0.1:{port}/screen/{token}/live"
        async with client.stream("GET", url) as answer:
            lines = answer.aiter_lines()
            while not (await anext(lines)).startswith("data"):
                pass
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await process.wait() == 0
                with suppress(httpx.HTTPError):
                    async for _ in lines:
                        pass


def test_beside_a_webhook_the_pages_go_out_of_the_way_unless_told_otherwise() -> None:
    url = "https://school.example"
    assert Settings(_env_file=None).effective_web_port == 8080
    assert Settings(webhook_url=url, _env_file=None).effective_web_port == 8081
    assert Settings(webhook_url=url, web_port=8080, _env_file=None).effective_web_port == 8080
    assert Settings(webhook_url=url, webhook_port=9000, _env_file=None).effective_web_port == 8080


@asynccontextmanager
async def _web(folder: Path, port: int, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {one: value for one, value in os.environ.items() if not one.startswith("ROLLCALL_")}
    environment |= {"ROLLCALL_DATA_DIR": str(folder), "ROLLCALL_WEB_PORT": str(port)}
    with (folder / f"{name}.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rollcall", "web", env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
