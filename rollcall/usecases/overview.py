"""What whoever runs the installation sees: which classes there are and who teaches them. No student, no mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from rollcall.domain.collation import sort_key
from rollcall.domain.staff import last_day
from rollcall.storage.tables import STUDENT, Lesson, Membership, Person, SchoolClass
from rollcall.storage.teaching import gives_right


@dataclass(frozen=True)
class Teaches:
    """One who teaches a class.

    Attributes:
        until: the last day of a substitute; None for good.
    """

    person_id: int
    name: str
    owner: bool
    until: date | None


@dataclass(frozen=True)
class ClassLine:
    """A class among all.

    Attributes:
        archived: the day on which it was put away, in its time zone.
    """

    id: int
    title: str
    teachers: Sequence[Teaches]
    students: int
    lessons: int
    archived: date | None


@dataclass(frozen=True)
class TeacherLine:
    """Somebody who may teach.

    Attributes:
        classes: the titles of what they teach, without what is in the archive.
        guest: their right to teach came with being a substitute.
    """

    id: int
    telegram_id: int
    name: str
    admin: bool
    guest: bool
    classes: Sequence[str] = field(default_factory=tuple)


def every_class(session: Session, now: datetime, only: int | None = None) -> Sequence[ClassLine]:
    """All classes, or one: those in the archive last, else by title; without those that teachers try things out in."""
    which = (SchoolClass.practice_of.is_(None), *((SchoolClass.id == only,) if only is not None else ()))
    classes = session.scalars(select(SchoolClass).where(*which)).all()
    zones = {one.id: one.timezone for one in classes}
    teachers: dict[int, list[Teaches]] = defaultdict(list)
    for person, one in _teaching(session, now):
        if one.class_id in zones:
            until = None if one.until is None else last_day(one.until, zones[one.class_id])
            teachers[one.class_id].append(Teaches(person.id, person.full_name, one.owner, until))
    students = _counted(session, Membership, Membership.role == STUDENT)
    lessons = _counted(session, Lesson, true())
    lines = [
        ClassLine(
            id=one.id,
            title=one.title,
            teachers=teachers[one.id],
            students=students.get(one.id, 0),
            lessons=lessons.get(one.id, 0),
            archived=None if one.archived_at is None else one.archived_at.astimezone(ZoneInfo(one.timezone)).date(),
        )
        for one in classes
    ]
    return sorted(lines, key=lambda line: (line.archived is not None, sort_key(line.title), line.id))


def every_teacher(session: Session, admins: Collection[int], now: datetime) -> Sequence[TeacherLine]:
    """All who may teach, by name."""
    current = select(SchoolClass.id, SchoolClass.title).where(SchoolClass.archived_at.is_(None))
    titles = dict(session.execute(current).all())
    taught: dict[int, list[str]] = defaultdict(list)
    for person, one in _teaching(session, now):
        if one.class_id in titles:
            taught[person.id].append(titles[one.class_id])
    people = session.scalars(select(Person).where(Person.is_teacher)).all()
    lines = [
        TeacherLine(
            id=one.id, telegram_id=one.telegram_id, name=one.full_name, admin=one.telegram_id in admins,
            guest=one.is_guest, classes=tuple(sorted(taught[one.id], key=sort_key)),
        )
        for one in people
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (sort_key(line.name), line.id))


def _teaching(session: Session, now: datetime) -> Sequence[tuple[Person, Membership]]:
    """Everybody in every class that they teach, each class's owner first and its substitutes last."""
    rows = session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(gives_right(now), Person.is_teacher)
        .order_by(Membership.owner.desc(), Membership.until.is_not(None), Membership.joined_at, Person.id)
    )
    return [(person, membership) for person, membership in rows]


def _counted(session: Session, table: type[Lesson | Membership], which: ColumnElement[bool]) -> dict[int, int]:
    return dict(session.execute(select(table.class_id, func.count()).where(which).group_by(table.class_id)).all())
