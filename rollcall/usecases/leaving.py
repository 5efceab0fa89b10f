"""A student leaves one class, and stays in the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.storage.classes import attended_classes, remove_student
from rollcall.storage.tables import Person, SchoolClass, StoredVoiceprint


@dataclass(frozen=True)
class Left:
    """A class that somebody has left.

    Attributes:
        idle_voice: whether a voice is kept that no class needs any more.
    """

    school_class: SchoolClass
    idle_voice: bool


def leave_class(session: Session, student: Person, class_id: int, now: datetime) -> Left | None:
    """A former student from now on, whose marks stay in the class's reports; None for somebody who is none."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    if not remove_student(session, student, school_class, student, now):
        return None
    has_voice = session.get(StoredVoiceprint, student.id) is not None
    return Left(school_class, has_voice and not attended_classes(session, student))
