"""What is written down of an answer that was sent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.outbox.answers import _record, answer
from bot.services import Services, now
from rollcall.config.settings import Settings
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.sealing.seal import Keyring
from rollcall.storage.attempts import IncomingNote, register
from rollcall.storage.classes import create_class, join_class
from rollcall.storage.database import Database
from rollcall.storage.lessons import mark, open_lesson
from rollcall.storage.people import register_person
from rollcall.storage.tables import Attempt
from rollcall.usecases.take_note import lesson_for


class Restarting(Database):
    """A database that is away the first few times."""

    left = 2

    def __init__(self, there: Database) -> None:
        self._there, self.troubles = there, there.troubles

    async def run(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        if self.left:
            self.left -= 1
            raise OperationalError("SELECT 1", {}, OSError("refused"))
        return await self._there.run(use_case, *args, **kwargs)


async def test_that_an_answer_was_sent_is_written_down_once_the_database_is_back(
    database: Database, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outbox.answers._RECORD_AGAIN", 0.01)
    note = IncomingNote(7, 1, "file", "unique", 9000, now())
    with database.session() as session:
        person = register_person(session, 7, "Анна Белова", now())
        register(session, note, person, Purpose.CHECK_IN, class_id=None, lesson=None, enrolment=None, received_at=now())
    restarting = Restarting(database)
    services = Services.open(Settings(data_dir=tmp_path, _env_file=None), keyring, restarting)
    await _record(services, note.attempt_id, answered_at=now())
    await services.redis.aclose()
    assert restarting.left == 0
    with database.session() as session:
        assert session.scalar(select(Attempt.answered_at).where(Attempt.id == note.attempt_id)) is not None


class Refusing:
    """As much of an application as an answer needs, on a Telegram that takes none."""

    def __init__(self, error: TelegramError) -> None:
        self.bot, self.error, self.asked = self, error, 0

    async def send_message(self, *_: object, **__: object) -> None:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("settled", "error", "waits"),
    [
        (0, NetworkError("away"), 3), (20, NetworkError("away"), 3), (600, NetworkError("away"), 60),
        (86_400, NetworkError("away"), 300), (0, 100, 100), (0, 86_400, 900),
    ],
)  # fmt: skip
async def test_an_answer_that_telegram_does_not_take_is_tried_again_later_and_later(
    database: Database,
    keyring: Keyring,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settled: int,
    error: TelegramError | int,
    waits: int,
) -> None:
    attempt_id = await a_settled_note(database, timedelta(seconds=settled))
    services = Services.open(Settings(data_dir=tmp_path, _env_file=None), keyring, database)
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how later versions of the library tell times
    if isinstance(error, int):
        error = RetryAfter(error)
    telegram: Any = Refusing(error)
    with pytest.raises(type(error)):
        await answer(telegram, services, attempt_id)
    with database.session() as session:
        attempt = session.get_one(Attempt, attempt_id)
        assert attempt.answer_from is not None
        assert attempt.answer_holder is None, "nobody is at it meanwhile"
        assert (attempt.answer_from - now()).total_seconds() == pytest.approx(waits, abs=2)
        assert (attempt.answered_at, attempt.unanswerable) == (None, None)
    await answer(telegram, services, attempt_id)
    assert telegram.asked == 1, "not before its time"
    await services.redis.aclose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("error", "why"), [(Forbidden("blocked"), "blocked"), (BadRequest("no chat"), "refused")])
async def test_an_answer_that_can_never_be_delivered_is_given_up(
    database: Database, keyring: Keyring, tmp_path: Path, error: TelegramError, why: str
) -> None:
    attempt_id = await a_settled_note(database, timedelta())
    services = Services.open(Settings(data_dir=tmp_path, _env_file=None), keyring, database)
    telegram: Any = Refusing(error)
    for _ in range(2):
        await answer(telegram, services, attempt_id)
    assert telegram.asked == 1
    with database.session() as session:
        assert (session.get_one(Attempt, attempt_id)).unanswerable == why
    await services.redis.aclose()


async def a_settled_note(database: Database, ago: timedelta) -> str:
    """One whose sender is owed an answer since then."""
    note = IncomingNote(7, 1, "file", "unique", 9000, now())
    with database.session() as session:
        person = register_person(session, 7, "Анна Белова", now())
        attempt = register(
            session, note, person, Purpose.CHECK_IN, class_id=None, lesson=None, enrolment=None, received_at=now()
        )
        attempt.verdict, attempt.reason, attempt.settled_at = Verdict.REFUSED, Reason.NOISY, now() - ago
    return note.attempt_id


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_of_several_open_lessons_one_without_a_mark_comes_first(database: Database) -> None:
    at = now()
    with database.session() as session:
        teacher = register_person(session, 100, "Мария Ивановна", at)
        anna = register_person(session, 7, "Анна Белова", at)
        begun = []
        for number in range(3):
            school_class = create_class(session, teacher, f"Класс {number}", "UTC", at)
            join_class(session, anna, school_class, at)
            opened = at - timedelta(minutes=10 - number)
            lesson, _ = open_lesson(session, school_class.id, teacher, opened, timedelta(hours=1), timedelta(0))
            begun.append(lesson)
        for expected in (begun[2], begun[1], begun[0], begun[2]):
            assert lesson_for(session, anna, at, []) == (expected, False)
            mark(session, expected, anna.id, at, 0.9, None)
