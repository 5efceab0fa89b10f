"""What teachers are still owed once a week, and which week each class has had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from rollcall.domain.weekly import week_of
from rollcall.storage.holder import Holder
from rollcall.storage.notices import wait_after
from rollcall.storage.tables import SchoolClass
from rollcall.storage.weekly_tables import WeeklyWord

_CLAIM = timedelta(minutes=2)
"""A bot that has not sent a word this long after it took it on, was stopped."""
_KEPT = timedelta(days=5)
"""Then the next week's is near."""
_EARLIEST = timedelta(hours=14)
"""So far ahead of UTC a class's clock may be."""

Key = tuple[int, str, int]
"""Class, week and chat."""


def classes_without(session: Session, now: datetime) -> Sequence[SchoolClass]:
    """Classes that have not had the week that it is somewhere on earth; no practice class, none in the archive."""
    newest = week_of((now + _EARLIEST).date())
    rows = select(SchoolClass).where(
        SchoolClass.archived_at.is_(None),
        SchoolClass.practice_of.is_(None),
        or_(SchoolClass.told_week.is_(None), SchoolClass.told_week < newest),
    )
    return session.scalars(rows.order_by(SchoolClass.id)).all()


def take_week(session: Session, class_id: int, week: str) -> bool:
    """Take a class's week on; False where another bot has had it."""
    # One statement, so that of two bots one is first.
    taken = (
        update(SchoolClass)
        .where(SchoolClass.id == class_id, or_(SchoolClass.told_week.is_(None), SchoolClass.told_week < week))
        .values(told_week=week)
        .returning(SchoolClass.id)
    )
    return session.scalar(taken) is not None


def promise(session: Session, class_id: int, week: str, chats: Collection[int], now: datetime) -> None:
    """These chats are to hear of it."""
    session.add_all(WeeklyWord(class_id=class_id, week=week, chat_id=chat, created_at=now) for chat in chats)
    session.flush()


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[Key]:
    """What can be said now; what bots that died here had taken on is freed before."""
    session.execute(delete(WeeklyWord).where(WeeklyWord.created_at < now - _KEPT))
    sending = session.scalars(select(WeeklyWord.holder).where(WeeklyWord.holder.is_not(None)).distinct())
    dead = [other for other in sending if other is not None and holder.knows_dead(other)]
    if dead:
        session.execute(update(WeeklyWord).where(WeeklyWord.holder.in_(dead)).values(not_before=None, holder=None))
    rows = select(WeeklyWord.class_id, WeeklyWord.week, WeeklyWord.chat_id).where(_due(now))
    return [(row.class_id, row.week, row.chat_id) for row in session.execute(rows.order_by(WeeklyWord.created_at))]


def claim(session: Session, key: Key, now: datetime, holder: Holder) -> bool:
    """Take it on to say it; False where it was said, or another bot is at it."""
    taken = update(WeeklyWord).where(_this(key), _due(now)).values(not_before=now + _CLAIM, holder=str(holder))
    return session.scalar(taken.returning(WeeklyWord.class_id)) is not None


def kept(session: Session, key: Key) -> None:
    """It was said, or is not to be said any more."""
    session.execute(delete(WeeklyWord).where(_this(key)))


def put_off(session: Session, key: Key, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    word = session.get(WeeklyWord, key, with_for_update=True)
    if word is not None:
        word.not_before, word.holder = now + wait_after(word.tries), None
        word.tries += 1


def _this(key: Key) -> ColumnElement[bool]:
    class_id, week, chat_id = key
    return and_(WeeklyWord.class_id == class_id, WeeklyWord.week == week, WeeklyWord.chat_id == chat_id)


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(WeeklyWord.not_before.is_(None), WeeklyWord.not_before <= now)
