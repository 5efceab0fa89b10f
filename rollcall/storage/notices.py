"""What teachers are still owed: a word that a lesson's time was up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, delete, or_, select, update
from sqlalchemy.orm import Session

from rollcall.storage.holder import Holder
from rollcall.storage.tables import ClosingNotice, Lesson
from rollcall.storage.teaching import teachers_of

_CLAIM = timedelta(minutes=2)
"""A bot that has not sent a notice this long after it took it on, was stopped."""
_AGAIN_FIRST, _AGAIN_MOST = timedelta(seconds=30), timedelta(hours=1)
_KEPT = timedelta(days=7)
"""After a week nobody waits to hear that a lesson closed."""


def promise(session: Session, lesson: Lesson, now: datetime) -> None:
    """Every teacher of the class is to hear that the lesson is closed."""
    for teacher in teachers_of(session, lesson.class_id, now):
        if session.get(ClosingNotice, (lesson.id, teacher.telegram_id)) is None:
            session.add(ClosingNotice(lesson_id=lesson.id, chat_id=teacher.telegram_id, created_at=now))


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[tuple[int, int]]:
    """(lesson, teacher's chat) of every notice that can be sent now; those of bots that died here are freed first."""
    session.execute(delete(ClosingNotice).where(ClosingNotice.created_at < now - _KEPT))
    sending = session.scalars(select(ClosingNotice.holder).where(ClosingNotice.holder.is_not(None)).distinct())
    dead = [other for other in sending if other is not None and holder.knows_dead(other)]
    if dead:
        freed = update(ClosingNotice).where(ClosingNotice.holder.in_(dead))
        session.execute(freed.values(not_before=None, holder=None))
    rows = session.execute(
        select(ClosingNotice.lesson_id, ClosingNotice.chat_id)
        .where(_due(now))
        .order_by(ClosingNotice.created_at, ClosingNotice.chat_id)
    )
    return [(lesson_id, chat_id) for lesson_id, chat_id in rows]


def claim(session: Session, lesson_id: int, chat_id: int, now: datetime, holder: Holder) -> bool:
    """Take it on to send a notice; False where it was sent, or another bot is at it."""
    # One statement, so that of two bots one is first.
    taken = _one(lesson_id, chat_id).where(_due(now)).values(not_before=now + _CLAIM, holder=str(holder))
    return session.scalar(taken.returning(ClosingNotice.lesson_id)) is not None


def kept(session: Session, lesson_id: int, chat_id: int) -> None:
    """It was said."""
    this = (ClosingNotice.lesson_id == lesson_id, ClosingNotice.chat_id == chat_id)
    session.execute(delete(ClosingNotice).where(*this))


def put_off(session: Session, lesson_id: int, chat_id: int, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    notice = session.get(ClosingNotice, (lesson_id, chat_id), with_for_update=True)
    if notice is not None:
        notice.not_before, notice.holder = now + wait_after(notice.tries), None
        notice.tries += 1


def wait_after(tries: int) -> timedelta:
    """For how long a chat that refused so many times before is left alone."""
    return min(_AGAIN_FIRST * (1 << min(tries, 10)), _AGAIN_MOST)


def _one(lesson_id: int, chat_id: int) -> Update:
    return update(ClosingNotice).where(ClosingNotice.lesson_id == lesson_id, ClosingNotice.chat_id == chat_id)


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(ClosingNotice.not_before.is_(None), ClosingNotice.not_before <= now)
