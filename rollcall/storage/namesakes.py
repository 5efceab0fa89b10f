"""Students whose names look like a classmate's: noticed, asked, and told to the teachers. Nobody is kept out for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rollcall.storage.classes import join_class, namesakes, remove_student
from rollcall.storage.tables import Namesake, Person, SchoolClass

SAME = "same"
"""The student says: that is me, from another account."""
OTHER = "other"
"""The student says: we are two."""


def note_namesakes(session: Session, person: Person, class_id: int, now: datetime) -> bool:
    """After somebody joined, or was renamed: whether the name looks like a classmate's, which is written down.

    A name that looks like nobody's any more is no question, and neither is one that the teachers have heard of.
    """
    row = session.get(Namesake, (class_id, person.id))
    if not namesakes(session, person, class_id):
        if row is not None:
            session.delete(row)
        return False
    if row is not None and row.removed_at is not None:
        session.delete(row)  # taken out, and here again: that is news
        session.flush()
        row = None
    if row is None:
        session.add(Namesake(class_id=class_id, person_id=person.id, created_at=now))
        session.flush()
    return True


def answer(session: Session, class_id: int, person_id: int, said: str) -> bool:
    """What the student says of it; False where it is no question any more.

    That two accounts are one person's, the teachers hear once more: it is for them to decide which one stays.
    """
    row = session.get(Namesake, (class_id, person_id), with_for_update=True)
    if row is None:
        return False
    if said == SAME and row.said != SAME:
        row.told_at = None
    row.said = said
    return True


def take_out(session: Session, school_class: SchoolClass, person: Person, teacher: Person, now: datetime) -> bool:
    """A teacher takes a student out of the class; False if they are none of it. Their marks stay."""
    if not remove_student(session, person, school_class, teacher, now):
        return False
    row = session.get(Namesake, (school_class.id, person.id))
    if row is None:
        row = Namesake(class_id=school_class.id, person_id=person.id, created_at=now, told_at=now)
        session.add(row)
    row.removed_at = now
    return True


def put_back(session: Session, school_class: SchoolClass, person: Person, now: datetime) -> bool:
    """A teacher takes that back; False for somebody who was not taken out of this class."""
    row = session.get(Namesake, (school_class.id, person.id))
    if row is None or row.removed_at is None:
        return False
    row.removed_at = None
    return join_class(session, person, school_class, now)


def untold(session: Session) -> Sequence[tuple[int, int]]:
    """(class, student) of every name that no teacher has heard of."""
    rows = session.execute(select(Namesake.class_id, Namesake.person_id).where(Namesake.told_at.is_(None)))
    return [(class_id, person_id) for class_id, person_id in rows]


def take_telling(session: Session, class_id: int, person_id: int, now: datetime) -> Namesake | None:
    """Take it on to tell the teachers; None where that is done."""
    taken = session.scalar(
        update(Namesake)
        .where(Namesake.class_id == class_id, Namesake.person_id == person_id, Namesake.told_at.is_(None))
        .values(told_at=now)
        .returning(Namesake.person_id)
    )
    return session.get(Namesake, (class_id, person_id)) if taken is not None else None
