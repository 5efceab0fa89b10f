"""What a teacher does with a class of theirs: choose it, give out another join link or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rollcall.storage.classes import end_join_code, renew_join_code, student_count
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.staff import has_for_good


@dataclass(frozen=True)
class Chosen:
    """A class, how many students it has, and whether the teacher has it for good."""

    school_class: SchoolClass
    students: int
    lasting: bool


def choose(session: Session, teacher: Person, class_id: int, now: datetime) -> Chosen:
    """From now on it is the class used last."""
    teacher.last_class_id = class_id
    lasting = has_for_good(session, teacher, class_id, now)
    return Chosen(session.get_one(SchoolClass, class_id), student_count(session, class_id), lasting)


def renew_link(session: Session, teacher: Person, class_id: int, valid: timedelta, now: datetime) -> SchoolClass:
    """Another join link; whoever has the old one only does not get in any more."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    renew_join_code(session, school_class, valid, teacher, now)
    return school_class


def end_link(session: Session, teacher: Person, class_id: int, now: datetime) -> SchoolClass:
    """Nobody joins any more."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    end_join_code(session, school_class, teacher, now)
    return school_class
