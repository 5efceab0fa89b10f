"""What students are still owed: a word that a teacher changed their mark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from rollcall.storage.correction_tables import MarkWord
from rollcall.storage.holder import Holder
from rollcall.storage.notices import wait_after

_CLAIM = timedelta(minutes=2)
"""A bot that has not said a word this long after it took it on, was stopped."""
_KEPT = timedelta(days=7)
"""Later nobody is told: `/me` shows the mark as it is."""


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[tuple[int, int]]:
    """(lesson, student) of every word that can be said now; those of bots that died here are freed first."""
    session.execute(delete(MarkWord).where(MarkWord.created_at < now - _KEPT))
    saying = session.scalars(select(MarkWord.holder).where(MarkWord.holder.is_not(None)).distinct())
    dead = [other for other in saying if other is not None and holder.knows_dead(other)]
    if dead:
        session.execute(update(MarkWord).where(MarkWord.holder.in_(dead)).values(not_before=None, holder=None))
    rows = session.execute(
        select(MarkWord.lesson_id, MarkWord.person_id)
        .where(_due(now))
        .order_by(MarkWord.created_at, MarkWord.lesson_id, MarkWord.person_id)
    )
    return [(lesson_id, person_id) for lesson_id, person_id in rows]


def claim(session: Session, lesson_id: int, person_id: int, now: datetime, holder: Holder) -> MarkWord | None:
    """Take it on to say a word; None where it was said, is not yet to be said, or another bot is at it."""
    # One statement, so that of two bots one is first.
    taken = session.scalar(
        update(MarkWord)
        .where(MarkWord.lesson_id == lesson_id, MarkWord.person_id == person_id, _due(now))
        .values(not_before=now + _CLAIM, holder=str(holder))
        .returning(MarkWord.lesson_id)
    )
    return None if taken is None else session.get_one(MarkWord, (lesson_id, person_id), populate_existing=True)


def kept(session: Session, lesson_id: int, person_id: int, holder: Holder) -> None:
    """It was said; unless the mark was changed while it was, and there is another word to say."""
    session.execute(delete(MarkWord).where(*_ours(lesson_id, person_id, holder)))


def put_off(session: Session, lesson_id: int, person_id: int, now: datetime, holder: Holder) -> None:
    """The chat did not take it: again later, ever more seldom."""
    word = session.scalar(select(MarkWord).where(*_ours(lesson_id, person_id, holder)).with_for_update())
    if word is not None:
        word.not_before, word.holder = now + wait_after(word.tries), None
        word.tries += 1


def _ours(lesson_id: int, person_id: int, holder: Holder) -> list[ColumnElement[bool]]:
    this = [MarkWord.lesson_id == lesson_id, MarkWord.person_id == person_id]
    return [*this, MarkWord.holder == str(holder)]


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(MarkWord.not_before.is_(None), MarkWord.not_before <= now)
