"""What happens to a lesson beside opening and closing: it gets longer, or goes on after it was closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.attendance import Status
from rollcall.storage import audit
from rollcall.storage.audit import PersonId
from rollcall.storage.correction_tables import Correction
from rollcall.storage.tables import STUDENT, Attendance, ClosingNotice, Lesson, Membership, Person

_BY_CLOSING = (Status.ABSENT, Status.FLAGGED)


def lesson_locked(session: Session, lesson_id: int) -> Lesson:
    """The lesson, nobody else's until the transaction ends."""
    return session.get_one(Lesson, lesson_id, with_for_update=True, populate_existing=True)


def extend_lesson(session: Session, lesson: Lesson, until: datetime, by: audit.Who) -> bool:
    """Keep an open lesson open until then; False where it is open as long anyway. It never gets shorter."""
    if lesson.closed_at is not None or until <= lesson.closes_at:
        return False
    lesson.closes_at = until
    session.flush()
    audit.record(session, Action.LESSON_EXTENDED, by, f"lesson:{lesson.id}", minutes=_minutes(lesson))
    return True


def reopen_lesson(session: Session, lesson: Lesson, until: datetime, by: Person) -> None:
    """Let a closed lesson go on until then. The marks that its closing made are taken back, and only these.

    A mark with a time, a note or a teacher behind it stays, and so does whatever was marked for people who are no
    students of the class any more: nothing would mark them again.
    """
    lesson.closed_at, lesson.closes_at = None, until
    audit.record(session, Action.LESSON_REOPENED, by, f"lesson:{lesson.id}", minutes=_minutes(lesson))
    students = select(Membership.person_id).where(Membership.class_id == lesson.class_id, Membership.role == STUDENT)
    by_hand = exists().where(
        Correction.lesson_id == lesson.id,
        Correction.person_id == Attendance.person_id,
        Correction.undone_at.is_(None),
    )
    made_by_closing = session.scalars(
        select(Attendance)
        .where(
            Attendance.lesson_id == lesson.id,
            Attendance.person_id.in_(students),
            Attendance.status.in_(_BY_CLOSING),
            Attendance.at.is_(None),
            Attendance.attempt_id.is_(None),
            Attendance.confirmed_by.is_(None),
            ~by_hand,
        )
        .with_for_update()
    )
    for mark in made_by_closing.all():
        audit.record(
            session, Action.MARK_REMOVED, by, f"lesson:{lesson.id}", about=PersonId(mark.person_id),
            was=mark.status.value, how="reopening",
        )  # fmt: skip
        session.delete(mark)
    session.execute(delete(ClosingNotice).where(ClosingNotice.lesson_id == lesson.id))
    session.flush()


def _minutes(lesson: Lesson) -> int:
    """How long it is open now, altogether."""
    return int((lesson.closes_at - lesson.opened_at).total_seconds() // 60)
