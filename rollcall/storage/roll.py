"""Who of a class has come to a lesson so far, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import MEANINGS, Status
from rollcall.domain.collation import sort_key
from rollcall.domain.review import ReviewState
from rollcall.domain.similar_names import told_apart
from rollcall.storage.lessons import excused_from
from rollcall.storage.tables import STUDENT, Attendance, Lesson, Membership, Person, Review


class Stands(StrEnum):
    """How a student stands to a lesson that is on."""

    HERE = "here"
    WAITING = "waiting"
    """A teacher has to say whether they are there."""
    MISSING = "missing"
    EXCUSED = "excused"
    """By a teacher, or by an announcement that one has excused."""


@dataclass(frozen=True)
class OnRoll:
    """A student, as the lists of the class name them.

    Attributes:
        late: of who is here.
        at: when they came, where that is known.
    """

    person_id: int
    name: str
    stands: Stands
    late: bool = False
    at: datetime | None = None


def make_ready() -> None:
    """Read the tables of the alphabet and of letters that look alike, a second's work on a slow machine."""
    sort_key("")
    told_apart({1: ""})


def roll(session: Session, lesson: Lesson) -> Sequence[OnRoll]:
    """The students of the lesson's class, in the order of their names."""
    rows = session.execute(
        select(Person.id, Person.full_name, Attendance.status, Attendance.at, Review.state)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Attendance, and_(Attendance.person_id == Person.id, Attendance.lesson_id == lesson.id))
        .outerjoin(Review, and_(Review.person_id == Person.id, Review.lesson_id == lesson.id))
        .where(Membership.class_id == lesson.class_id, Membership.role == STUDENT)
        .order_by(Membership.joined_at, Person.id)
    ).all()
    names = told_apart({person_id: name for person_id, name, *_ in rows})
    announced = excused_from(session, lesson)
    found = [
        OnRoll(
            person_id,
            names[person_id],
            _stands(status, state, announced=person_id in announced),
            late=status is Status.LATE,
            at=at,
        )
        for person_id, _, status, at, state in rows
    ]
    return sorted(found, key=lambda one: sort_key(one.name))


def _stands(status: Status | None, state: ReviewState | None, *, announced: bool) -> Stands:
    if status is not None and MEANINGS[status].attended:
        return Stands.HERE
    if status is not None and MEANINGS[status].given:
        return Stands.EXCUSED
    if state is ReviewState.OPEN:
        return Stands.WAITING
    return Stands.EXCUSED if status is None and announced else Stands.MISSING
