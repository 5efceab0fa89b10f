"""What is written down of an answer that was sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import _record
from bot.services import Services, now
from rollcall.seal import Keyring
from rollcall.settings import Settings
from rollcall.storage.attempts import IncomingNote, register
from rollcall.storage.database import Database
from rollcall.storage.people import register_person
from rollcall.storage.tables import Attempt
from rollcall.verdict import Purpose


class Restarting(Database):
    """A database that is away the first few times."""

    left = 2

    def __init__(self, there: Database) -> None:
        self._there = there

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        if self.left:
            self.left -= 1
            raise OperationalError("SELECT 1", {}, OSError("refused"))
        async with self._there.session() as session:
            yield session


async def test_that_an_answer_was_sent_is_written_down_once_the_database_is_back(
    database: Database, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answers._RECORD_AGAIN", 0.01)
    note = IncomingNote(7, 1, "file", "unique", 9000, now())
    async with database.session() as session:
        person = await register_person(session, 7, "Анна Белова", now())
        await register(
            session, note, person, Purpose.CHECK_IN, class_id=None, lesson=None, enrolment=None, received_at=now()
        )
    restarting = Restarting(database)
    services = Services.open(Settings(data_dir=tmp_path, _env_file=None), keyring, restarting)
    await _record(services, note.attempt_id, answered_at=now())
    await services.redis.aclose()
    assert restarting.left == 0
    async with database.session() as session:
        assert await session.scalar(select(Attempt.answered_at).where(Attempt.id == note.attempt_id)) is not None
