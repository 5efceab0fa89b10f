"""What teachers are still owed once a week, and which week each class has had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from rollcall.domain.weekly import week_of
from rollcall.storage import lease
from rollcall.storage.holder import Holder
from rollcall.storage.tables import SchoolClass
from rollcall.storage.weekly_tables import WeeklyWord

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
    """What can be said now."""
    return lease.owed(session, WeeklyWord, now, holder, _KEPT)


def claim(session: Session, key: Key, now: datetime, holder: Holder) -> bool:
    """Take it on to say it; False where it was said, or another bot is at it."""
    return bool(lease.take(session, WeeklyWord, _this(key), now, holder))


def kept(session: Session, key: Key) -> None:
    """It was said, or is not to be said any more."""
    session.execute(delete(WeeklyWord).where(_this(key)))


def put_off(session: Session, key: Key, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    lease.put_off(session, WeeklyWord, _this(key), now)


def _this(key: Key) -> ColumnElement[bool]:
    class_id, week, chat_id = key
    return and_(WeeklyWord.class_id == class_id, WeeklyWord.week == week, WeeklyWord.chat_id == chat_id)
