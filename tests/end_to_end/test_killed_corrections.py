"""A teacher corrects a mark and the bot is killed in the middle: mark, record and word to the student are all there, or
none of them is; and the student hears of it once.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from sandbox.faults import Fault
from sandbox.message import Message
from sandbox.person import Person
from tests.conftest import RUNNER, WaitUntil, new_database
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running
from tests.end_to_end.test_promises import without_a_voice
from tests.end_to_end.test_survival import child

NAMES = ("Анна Белова", "Борис Громов", "Вера Ким")

DYING = """
import os, signal
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine

flag = Path(os.environ["TEST_DIES_BEFORE_COMMIT"])

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, parameters, context, many):
    if statement.startswith("UPDATE audit_head") and flag.exists():
        flag.with_suffix(".met").touch()
        os.kill(os.getpid(), signal.SIGKILL)
"""
"""Ends a process with all that belongs on record written, the head of the chain last of all, and nothing committed."""


@dataclass(frozen=True)
class Traces:
    """What the database has of a student's correction."""

    mark: str
    records: int
    """Of corrections of the class's marks, all in all."""
    words: int
    """Owed to this student."""


class Kept:
    """The database, looked at beside the product."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)

    def person(self, account: int) -> int:
        return int(self._one("SELECT id FROM people WHERE telegram_id = :it", account))

    def traces(self, person: int) -> Traces:
        return Traces(
            str(self._one("SELECT status FROM attendance WHERE person_id = :it", person)),
            int(self._one("SELECT count(*) FROM audit_records WHERE details LIKE :it", '%"how":"correction"%')),
            int(self._one("SELECT count(*) FROM mark_words WHERE person_id = :it", person)),
        )

    def _one(self, statement: str, it: object) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(statement), {"it": it}).scalar_one()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return asyncio.run(new_database(os.environ["ROLLCALL_TEST_POSTGRES_URL"], f"corrections_{RUNNER}"))
    return f"sqlite:///{tmp_path / 'data' / 'rollcall.sqlite3'}"


async def test_a_correction_is_made_whole_or_not_at_all_and_told_once_whenever_the_bot_is_killed(
    tmp_path: Path, database_url: str, wait_until: WaitUntil
) -> None:
    flag = tmp_path / "die"
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(DYING)
    environment = {
        "ROLLCALL_SPEAKER_MODEL": "dummy",
        "ROLLCALL_DATABASE_URL": database_url,
        "TEST_DIES_BEFORE_COMMIT": str(flag),
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "hook"), os.environ.get("PYTHONPATH", "")]),
    }
    async with running(tmp_path / "data", **environment) as product:
        telegram, classroom, kept = product.server.telegram, Classroom(product), Kept(database_url)
        await classroom.begin()
        students = [await without_a_voice(classroom, name) for name in NAMES]
        people = [kept.person(student.id) for student in students]
        await ask(classroom.teacher, "/open")
        await ask(classroom.teacher, "/close")
        await classroom.teacher.press("close-now:")
        await wait_until(lambda: classroom.teacher.inbox[-1].has("reopen:"), PATIENCE)
        closed = classroom.teacher.inbox[-1]
        nothing = [kept.traces(person) for person in people]
        assert nothing == [Traces("absent", 0, 0)] * 3

        # All is written and nothing committed.
        flag.touch()
        correct(product, classroom.teacher, closed, people[0])
        await wait_until(flag.with_suffix(".met").exists, PATIENCE)
        assert kept.traces(people[0]) == nothing[0]
        flag.unlink()
        await classroom.teacher.edited(closed, PATIENCE, lambda message: NAMES[0] in message.text)
        assert kept.traces(people[0]) == Traces("present", 1, 1)

        # It is committed, and the teacher has no answer.
        telegram.faults.add(Fault("*", kind="hang", times=99, chat_id=classroom.teacher.id))
        correct(product, classroom.teacher, closed, people[1])
        await wait_until(lambda: kept.traces(people[1]) == Traces("present", 2, 1), PATIENCE)
        await killed_and_back(product)
        await classroom.teacher.edited(closed, PATIENCE, lambda message: NAMES[1] in message.text)
        assert kept.traces(people[1]) == Traces("present", 2, 1)

        # The teacher has the answer, and the student's word is on its way.
        fault = telegram.faults.add(Fault("sendMessage", kind="hang", times=99, chat_id=students[2].id))
        correct(product, classroom.teacher, closed, people[2])
        await classroom.teacher.edited(closed, PATIENCE, lambda message: NAMES[2] in message.text)
        assert kept.traces(people[2]) == Traces("present", 3, 1)
        telegram.ahead += 60  # the teacher has not changed their mind meanwhile
        await wait_until(lambda: fault.times < 99, PATIENCE)
        # A word that has reached its reader and is not yet known to have would be said again.
        await wait_until(lambda: not any(kept.traces(person).words for person in people[:2]), PATIENCE)
        await killed_and_back(product)

        for student, person in zip(students, people, strict=True):
            await student.answer(PATIENCE, lambda message: message.has("appeal:"))
            await wait_until(lambda person=person: kept.traces(person).words == 0, PATIENCE)
            assert len([message for message in student.inbox if message.has("appeal:")]) == 1
        assert [kept.traces(person) for person in people] == [Traces("present", 3, 0)] * 3
        assert product.log.count("Traceback") == 0
        kept.engine.dispose()


def correct(product: Product, teacher: Person, message: Message, person: int) -> None:
    """Press "present" on the card of a student."""
    telegram = product.server.telegram
    telegram.ask(teacher.id, dict(message.raw), f"mark-set:1:{person}:present")


async def killed_and_back(product: Product) -> None:
    """kill -9 of the bot; `up` starts another one."""
    os.kill(child(product, "bot"), signal.SIGKILL)
    product.server.telegram.faults.clear()
    product.server.telegram.faults.release()
