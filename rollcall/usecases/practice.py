"""A teacher tries out what students see: a practice class of one, both sides of which are theirs.

It is an ordinary class whose only student may do what its teacher may; it is on nobody's list, and is
erased a day later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rollcall.storage.classes import attended_classes, classes_attended, make_practice
from rollcall.storage.lessons import close_lesson, open_lesson_of
from rollcall.storage.people import has_consent
from rollcall.storage.tables import Attempt, Person, SchoolClass

LASTS = timedelta(days=1)


@dataclass(frozen=True)
class Over:
    """A practice class whose time is over.

    Attributes:
        voice: whose voice goes with it; None where it serves in another class, or there is none.
    """

    class_id: int
    voice: int | None


def practise(session: Session, teacher: Person, title: str, timezone: str, now: datetime) -> tuple[SchoolClass, bool]:
    """The teacher's practice class, and whether they have joined it; a new one where there is none."""
    known = session.scalar(
        select(SchoolClass).where(SchoolClass.practice_of == teacher.id, SchoolClass.archived_at.is_(None))
    )
    if known is None or known.created_at < now - LASTS:
        return make_practice(session, teacher, title, timezone, now, LASTS), False
    return known, practice_of(session, teacher) is not None


def practice_of(session: Session, person: Person) -> SchoolClass | None:
    """The practice class that the person has joined."""
    return next((one for one in attended_classes(session, person) if one.practice_of is not None), None)


def end_practice(session: Session, teacher: Person, now: datetime) -> Sequence[Over]:
    """At the teacher's wish: it is over at once."""
    found = session.scalars(select(SchoolClass).where(SchoolClass.practice_of == teacher.id))
    return [_put_away(session, one, now) for one in found.all()]


def practices_over(session: Session, now: datetime) -> Sequence[Over]:
    """Those whose time is up. From now on nobody checks in there; what is left of them goes by `erase_practice`.

    Also one that was put away when a bot stopped.
    """
    old = or_(SchoolClass.created_at < now - LASTS, SchoolClass.archived_at.is_not(None))
    found = session.scalars(select(SchoolClass).where(SchoolClass.practice_of.is_not(None), old))
    return [_put_away(session, one, now) for one in found.all()]


def erase_practice(session: Session, class_id: int) -> None:
    """The class with its lessons and marks, once its gallery is empty."""
    session.execute(delete(Attempt).where(Attempt.class_id == class_id))
    session.execute(delete(SchoolClass).where(SchoolClass.id == class_id, SchoolClass.practice_of.is_not(None)))


def _put_away(session: Session, school_class: SchoolClass, now: datetime) -> Over:
    lesson = open_lesson_of(session, school_class.id)
    person = session.get(Person, school_class.practice_of)
    if lesson is not None and person is not None:
        close_lesson(session, lesson, now, person)
    school_class.archived_at = school_class.archived_at or now
    session.flush()
    serves = person is None or classes_attended(session, person.id) or not has_consent(session, person.telegram_id)
    return Over(school_class.id, None if serves or person is None else person.id)
