"""What students are still owed: a word that a teacher changed their mark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete
from sqlalchemy.orm import Session

from rollcall.storage import lease
from rollcall.storage.correction_tables import MarkWord
from rollcall.storage.holder import Holder

_KEPT = timedelta(days=7)
"""Later nobody is told: `/me` shows the mark as it is."""


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[tuple[int, int]]:
    """(lesson, student) of every word that can be said now."""
    return lease.owed(session, MarkWord, now, holder, _KEPT)


def claim(session: Session, lesson_id: int, person_id: int, now: datetime, holder: Holder) -> MarkWord | None:
    """Take it on to say a word; None where it was said, is not yet to be said, or another bot is at it."""
    return next(iter(lease.take(session, MarkWord, _this(lesson_id, person_id), now, holder)), None)


def kept(session: Session, lesson_id: int, person_id: int, holder: Holder) -> None:
    """It was said; unless the mark was changed while it was, and there is another word to say."""
    session.execute(delete(MarkWord).where(_ours(lesson_id, person_id, holder)))


def put_off(session: Session, lesson_id: int, person_id: int, now: datetime, holder: Holder) -> None:
    """The chat did not take it: again later, ever more seldom."""
    lease.put_off(session, MarkWord, _ours(lesson_id, person_id, holder), now)


def _ours(lesson_id: int, person_id: int, holder: Holder) -> ColumnElement[bool]:
    return and_(_this(lesson_id, person_id), MarkWord.holder == str(holder))


def _this(lesson_id: int, person_id: int) -> ColumnElement[bool]:
    return and_(MarkWord.lesson_id == lesson_id, MarkWord.person_id == person_id)
