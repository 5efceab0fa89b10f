"""A teacher mends a mark while its student leaves with everything: one waits for the other, and neither is thrown out.

On PostgreSQL with two connections: SQLite has one writer, so that there is nobody to wait for.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.storage import people
from rollcall.storage.tables import Attendance, Person, StoredVoiceprint
from rollcall.usecases.erasure import Kind, erase_everything, erase_voice
from rollcall.usecases.marks import MarkCard, set_mark
from tests.conftest import WaitUntil
from tests.rollcall.conftest import ANNA, NINE, TEACHER, School

on_postgres = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)  # fmt: skip


def _voice_goes(session: Session, anna: Person) -> None:
    erase_voice(session, anna, str(uuid.uuid4()), Kind.VOICE, NINE)


def _person_goes(session: Session, anna: Person) -> None:
    """What a deletion locks before all that hangs on the person, whose voice was erased before."""
    session.get_one(Person, anna.id, with_for_update=True)


def _somebody_waits(school: School) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with school.database.session() as session:
        return bool(session.scalar(text(waiting)) == 1)


@on_postgres
@pytest.mark.parametrize("begins", [_voice_goes, _person_goes])
async def test_whoever_corrects_a_mark_waits_for_its_student_who_leaves(
    school: School, begins: Callable[[Session, Person], None], wait_until: WaitUntil
) -> None:
    lesson, anna_id = await school.open(), school.ids[ANNA]
    with school.database.session() as session:
        session.add(Attendance(lesson_id=lesson, person_id=anna_id, status=Status.ABSENT))
        if begins is _voice_goes:
            row = StoredVoiceprint(
                person_id=anna_id, sealed=b"hers", model="campplus", weight_hash="w", notes=3, created_at=NINE
            )
            session.add(row)

    def corrected() -> MarkCard | None:
        with school.database.session() as session:
            teacher = people.find_person(session, TEACHER)
            assert teacher
            return set_mark(session, teacher, lesson, anna_id, Status.PRESENT, None, NINE)

    with ThreadPoolExecutor(1) as thread, school.database.session() as session:
        anna = session.get_one(Person, anna_id)
        begins(session, anna)
        correcting = asyncio.get_running_loop().run_in_executor(thread, corrected)
        await wait_until(lambda: _somebody_waits(school))
        erase_everything(session, anna, str(uuid.uuid4()), Kind.EVERYTHING, NINE)
    assert await correcting is None
    with school.database.session() as session:
        assert session.get(Person, anna_id) is None
        assert session.get(Attendance, (lesson, anna_id)) is None


@on_postgres
async def test_whoever_leaves_waits_for_a_teacher_who_corrects_their_mark(
    school: School, wait_until: WaitUntil
) -> None:
    lesson, anna_id = await school.open(), school.ids[ANNA]

    def left() -> None:
        with school.database.session() as session:
            erase_everything(session, session.get_one(Person, anna_id), str(uuid.uuid4()), Kind.EVERYTHING, NINE)

    with ThreadPoolExecutor(1) as thread, school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        assert set_mark(session, teacher, lesson, anna_id, Status.PRESENT, None, NINE)
        leaving = asyncio.get_running_loop().run_in_executor(thread, left)
        await wait_until(lambda: _somebody_waits(school))
    await leaving
    with school.database.session() as session:
        assert session.get(Person, anna_id) is None
