"""Calls: what a class's students are told when a lesson opens and before it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, literal, or_, select, true, update
from sqlalchemy.orm import Session

from rollcall.domain.attendance import MEANINGS
from rollcall.domain.review import ReviewState
from rollcall.storage import lease
from rollcall.storage.holder import Holder
from rollcall.storage.lessons import excused_from
from rollcall.storage.tables import (
    STUDENT,
    WITHOUT_ACCOUNT,
    Attendance,
    Call,
    Lesson,
    Membership,
    Person,
    Review,
    SchoolClass,
)

_AGAIN = timedelta(seconds=30)
_MOST_TRIES = 5
"""What Telegram does not take so often is not sent: the lesson goes on."""


_EXPECTED_NO_MORE = sorted(status for status, its in MEANINGS.items() if its.attended or its.given)
"""Marks of whoever has come, or of whom a teacher has said something already."""


def write(session: Session, lesson: Lesson, round_: int, now: datetime) -> None:
    """Everyone of the class who has an account, wants to be told and is expected is owed a call.

    Whoever is excused from this day is not expected.
    """
    session.flush()
    wanted = (
        select(literal(lesson.id), Membership.person_id, literal(round_), literal(now, Call.created_at.type))
        .join(Person, Person.id == Membership.person_id)
        .join(SchoolClass, SchoolClass.id == Membership.class_id)
        .where(
            Membership.class_id == lesson.class_id,
            Person.telegram_id > WITHOUT_ACCOUNT,
            SchoolClass.call_students,
            _wants(Membership),
            ~_is_settled(lesson.id, Membership.person_id),
            ~_was_asked_about(lesson.id, Membership.person_id),
            Membership.person_id.not_in(list(excused_from(session, lesson))),
        )
        .order_by(Membership.joined_at, Membership.person_id)
    )
    columns = [Call.lesson_id, Call.person_id, Call.round, Call.created_at]
    session.execute(insert(Call).from_select([column.name for column in columns], wanted))


def rounds(session: Session, lesson_id: int) -> int:
    """How many rounds of calls the lesson has had."""
    last = session.scalar(select(func.max(Call.round)).where(Call.lesson_id == lesson_id))
    return 0 if last is None else last + 1


def take_owed(session: Session, now: datetime, holder: Holder, most: int) -> Sequence[Call]:
    """Take some calls on to send them, oldest first; what is not worth sending any more goes."""
    owed = and_(Call.message_id.is_(None), lease.due(Call, now))
    if session.scalar(select(Call.id).where(owed).limit(1)) is None:
        return ()
    session.execute(delete(Call).where(Call.message_id.is_(None), or_(_is_over(), ~_still_wanted())))
    return _take(session, owed, now, holder, most)


def take_pointless(session: Session, now: datetime, holder: Holder, most: int) -> Sequence[Call]:
    """Take some sent calls on whose buttons lead nowhere any more: the student has come, or the lesson is over."""
    return _take(session, and_(Call.message_id.is_not(None), lease.due(Call, now), _is_over()), now, holder, most)


def sent(session: Session, call_id: int, message_id: int) -> None:
    """It was said, here."""
    session.execute(
        update(Call).where(Call.id == call_id).values(message_id=message_id, not_before=None, holder=None, tries=0)
    )


def done(session: Session, call_ids: Sequence[int]) -> None:
    """Nothing more is to be done for these."""
    session.execute(delete(Call).where(Call.id.in_(call_ids)))


def put_off(session: Session, call_id: int, now: datetime) -> None:
    """Telegram did not take it: again later, a few times."""
    call = session.get(Call, call_id, with_for_update=True)
    if call is None:
        return
    call.tries += 1
    if call.tries >= _MOST_TRIES:
        session.delete(call)
    else:
        call.not_before, call.holder = now + _AGAIN * call.tries, None


def _take(session: Session, which: ColumnElement[bool], now: datetime, holder: Holder, most: int) -> Sequence[Call]:
    if session.scalar(select(Call.id).where(which).limit(1)) is None:
        return ()  # most often: nothing is written then
    # What another bot is just taking is left to it.
    some = select(Call.id).where(which).order_by(Call.id).limit(most).with_for_update(of=Call, skip_locked=True)
    return sorted(lease.take(session, Call, Call.id.in_(some), now, holder), key=lambda call: call.id)


def _is_over() -> ColumnElement[bool]:
    """Whether a call's lesson is closed, or its student is not expected any more."""
    closed = exists().where(Lesson.id == Call.lesson_id, Lesson.closed_at.is_not(None))
    return or_(closed, _is_settled(Call.lesson_id, Call.person_id))


def _still_wanted() -> ColumnElement[bool]:
    """Whether a call's student still belongs to its class, and wants to be called."""
    return exists().where(
        Lesson.id == Call.lesson_id,
        Membership.class_id == Lesson.class_id,
        Membership.person_id == Call.person_id,
        _wants(Membership),
    )


def _wants(membership: Any) -> ColumnElement[bool]:
    return and_(membership.role == STUDENT, membership.uncalled != true())


def _is_settled(lesson_id: Any, person_id: Any) -> ColumnElement[bool]:
    return exists().where(
        Attendance.lesson_id == lesson_id,
        Attendance.person_id == person_id,
        Attendance.status.in_(_EXPECTED_NO_MORE),
    )


def _was_asked_about(lesson_id: Any, person_id: Any) -> ColumnElement[bool]:
    """Whether a teacher was asked if the student is there: whatever the answer, the student knows of the lesson."""
    return exists().where(
        Review.lesson_id == lesson_id, Review.person_id == person_id, Review.state != ReviewState.SETTLED
    )
