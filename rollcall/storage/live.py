"""Whether anything of a lesson has changed: small questions, asked a few times a second while somebody watches."""

from __future__ import annotations

from collections.abc import Hashable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rollcall.storage.correction_tables import Correction
from rollcall.storage.tables import STUDENT, Attendance, Lesson, Membership, Review, SchoolClass


def traces(session: Session, lesson_id: int) -> Hashable:
    """Counts and latest moments: what is written of the lesson, its marks, its questions and its class moves them.

    What moves none of them, such as a new name, is seen by whoever looks at it all now and then.
    """
    members = select(func.count()).where(Membership.class_id == Lesson.class_id, Membership.role == STUDENT)
    lesson = session.execute(
        select(
            Lesson.closes_at, Lesson.closed_at, Lesson.late_at, Lesson.title,
            SchoolClass.title, SchoolClass.screen_names, SchoolClass.join_code,
            members.correlate(Lesson).scalar_subquery(),
        )
        .join(SchoolClass, SchoolClass.id == Lesson.class_id)
        .where(Lesson.id == lesson_id)
    ).all()  # fmt: skip
    marks = session.execute(
        select(Attendance.status, func.count(), func.max(Attendance.at))
        .where(Attendance.lesson_id == lesson_id)
        .group_by(Attendance.status)
        .order_by(Attendance.status)
    ).all()
    asked = session.execute(
        select(Review.state, func.count())
        .where(Review.lesson_id == lesson_id)
        .group_by(Review.state)
        .order_by(Review.state)
    ).all()
    corrected = session.execute(
        select(func.count(), func.max(Correction.id), func.count(Correction.undone_at)).where(
            Correction.lesson_id == lesson_id
        )
    ).all()
    return tuple(tuple(map(tuple, rows)) for rows in (lesson, marks, asked, corrected))
