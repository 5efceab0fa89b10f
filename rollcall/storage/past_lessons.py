"""A class's lessons, newest first, with what was marked in each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.storage.tables import FORMER, STUDENT, Attendance, Lesson, Membership


def how_many(session: Session, class_id: int) -> int:
    """How many lessons the class has had, an open one among them."""
    return session.scalar(select(func.count()).where(Lesson.class_id == class_id)) or 0


def newest(session: Session, class_id: int, offset: int, limit: int) -> Sequence[Lesson]:
    """Some of them, newest first."""
    rows = select(Lesson).where(Lesson.class_id == class_id).order_by(Lesson.opened_at.desc(), Lesson.id.desc())
    return session.scalars(rows.offset(offset).limit(limit)).all()


def begun_between(session: Session, class_id: int, since: datetime, until: datetime) -> Sequence[Lesson]:
    """The class's lessons that began from one moment on and before another, oldest first."""
    rows = select(Lesson).where(
        Lesson.class_id == class_id, Lesson.opened_at >= since.astimezone(UTC), Lesson.opened_at < until.astimezone(UTC)
    )
    return session.scalars(rows.order_by(Lesson.opened_at, Lesson.id)).all()


def first_begun(session: Session, class_id: int) -> datetime | None:
    """When the class's first lesson began."""
    return session.scalar(select(func.min(Lesson.opened_at)).where(Lesson.class_id == class_id))


def marks_by_student(session: Session, lesson_ids: Collection[int]) -> Sequence[tuple[int, int, Status]]:
    """Lesson, student and mark, of all marks that were given in them."""
    rows = select(Attendance.lesson_id, Attendance.person_id, Attendance.status)
    return [(one.lesson_id, one.person_id, one.status) for one in session.execute(rows.where(_in(lesson_ids)))]


def _in(lesson_ids: Collection[int]) -> ColumnElement[bool]:
    return Attendance.lesson_id.in_(lesson_ids)


def marks_in(session: Session, lesson_ids: Collection[int]) -> dict[int, dict[Status, int]]:
    """How often each mark was given in each of the lessons, to those who are in the class or were."""
    rows = session.execute(
        select(Attendance.lesson_id, Attendance.status, func.count())
        .join(Lesson, Lesson.id == Attendance.lesson_id)
        .join(
            Membership,
            and_(
                Membership.class_id == Lesson.class_id,
                Membership.person_id == Attendance.person_id,
                Membership.role.in_((STUDENT, FORMER)),
            ),
        )
        .where(_in(lesson_ids))
        .group_by(Attendance.lesson_id, Attendance.status)
    )
    found: dict[int, dict[Status, int]] = {lesson_id: {} for lesson_id in lesson_ids}
    for lesson_id, status, number in rows:
        found[lesson_id][status] = number
    return found
