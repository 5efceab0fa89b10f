"""Who teaches a class, at a moment: the one place that says so. A substitute's right ends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from rollcall.storage.tables import STUDENT, TEACHER, Membership, Person, SchoolClass


def gives_right(moment: Any, membership: Any = Membership) -> ColumnElement[bool]:
    """Whether a membership makes its person a teacher of its class at the moment.

    Beside it there is `Person.is_teacher`, the right to teach anything at all: an admin may take that away.

    Args:
        moment: a time, or a parameter of a statement.
        membership: the table, or another name for it within the statement.
    """
    return and_(membership.role == TEACHER, or_(membership.until.is_(None), membership.until > moment))


def practises(membership: Any = Membership) -> ColumnElement[bool]:
    """Whether a membership is that of a practice class: its only student is who teaches it, too."""
    return and_(membership.role == STUDENT, membership.owner)


def teaches(session: Session, person_id: int, class_id: int, moment: datetime) -> bool:
    """Whether the person teaches the class at the moment."""
    rows = (
        select(Membership.class_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.class_id == class_id,
            Membership.person_id == person_id,
            or_(gives_right(moment), practises()),
            Person.is_teacher,
        )
    )
    return session.scalar(rows) is not None


def teachers_of(session: Session, class_id: int, moment: datetime) -> Sequence[Person]:
    """Who teaches the class at the moment, longest first; not those whose right to teach was ended."""
    rows = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.class_id == class_id, or_(gives_right(moment), practises()), Person.is_teacher)
        .order_by(Membership.joined_at, Person.id)
    )
    return rows.all()


def taught_class(session: Session, teacher: Person, class_id: int, moment: datetime) -> SchoolClass | None:
    """The class, if this person teaches it at the moment and it is not put away."""
    return session.scalar(
        select(SchoolClass)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(
            SchoolClass.id == class_id,
            SchoolClass.archived_at.is_(None),
            Membership.person_id == teacher.id,
            or_(gives_right(moment), practises()),
        )
    )


def archived_class(session: Session, person_id: int, class_id: int, moment: datetime) -> SchoolClass | None:
    """The class in the archive of this person, who teaches it; None for any other."""
    return session.scalar(
        select(SchoolClass)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            SchoolClass.id == class_id,
            SchoolClass.archived_at.is_not(None),
            Membership.person_id == person_id,
            gives_right(moment),
            Person.is_teacher,
        )
    )


def archived_classes(session: Session, teacher: Person, moment: datetime) -> Sequence[SchoolClass]:
    """The classes in this person's archive, last put away first."""
    rows = session.scalars(
        select(SchoolClass)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(Membership.person_id == teacher.id, gives_right(moment), SchoolClass.archived_at.is_not(None))
        .order_by(SchoolClass.archived_at.desc(), SchoolClass.id)
    )
    return rows.all()


def taught_classes(session: Session, teacher: Person, moment: datetime) -> Sequence[SchoolClass]:
    """The classes that this person teaches at the moment, oldest first."""
    rows = session.scalars(
        select(SchoolClass)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(Membership.person_id == teacher.id, gives_right(moment), SchoolClass.archived_at.is_(None))
        .order_by(Membership.joined_at, SchoolClass.id)
    )
    return rows.all()
