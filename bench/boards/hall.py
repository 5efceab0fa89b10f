"""A class of hundreds: its students with their voiceprints, an open lesson, and links for as many projectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from models.dummy.encoder import Dummy
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.voiceprint import NOTES, Voiceprint
from rollcall.sealing.seal import Keyring, voiceprint_binding
from rollcall.storage import classes, people, web_access
from rollcall.storage.lessons import open_lesson_of
from rollcall.storage.tables import SchoolClass, StoredVoiceprint

_FIRST_STUDENT = 3_000_001
_LANGUAGE = "en"


@dataclass(frozen=True)
class Student:
    """A student's number in our database and with Telegram."""

    person_id: int
    telegram_id: int
    name: str


def enrolled(session: Session, keyring: Keyring, teacher_id: int, students: int) -> list[Student]:
    """A class with so many, all of whom have a voice; what it sounds like nobody asks, for the worker is played."""
    then = datetime.now(UTC) - timedelta(days=7)
    teacher = people.register_person(session, teacher_id, "Maria", then)
    people.make_teacher(session, teacher, None)
    people.conversation_with(session, teacher_id, then).locale = _LANGUAGE
    school_class = classes.create_class(session, teacher, "Hall", "UTC", then)
    return [_student(session, keyring, school_class, number, then) for number in range(students)]


def _student(session: Session, keyring: Keyring, school_class: SchoolClass, number: int, then: datetime) -> Student:
    encoder, account, name = Dummy(), _FIRST_STUDENT + number, f"Student Number {number}"
    person = people.register_person(session, account, name, then)
    people.give_consent(session, account, CONSENT_VERSION, _LANGUAGE, then)
    classes.join_class(session, person, school_class, then)
    made = Voiceprint(
        encoder.name, encoder.weight_hash, np.full(encoder.dimension, encoder.dimension**-0.5, np.float32)
    )
    binding = voiceprint_binding(person.id, encoder.name, encoder.weight_hash)
    session.add(
        StoredVoiceprint(
            person_id=person.id, sealed=keyring.seal(made.pack(), binding), model=encoder.name,
            weight_hash=encoder.weight_hash, notes=NOTES, created_at=then,
        )
    )  # fmt: skip
    return Student(person.id, account, name)


def projectors(session: Session, teacher_id: int, browsers: int) -> tuple[int, list[str]]:
    """The open lesson, and a link for each browser."""
    lesson = open_lesson_of(session, 1)
    if lesson is None:
        raise LookupError("no lesson is open")
    now = datetime.now(UTC)
    return lesson.id, [f"/screen/{web_access.make_screen(session, lesson, teacher_id, now)}" for _ in range(browsers)]
