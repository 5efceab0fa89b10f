"""Two houses for the fault tests, each with a class that has enrolled; its account must be good after every test."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis

from rollcall.queue import keys
from tests.chaos.account import Account, settle_accounts
from tests.chaos.form import Form, Note
from tests.chaos.house import House, Plan, house
from tests.chaos.notes import VOICES
from tests.conftest import WaitUntil


@dataclass
class Home:
    """A house, the class in it, and how often an answer was to come twice so far."""

    house: House
    form: Form
    client: redis.Redis
    again: int = 0

    async def check(self, *notes: Note) -> Account:
        """These notes are answered; then every note so far has its answer and its mark, and nothing is left over."""
        await asyncio.gather(*(self.form.answered(note) for note in notes))
        account = await settle_accounts(self.house, [self.form], window=300)
        assert account.good, account
        assert account.again == self.again, account
        return account

    def jobs(self) -> int:
        """Notes in the jobs stream."""
        return int(str(self.client.xlen(keys.JOBS)))

    def results(self) -> int:
        """Results that no bot has applied."""
        return int(str(self.client.xlen(keys.RESULTS)))

    def calls(self, method: str, chat_id: int | None = None) -> int:
        """How often the bots called a method, about a chat."""
        return sum(
            1
            for call in self.house.server.telegram.calls
            if call.method.lower() == method.lower() and chat_id in (None, int(call.values.get("chat_id", 0)))
        )


@asynccontextmanager
async def home(plan: Plan, students: int) -> AsyncIterator[Home]:
    with tempfile.TemporaryDirectory(prefix="rollcall-faults-") as folder:
        async with house(Path(folder), plan) as made:
            form = await asyncio.to_thread(Form, made.server.telegram, 0, VOICES[:students])
            await form.begin()
            with made.client() as client:
                yield Home(made, form, client)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def small() -> AsyncIterator[Home]:
    """One bot that polls, one worker, SQLite, Valkey."""
    async with home(Plan(queue="valkey"), 5) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large() -> AsyncIterator[Home]:
    """Two bots behind a webhook, three workers, PostgreSQL, Redis."""
    postgres = os.environ.get("ROLLCALL_TEST_POSTGRES_URL")
    assert postgres, "ROLLCALL_TEST_POSTGRES_URL is not set"
    async with home(Plan(bots=2, workers=3, queue="redis", postgres=postgres), 3) as made:
        yield made


@pytest.fixture
def wait_until() -> WaitUntil:
    """Await a predicate; a minute, since processes start anew meanwhile."""

    async def wait(predicate: Callable[[], Any]) -> Any:
        async with asyncio.timeout(60):
            while not (found := predicate()):  # noqa: ASYNC110 - a poll
                await asyncio.sleep(0.02)
            return found

    return wait
