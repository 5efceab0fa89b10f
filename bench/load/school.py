"""A school as its database knows it: classes, teachers, students with their voiceprints."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bench.load.cast import Cast, Voice
from rollcall.domain.challenge import ChallengeMode
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.verdict import Purpose
from rollcall.sealing.seal import Keyring
from rollcall.storage import attempts
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.classes import create_class, join_class
from rollcall.storage.database import Database
from rollcall.storage.people import agree_to_words, give_consent, register_person, set_step
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.challenges import WORDS_VERSION
from rollcall.usecases.dialogue import ENROLLING
from rollcall.usecases.settlement import apply_result

_FIRST_TEACHER, _FIRST_STUDENT = 2_000_001, 3_000_001
_LANGUAGE = "en"


@dataclass(frozen=True)
class Student:
    """Someone with a Telegram account and a voice."""

    telegram_id: int
    name: str
    school_class: int
    voice: Voice


@dataclass(frozen=True)
class School:
    """Who is there. Classes are numbered from 0; each has a teacher of its own."""

    teachers: list[int]
    students: list[Student]


def plan(students: int, classes: int, voices: list[Voice]) -> School:
    """Spread the students over the classes; within a class, no two share a voice."""
    people = [
        Student(_FIRST_STUDENT + number, f"Student {number + 1}", number % classes, voices[number // classes])
        for number in range(students)
    ]
    return School([_FIRST_TEACHER + number for number in range(classes)], people)


async def enrol(school: School, cast: Cast, database: Database, keyring: Keyring, tell: Callable[[int], None]) -> None:
    """Write the school into the database by the functions that the bot itself uses, last week's enrolment included."""
    done = 0
    for number in range(len(school.teachers)):
        done += await database.run(_enrol_class, school, number, cast, keyring)
        tell(done)


def require_numbers(session: Session) -> None:
    """Every class requires a number to be said, and every student has agreed to be listened to."""
    then = datetime.now(UTC) - timedelta(days=7)
    session.execute(update(SchoolClass).values(challenge=ChallengeMode.REQUIRE))
    for telegram_id in session.scalars(select(Person.telegram_id).where(Person.telegram_id >= _FIRST_STUDENT)).all():
        agree_to_words(session, telegram_id, WORDS_VERSION, _LANGUAGE, then)


def _enrol_class(session: Session, school: School, number: int, cast: Cast, keyring: Keyring) -> int:
    then = datetime.now(UTC) - timedelta(days=7)
    teacher = register_person(session, school.teachers[number], f"Teacher {number + 1}", then)
    teacher.is_teacher = True
    session.flush()
    school_class = create_class(session, teacher, f"Class {number + 1}", "UTC", then)
    students = [student for student in school.students if student.school_class == number]
    for student in students:
        _enrol(session, student, school_class, cast, keyring, then)
    return len(students)


def _enrol(
    session: Session, student: Student, school_class: SchoolClass, cast: Cast, keyring: Keyring, then: datetime
) -> None:
    person = register_person(session, student.telegram_id, student.name, then)
    give_consent(session, student.telegram_id, CONSENT_VERSION, _LANGUAGE, then)
    enrolment = str(uuid.uuid4())
    set_step(session, student.telegram_id, ENROLLING, {"enrolment": enrolment}, then)
    for number, recording in enumerate(student.voice.enrolment):
        note = _note_of(student, number, then)
        attempt = attempts.register(
            session, note, person, Purpose.ENROL, class_id=None, lesson=None, enrolment=enrolment, received_at=then
        )
        settled = apply_result(session, keyring, cast.result(recording, attempt.id, attempt.person_id), then)
        attempt.answered_at = then
    if settled is None or not settled.enrolled:
        raise RuntimeError(f"{student.name} could not be enrolled: {attempt.reason}")
    # Afterwards: the notes need not be compared with those of the whole class, as they are when students enrol in it.
    join_class(session, person, school_class, then)


def _note_of(student: Student, number: int, then: datetime) -> IncomingNote:
    name = f"enrolment-{student.telegram_id}-{number}"
    return IncomingNote(student.telegram_id, number + 1, name, name, 20_000, then)
