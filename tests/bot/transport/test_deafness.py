"""Whether a bot is deaf, or there is nothing to hear: against the sandbox's Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from pydantic import SecretStr

from bot.services import App, Services
from bot.transport.deafness import Hearing, poll_seconds
from rollcall.config.settings import Settings
from sandbox.faults import Fault
from sandbox.server import Server
from tests.conftest import WaitUntil

LIMIT = timedelta(seconds=1)
SETTINGS = Settings(telegram_token=SecretStr("1:x"), _env_file=None).model_copy(update={"stuck_after": LIMIT})


class Listener:
    """What `Hearing` needs of an application."""

    def __init__(self, url: str) -> None:
        self.bot = self
        self.base_url = url


@asynccontextmanager
async def kept(hearing: Hearing, url: str) -> AsyncIterator[None]:
    nothing = cast(Services, None)
    task = asyncio.create_task(hearing.keep(cast(App, Listener(url)), nothing))
    try:
        yield
    finally:
        task.cancel()


def url_of(server: Server) -> str:
    return f"{server.url}/bot{server.telegram.token}"


async def test_silence_while_telegram_answers_is_deafness_and_a_word_ends_it(wait_until: WaitUntil) -> None:
    hearing = Hearing(SETTINGS)
    async with Server() as server, kept(hearing, url_of(server)):
        assert hearing.deaf() is None
        assert hearing.silent() == "not listening yet"
        hearing.heard.beat()
        assert hearing.silent() is None
        found = await wait_until(hearing.deaf)
        assert found.startswith("Telegram answers, but has not been asked for updates for ")
        assert hearing.silent() is not None
        hearing.heard.beat()
        assert hearing.deaf() is None


@pytest.mark.parametrize("kind", ["drop", "error"])
async def test_silence_while_telegram_is_away_is_no_fault_of_the_bot(kind: Any, wait_until: WaitUntil) -> None:
    hearing = Hearing(SETTINGS)
    async with Server() as server, kept(hearing, url_of(server)):
        server.telegram.faults.add(Fault("*", kind, code=502, times=1_000_000))
        hearing.heard.beat()
        await wait_until(hearing.silent)
        before = len(server.telegram.calls)
        await wait_until(lambda: len(server.telegram.calls) > before + 10)
        assert hearing.deaf() is None

        server.telegram.faults.clear()
        assert await wait_until(hearing.deaf)


async def test_a_webhook_that_takes_no_connection_is_deaf(wait_until: WaitUntil) -> None:
    async with Server() as there:
        update = {"webhook_url": "https://school.example", "webhook_listen": "127.0.0.1", "webhook_port": there.port}
        hearing = Hearing(SETTINGS.model_copy(update=update))
        async with kept(hearing, "unused"):
            await wait_until(lambda: hearing.heard.age is not None)
            assert hearing.deaf() is None
            await there.stop()
            assert "has taken no connection" in await wait_until(hearing.deaf)


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 10), (0.1, 1), (60, 10)])
def test_a_long_poll_ends_before_silence_is_suspicious(minutes: float, seconds: int) -> None:
    settings = Settings(stuck_after=timedelta(minutes=minutes), _env_file=None)
    assert poll_seconds(settings) == seconds
    assert seconds < 0.4 * settings.stuck_after.total_seconds()
