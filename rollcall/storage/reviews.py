"""Reviews: doubts that the voice left, and what the teacher made of them after listening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.attendance import ATTENDED
from rollcall.domain.repeated_notes import MOST
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.queue.job import EarlierTry
from rollcall.storage import audit, lessons
from rollcall.storage.audit import PersonId
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person, Review, ReviewCard

TOGETHER = timedelta(minutes=10)
"""Unsure notes outside a lesson are averaged when no longer apart than this."""
_ANSWERS = {ReviewState.OPEN: Reason.TEACHER_DECIDES, ReviewState.REJECTED: Reason.TEACHER_REJECTED}
"""What further doubtful notes are told."""
CHANGEABLE = timedelta(hours=24)
"""For so long a teacher may turn a decision into its opposite."""


def tries_before(session: Session, attempt: Attempt) -> tuple[EarlierTry, ...]:
    """The sender's latest unsure tries that may be averaged with this note."""
    where = {"person": attempt.person_id, "class": attempt.class_id, "attempt": attempt.id}
    if attempt.lesson_id is None:
        rows = session.scalars(_TRIES_OUTSIDE, {**where, "since": attempt.received_at - TOGETHER})
    else:
        rows = session.scalars(_TRIES_OF_LESSON, {**where, "lesson": attempt.lesson_id})
    return tuple(
        EarlierTry(
            attempt_id=row.id,
            weight_hash=row.weight_hash or "",
            embedding=row.embedding,
            speech_seconds=row.speech_seconds or 0.0,
        )
        for row in rows
        if row.embedding is not None
    )


def count_try(session: Session, attempt: Attempt, now: datetime) -> None:
    """Number an unsure note of a lesson; the last try becomes the teacher's to settle."""
    if attempt.lesson_id is None:
        return
    mark = session.get(Attendance, (attempt.lesson_id, attempt.person_id))
    if mark is not None and mark.status in ATTENDED:
        return
    before = [Attempt.lesson_id == attempt.lesson_id, Attempt.person_id == attempt.person_id]
    count, first = (
        session.execute(
            select(func.count(), func.min(Attempt.sent_at)).where(
                *before, Attempt.verdict == Verdict.UNSURE, Attempt.id != attempt.id
            )
        )
    ).one()
    attempt.note_number = count + 1
    if attempt.note_number < MOST:
        return
    attempt.note_number = MOST
    _ask(session, attempt, min(first, attempt.sent_at) if first is not None else attempt.sent_at, now)


def ask_at_once(session: Session, attempt: Attempt, now: datetime) -> None:
    """A note of someone whose voice waits for a teacher's word: the teacher's to settle, without a second try."""
    if attempt.lesson_id is None:
        return
    mark = session.get(Attendance, (attempt.lesson_id, attempt.person_id))
    if mark is None or mark.status not in ATTENDED:
        _ask(session, attempt, attempt.sent_at, now)


def ask_about_words(session: Session, attempt: Attempt, sent_at: datetime, now: datetime) -> None:
    """A note in its sender's own voice whose words nobody but the teacher can make out.

    Args:
        sent_at: since when the student tries.
    """
    _ask(session, attempt, sent_at, now)


