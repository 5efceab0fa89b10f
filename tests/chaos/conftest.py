"""Two houses for the fault tests, each with a class that has enrolled; its account must be good after every test."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
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

_SERVICES = Path(__file__).parents[2] / "scripts" / "services"


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


@contextmanager
def own_postgres() -> Iterator[str]:
    """The URL of a server that nobody else uses: whose backend is killed throws out everybody on it."""
    run = [str(_SERVICES), "run", "--", "sh", "-c", 'echo "$ROLLCALL_TEST_POSTGRES_URL"; cat']
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as servers:
        assert servers.stdin
        assert servers.stdout
        try:
            url = servers.stdout.readline().strip()
            assert url, "PostgreSQL is not installed"
            yield url
        finally:
            servers.stdin.close()  # so cat ends, and the servers with it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def small() -> AsyncIterator[Home]:
    """One bot that polls, one worker, SQLite, Valkey."""
    async with home(Plan(queue="valkey"), 5) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large() -> AsyncIterator[Home]:
    """Two bots behind a webhook, three workers, PostgreSQL, Redis."""
    with own_postgres() as postgres:
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
