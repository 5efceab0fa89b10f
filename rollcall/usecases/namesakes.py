"""A teacher decides who of two students with names that look alike stays in the class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.staff import StaffNews
from rollcall.sealing.seal import Keyring
from rollcall.storage import namesakes
from rollcall.storage.claims import take_along
from rollcall.storage.staff_notices import promise_student
from rollcall.storage.tables import Person, SchoolClass


@dataclass(frozen=True)
class Moved:
    """A student who was taken out of a class, or put back.

    Attributes:
        title: of the class.
    """

    name: str
    title: str


def take_out(session: Session, class_id: int, person_id: int, teacher: Person, now: datetime) -> Moved | None:
    """Take a student out of the class; None for somebody who is none of it."""
    school_class, person = _locked(session, class_id), session.get(Person, person_id)
    if person is None or not namesakes.take_out(session, school_class, person, teacher, now):
        return None
    promise_student(session, person, class_id, StaffNews.OUT, now)
    return Moved(person.full_name, school_class.title)


def put_back(session: Session, keyring: Keyring, class_id: int, person_id: int, now: datetime) -> Moved | None:
    """Take that back; None for somebody who was not taken out of this class."""
    school_class, person = _locked(session, class_id), session.get(Person, person_id)
    if person is None or not namesakes.put_back(session, school_class, person, now):
        return None
    take_along(session, keyring, person.id, school_class.id, now)
    promise_student(session, person, class_id, StaffNews.BACK, now)
    return Moved(person.full_name, school_class.title)


def _locked(session: Session, class_id: int) -> SchoolClass:
    return session.get_one(SchoolClass, class_id, with_for_update=True)
