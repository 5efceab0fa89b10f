"""What teachers are still owed: a word that a lesson's time was up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete
from sqlalchemy.orm import Session

from rollcall.storage import lease
from rollcall.storage.holder import Holder
from rollcall.storage.tables import ClosingNotice, Lesson
from rollcall.storage.teaching import teachers_of

_KEPT = timedelta(days=7)
"""After a week nobody waits to hear that a lesson closed."""


def promise(session: Session, lesson: Lesson, now: datetime) -> None:
    """Every teacher of the class is to hear that the lesson is closed."""
    for teacher in teachers_of(session, lesson.class_id, now):
        if session.get(ClosingNotice, (lesson.id, teacher.telegram_id)) is None:
            session.add(ClosingNotice(lesson_id=lesson.id, chat_id=teacher.telegram_id, created_at=now))


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[tuple[int, int]]:
    """(lesson, teacher's chat) of every notice that can be sent now."""
    return lease.owed(session, ClosingNotice, now, holder, _KEPT)


def claim(session: Session, lesson_id: int, chat_id: int, now: datetime, holder: Holder) -> bool:
    """Take it on to send a notice; False where it was sent, or another bot is at it."""
    return bool(lease.take(session, ClosingNotice, _this(lesson_id, chat_id), now, holder))


def kept(session: Session, lesson_id: int, chat_id: int) -> None:
    """It was said."""
    session.execute(delete(ClosingNotice).where(_this(lesson_id, chat_id)))


def put_off(session: Session, lesson_id: int, chat_id: int, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    lease.put_off(session, ClosingNotice, _this(lesson_id, chat_id), now)


def _this(lesson_id: int, chat_id: int) -> ColumnElement[bool]:
    return and_(ClosingNotice.lesson_id == lesson_id, ClosingNotice.chat_id == chat_id)
