"""A lesson goes: altogether, or into its neighbour of the same day. What was marked in it is on record either way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.merging import is_better
from rollcall.storage import audit
from rollcall.storage.audit import PersonId
from rollcall.storage.correction_tables import Correction
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person, Review


def beside(session: Session, lesson: Lesson) -> Sequence[Lesson]:
    """The class's lesson before this one and the one after it, as far as there are any."""
    own = select(Lesson).where(Lesson.class_id == lesson.class_id, Lesson.id != lesson.id)
    before = own.where(Lesson.opened_at <= lesson.opened_at).order_by(Lesson.opened_at.desc(), Lesson.id.desc())
    after = own.where(Lesson.opened_at > lesson.opened_at).order_by(Lesson.opened_at, Lesson.id)
    found = (session.scalar(before.limit(1)), session.scalar(after.limit(1)))
    return [one for one in found if one is not None]


def delete_lesson(session: Session, lesson: Lesson, by: Person) -> int:
    """The lesson with its marks, questions and what is owed about it; how many marks it had.

    Its notes stay their students', as notes that belong to no lesson.
    """
    marks = _marks(session, lesson)
    for mark in marks.values():
        _removed(session, mark, by, "lesson deleted")
    audit.record(
        session, Action.LESSON_DELETED, by, f"lesson:{lesson.id}", school_class=lesson.class_id, marks=len(marks)
    )
    _drop(session, lesson)
    return len(marks)


def merge_lessons(session: Session, first: Lesson, second: Lesson, by: Person) -> None:
    """The second, closed as well, becomes a part of the first: of a student's two marks the better one stays."""
    audit.record(session, Action.LESSON_MERGED, by, f"lesson:{first.id}", other=second.id)
    kept, adopted = _marks(session, first), list[int]()
    for person_id, mark in _marks(session, second).items():
        own = kept.get(person_id)
        _removed(session, mark, by, "merging")
        if own is not None and not is_better(mark.status, own.status):
            continue
        details: dict[str, str] = {"status": mark.status.value, "how": "merging"}
        if own is not None:
            details["was"] = own.status.value
            session.delete(own)
            session.flush()
        mark.lesson_id = first.id
        adopted.append(person_id)
        action = Action.MARK_MADE if own is None else Action.MARK_CHANGED
        audit.record(session, action, by, f"lesson:{first.id}", about=PersonId(person_id), **details)
    session.flush()
    # Whatever was done by hand belongs to the mark that it made.
    session.execute(delete(Correction).where(Correction.lesson_id == first.id, Correction.person_id.in_(adopted)))
    session.execute(
        update(Correction)
        .where(Correction.lesson_id == second.id, Correction.person_id.in_(adopted))
        .values(lesson_id=first.id)
    )
    session.execute(update(Attempt).where(Attempt.lesson_id == second.id).values(lesson_id=first.id))
    asked = select(Review.person_id).where(Review.lesson_id == first.id)
    session.execute(
        update(Review)
        .where(Review.lesson_id == second.id, Review.person_id.not_in(asked.scalar_subquery()))
        .values(lesson_id=first.id)
        .execution_options(synchronize_session=False)
    )
    first.closes_at = max(first.closes_at, second.closes_at)
    if first.closed_at is not None and second.closed_at is not None:
        first.closed_at = max(first.closed_at, second.closed_at)
    first.title = first.title or second.title
    session.flush()
    _drop(session, second)


def _marks(session: Session, lesson: Lesson) -> dict[int, Attendance]:
    rows = select(Attendance).where(Attendance.lesson_id == lesson.id).order_by(Attendance.person_id)
    return {mark.person_id: mark for mark in session.scalars(rows.with_for_update())}


def _removed(session: Session, mark: Attendance, by: Person, how: str) -> None:
    audit.record(
        session, Action.MARK_REMOVED, by, f"lesson:{mark.lesson_id}", about=PersonId(mark.person_id),
        was=mark.status.value, how=how,
    )  # fmt: skip


def _drop(session: Session, lesson: Lesson) -> None:
    # What hangs on it goes with it, by the tables' own rules.
    session.execute(delete(Lesson).where(Lesson.id == lesson.id).execution_options(synchronize_session=False))
    session.expunge(lesson)