def _ask(session: Session, attempt: Attempt, sent_at: datetime, now: datetime) -> None:
    """Have the teacher settle the doubt about this note's lesson.

    What was decided there already holds. A question that was settled without an answer is put again: its voice was
    erased, or a teacher had marked the student by hand, and that mark is none of somebody who came.
    """
    if attempt.lesson_id is None:
        return
    review = review_of(session, attempt.lesson_id, attempt.person_id)
    if review is None:
        review = Review(
            lesson_id=attempt.lesson_id, person_id=attempt.person_id, attempt_id=attempt.id, sent_at=sent_at,
            state=ReviewState.OPEN, created_at=now,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(review)
        except IntegrityError:  # another bot settled another try of the same student at this moment
            review = review_of(session, attempt.lesson_id, attempt.person_id)
    elif review.state is ReviewState.SETTLED and not _came(session, review):
        _put_again(session, review, attempt.id, sent_at)
    if review is not None and review.state in _ANSWERS:
        attempt.reason = _ANSWERS[review.state]
        drop_embeddings(session, attempt.lesson_id, attempt.person_id)


def tap_in(session: Session, lesson: Lesson, person_id: int, at: datetime, now: datetime) -> ReviewState | None:
    """A student says that they are here, without a voice: the teacher's to confirm.

    Where the review stands then; None where the student is marked already.
    """
    mark = session.get(Attendance, (lesson.id, person_id))
    if mark is not None and mark.status in ATTENDED:
        return None
    review = review_of(session, lesson.id, person_id)
    if review is None:
        review = Review(
            lesson_id=lesson.id, person_id=person_id, attempt_id=None, sent_at=at,
            state=ReviewState.OPEN, created_at=now,
        )  # fmt: skip
        session.add(review)
        session.flush()
    elif review.state is ReviewState.SETTLED:
        _put_again(session, review, None, min(review.sent_at, at))
    return review.state


def _put_again(session: Session, review: Review, attempt_id: str | None, sent_at: datetime) -> None:
    """The question is open once more, and the student hears of what is decided then.

    Teachers get new cards. One with a note that is in a chat yet asks again itself: forgotten here, its note could not
    be taken out of the chat when the voice is erased.
    """
    card = exists().where(ReviewCard.question_id == review.id, ReviewCard.message_id > 0)
    if review.attempt_id is None or not session.scalar(select(card)):
        session.execute(delete(ReviewCard).where(ReviewCard.question_id == review.id))
        review.attempt_id = attempt_id
    review.state, review.sent_at = ReviewState.OPEN, sent_at
    review.decided_by = review.decided_at = review.told_at = None


def _came(session: Session, review: Review) -> bool:
    """Whether the student is marked as there, also by another bot at this moment."""
    mark = session.get(Attendance, (review.lesson_id, review.person_id), populate_existing=True)
    return mark is not None and mark.status in ATTENDED


def settle_review(session: Session, lesson_id: int, person_id: int) -> None:
    """An accepted note answers the doubt: an open review is over, the tries' embeddings go."""
    review = review_of(session, lesson_id, person_id)
    if review is not None and review.state is ReviewState.OPEN:
        review.state = ReviewState.SETTLED
    drop_embeddings(session, lesson_id, person_id)


def decide_review(session: Session, review: Review, teacher: Person, *, confirmed: bool, now: datetime) -> bool:
    """Record what the teacher decided; False where it was decided already, and then nothing changes."""
    return _decide(session, review, teacher, ReviewState.OPEN, confirmed=confirmed, now=now)


def change_decision(session: Session, review: Review, teacher: Person, *, confirmed: bool, now: datetime) -> bool:
    """Turn a decision into its opposite; the student is told anew. False where it is not that opposite any more.

    A teacher has as long as `CHANGEABLE` for it: a slip of the thumb or a student who turns up is seen the same day.
    """
    was = ReviewState.REJECTED if confirmed else ReviewState.CONFIRMED
    if review.decided_at is None or now - review.decided_at > CHANGEABLE:
        return False
    return _decide(session, review, teacher, was, confirmed=confirmed, now=now)


def _decide(
    session: Session, review: Review, teacher: Person, was: ReviewState, *, confirmed: bool, now: datetime
) -> bool:
    state = ReviewState.CONFIRMED if confirmed else ReviewState.REJECTED
    changes: dict[str, Any] = {"state": state, "decided_by": teacher.id, "told_at": None}
    if was is ReviewState.OPEN:
        changes["decided_at"] = now
    # One statement, so that of two teachers pressing at once one is first.
    decided = session.scalar(
        update(Review).where(Review.id == review.id, Review.state == was).values(**changes).returning(Review.id)
    )
    session.refresh(review)
    if decided is None:
        return False
    before = {} if was is ReviewState.OPEN else {"was": was.value}
    audit.record(
        session, Action.REVIEW_DECIDED, teacher, f"lesson:{review.lesson_id}",
        about=PersonId(review.person_id), decision=state.value, **before,
    )  # fmt: skip
    reason = Reason.TEACHER_CONFIRMED if confirmed else Reason.TEACHER_REJECTED
    session.execute(
        update(Attempt)
        .where(
            Attempt.lesson_id == review.lesson_id,
            Attempt.person_id == review.person_id,
            Attempt.reason.in_([Reason.TEACHER_DECIDES, Reason.TEACHER_CONFIRMED, Reason.TEACHER_REJECTED]),
        )
        .values(reason=reason)
    )
    lesson = session.get_one(Lesson, review.lesson_id)
    if confirmed:
        mark = lessons.mark(session, lesson, review.person_id, review.sent_at, None, review.attempt_id, teacher)
        if mark.attempt_id == review.attempt_id:
            mark.confirmed_by = teacher.id
    elif was is ReviewState.CONFIRMED:
        lessons.take_back(session, lesson, review.person_id, teacher)
    return True


def drop_embeddings(session: Session, lesson_id: int, person_id: int) -> None:
    """The tries of a student in a lesson are not averaged any more."""
    session.execute(
        update(Attempt)
        .where(Attempt.lesson_id == lesson_id, Attempt.person_id == person_id, Attempt.embedding.is_not(None))
        .values(embedding=None)
    )


def drop_old_embeddings(session: Session, now: datetime) -> None:
    """Embeddings of tries that nothing will be averaged with: their lesson is over, or there was none."""
    over = exists().where(Lesson.id == Attempt.lesson_id, Lesson.closed_at.is_not(None))
    session.execute(
        update(Attempt)
        .where(
            Attempt.embedding.is_not(None),
            Attempt.received_at < now - TOGETHER,
            or_(Attempt.lesson_id.is_(None), over),
        )
        .values(embedding=None)
        .execution_options(synchronize_session=False)
    )


def waiting(session: Session, lesson_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(lesson, student) of every question that no teacher has decided."""
    rows = session.execute(
        select(Review.lesson_id, Review.person_id).where(
            Review.lesson_id.in_(lesson_ids), Review.state == ReviewState.OPEN
        )
    )
    return {(lesson_id, person_id) for lesson_id, person_id in rows}


def was_rejected(session: Session, lesson_id: int, person_id: int) -> bool:
    """Whether a teacher has said that the student is not there."""
    review = review_of(session, lesson_id, person_id)
    return review is not None and review.state is ReviewState.REJECTED


def review_of(session: Session, lesson_id: int, person_id: int) -> Review | None:
    """What teachers are asked, or were, about the student in the lesson."""
    return session.scalar(select(Review).where(Review.lesson_id == lesson_id, Review.person_id == person_id))


def _tries(where: ColumnElement[bool]) -> Select[Attempt]:
    return (
        select(Attempt)
        .where(
            where,
            Attempt.person_id == bindparam("person"),
            Attempt.class_id == bindparam("class"),
            Attempt.purpose == Purpose.CHECK_IN,
            Attempt.verdict == Verdict.UNSURE,
            Attempt.embedding.is_not(None),
            Attempt.id != bindparam("attempt"),
        )
        .order_by(Attempt.received_at.desc())
        .limit(MOST - 1)
    )


_TRIES_OF_LESSON = _tries(Attempt.lesson_id == bindparam("lesson"))
_TRIES_OUTSIDE = _tries(Attempt.lesson_id.is_(None) & (Attempt.received_at >= bindparam("since")))
