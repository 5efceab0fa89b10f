"""The same product on PostgreSQL and redis-server: a whole lesson, and what a kill -9 of everything leaves."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollcall.queue import keys
from rollcall.queue.worker_end import connect
from tests.conftest import RUNNER, WaitUntil, new_database
from tests.end_to_end import test_conversation, test_survival
from tests.end_to_end.product import PATIENCE, running

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

_FIRST_DATABASE = 8  # the ones below are other tests'


@pytest.fixture(autouse=True)
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both empty, and the product told of them."""
    database_url = asyncio.run(new_database(os.environ["ROLLCALL_TEST_POSTGRES_URL"], f"product_{RUNNER}"))
    redis_url = f"{os.environ['ROLLCALL_TEST_REDIS_URL']}?db={_FIRST_DATABASE + int(RUNNER.removeprefix('gw'))}"
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", database_url)
    monkeypatch.setenv("ROLLCALL_REDIS_URL", redis_url)
    with connect(redis_url) as client:
        client.flushdb()
        yield
        assert client.xlen(keys.JOBS) == client.xlen(keys.RESULTS) == client.xlen(keys.DEAD) == 0
        assert client.exists(keys.ENCODER), "the product was on another queue"
        client.flushdb()


def test_a_lesson_from_the_first_start_to_the_report(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as product:
            await test_conversation.test_a_lesson_from_the_first_start_to_the_report(product, "ru")

    asyncio.run(play())
    assert not list(tmp_path.glob("*.sqlite3*"))
    assert not list(tmp_path.glob("valkey/*"))


async def test_after_kill_9_of_everything_the_class_goes_on(tmp_path: Path, wait_until: WaitUntil) -> None:
    async with running(tmp_path, ROLLCALL_DELIVERY_TIMEOUT="00:00:05") as product:
        await test_survival.everything_is_killed(product)
        # A note that was posted, and not yet written down to be, was posted again; the first waits for its dead worker.
        with connect(os.environ["ROLLCALL_REDIS_URL"]) as client:
            await wait_until(lambda: client.xlen(keys.JOBS) == 0, PATIENCE)
