"""A small school to test storage with."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import create_engine, make_url, text

from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import pack_embedding
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, embedding_binding, fingerprint_binding, narrow_embedding_binding
from rollcall.storage import attempts, classes, lessons, people
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.database import Database
from rollcall.storage.tables import Lesson
from rollcall.usecases.dialogue import ENROLLING

NINE = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
TEACHER, ANNA, BORIS = 100, 201, 202


@dataclass
class School:
    """A class with a teacher and two students, and what happens in it."""

    database: Database
    keyring: Keyring
    class_id: int
    ids: dict[int, int]
    sent: int = 0
    owners: dict[str, int] = field(default_factory=dict)

    async def open(self, at: datetime = NINE) -> int:
        with self.database.session() as session:
            teacher = people.find_person(session, TEACHER)
            assert teacher
            lesson, _ = lessons.open_lesson(
                session, self.class_id, teacher, at, timedelta(minutes=90), timedelta(minutes=10)
            )
            return lesson.id

    async def close(self, lesson_id: int, at: datetime = NINE + timedelta(minutes=45)) -> None:
        with self.database.session() as session:
            lessons.close_lesson(session, session.get_one(Lesson, lesson_id), at)

    async def begin_enrolment(self, telegram_id: int, enrolment: str) -> None:
        with self.database.session() as session:
            people.give_consent(session, telegram_id, "1", "ru", NINE)
            people.set_step(session, telegram_id, ENROLLING, {"enrolment": enrolment}, NINE)

    async def note(
        self,
        telegram_id: int,
        *,
        sent_at: datetime = NINE,
        lesson_id: int | None = None,
        enrolment: str | None = None,
        unique: str | None = None,
        sent_as: SentAs | None = None,
    ) -> str:
        """A voice note is written down; its attempt's id."""
        self.sent += 1
        number = self.sent
        file = f"f{number}", unique or f"u{number}"
        incoming = IncomingNote(telegram_id, number, *file, 9000, sent_at, sent_as=sent_as)
        with self.database.session() as session:
            person = people.find_person(session, telegram_id)
            assert person
            attempt = attempts.register(
                session,
                incoming,
                person,
                Purpose.ENROL if enrolment else Purpose.CHECK_IN,
                class_id=None if enrolment else self.class_id,
                lesson=session.get(Lesson, lesson_id) if lesson_id else None,
                enrolment=enrolment,
                received_at=sent_at,
            )
            self.owners[attempt.id] = person.id
            return attempt.id

    def result(
        self,
        attempt_id: str,
        verdict: Verdict = Verdict.ACCEPTED,
        reason: Reason = Reason.MATCH,
        *,
        voice: NDArray[np.float32] | None = None,
        print_: bytes = b"",
        weights: str = "w1",
        speech: float = 4.0,
        narrow: NDArray[np.float32] | None = None,
    ) -> Result:
        """What a worker would say of the note."""
        sealed, owner = None, self.owners.get(attempt_id, 0)
        if voice is not None:
            binding = embedding_binding(attempt_id, owner, "campplus", weights)
            sealed = self.keyring.seal(pack_embedding(voice), binding)
        by_telephone = None
        if narrow is not None:
            binding = narrow_embedding_binding(attempt_id, owner, "campplus", weights)
            by_telephone = self.keyring.seal(pack_embedding(narrow), binding)
        fingerprint = self.keyring.seal(print_, fingerprint_binding(attempt_id, owner)) if print_ else None
        return Result(
            job_id=attempt_id, verdict=verdict, reason=reason, model="campplus", weight_hash=weights, confidence=0.97,
            speech_seconds=speech, timings={"embed": 50.0}, embedding=sealed, fingerprint=fingerprint,
            narrow=by_telephone,
        )  # fmt: skip


@pytest.fixture
def make_school(keyring: Keyring) -> Callable[[Database], Awaitable[School]]:
    async def make(database: Database) -> School:
        with database.session() as session:
            teacher = people.register_person(session, TEACHER, "Мария Ивановна", NINE)
            teacher.is_teacher = True
            school_class = classes.create_class(session, teacher, "Физика 9Б", "Europe/Moscow", NINE)
            ids = {}
            for telegram_id, name in ((ANNA, "Анна Белова"), (BORIS, "Борис Громов")):
                person = people.register_person(session, telegram_id, name, NINE)
                classes.join_class(session, person, school_class, NINE)
                ids[telegram_id] = person.id
            return School(database, keyring, school_class.id, ids)

    return make


@pytest.fixture
async def school(database: Database, make_school: Callable[[Database], Awaitable[School]]) -> School:
    return await make_school(database)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path, keyring: Keyring) -> AsyncIterator[Database]:
    """A database of its own without any schema: SQLite, then PostgreSQL."""
    kind: Kind = request.param
    async with fresh_database(kind, tmp_path, keyring) as database:
        yield database


Kind = Literal["sqlite", "postgres"]


@asynccontextmanager
async def fresh_database(kind: Kind, folder: Path, keyring: Keyring) -> AsyncIterator[Database]:
    """A database without any schema, gone afterwards."""
    name = f"rollcall_{uuid.uuid4().hex}"
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder / name}.sqlite3", keyring)
        yield database
        await database.close()
        return
    url = make_url(os.environ["ROLLCALL_TEST_POSTGRES_URL"])
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    database = Database(url.set(database=name).render_as_string(hide_password=False), keyring)
    try:
        yield database
    finally:
        await database.close()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
