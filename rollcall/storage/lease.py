"""Taking a promised message on: of several bots one sends it, and another one where that bot has stopped.

A promise is a row. Whoever takes it on writes its name and a time into it, until which nobody else may; it is deleted
once the message is said, and put off where the chat does not take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, inspect, or_, select, update
from sqlalchemy.orm import Session

from rollcall.storage.correction_tables import MarkWord
from rollcall.storage.holder import Holder
from rollcall.storage.renewal_tables import FreshWord
from rollcall.storage.tables import Call, ClosingNotice, StaffNotice
from rollcall.storage.timetable_tables import PlanNotice
from rollcall.storage.weekly_tables import WeeklyWord
from rollcall.storage.written import QUIETLY

CLAIM = timedelta(minutes=2)
"""A bot that has not sent a message this long after it took it on, was stopped."""
_AGAIN_FIRST, _AGAIN_MOST = timedelta(seconds=30), timedelta(hours=1)

W = TypeVar("W", ClosingNotice, StaffNotice, MarkWord, WeeklyWord, FreshWord)
P = TypeVar("P", ClosingNotice, StaffNotice, MarkWord, WeeklyWord, FreshWord, Call, PlanNotice)


def owed(session: Session, row: type[W], now: datetime, holder: Holder, kept: timedelta) -> Sequence[Any]:
    """The keys of what can be sent now, oldest first; what is older than anybody cares for goes."""
    session.execute(delete(row).where(row.created_at < now - kept))
    free_those_of_the_dead(session, row, holder)
    keys = inspect(row).primary_key
    found = session.execute(select(*keys).where(due(row, now)).order_by(row.created_at, *keys)).all()
    return [key[0] if len(keys) == 1 else tuple(key) for key in found]


def free_those_of_the_dead(session: Session, row: type[P], holder: Holder) -> None:
    """What a bot of this machine had taken on that runs no more may be taken on at once."""
    sending = session.scalars(select(row.holder).where(row.holder.is_not(None)).distinct())
    dead = [other for other in sending if other is not None and holder.knows_dead(other)]
    if dead:
        session.execute(update(row).where(row.holder.in_(dead)).values(not_before=None, holder=None))


def take(
    session: Session,
    row: type[P],
    which: ColumnElement[bool],
    now: datetime,
    holder: Holder,
    lasts: timedelta = CLAIM,
) -> Sequence[P]:
    """Take these on to send them; without those that are said, are not due, or that another bot is at."""
    keys = inspect(row).primary_key
    # One statement, so that of two bots one is first.
    taken = update(row).where(which, due(row, now)).values(not_before=now + lasts, holder=str(holder)).returning(*keys)
    found = session.execute(taken, execution_options={"synchronize_session": False, **QUIETLY}).all()
    return [session.get_one(row, tuple(key), populate_existing=True) for key in found]


def put_off(
    session: Session,
    row: type[W],
    which: ColumnElement[bool],
    now: datetime,
) -> None:
    """The chat did not take it: again later, ever more seldom."""
    one = session.scalar(select(row).where(which).with_for_update())
    if one is not None:
        one.not_before, one.holder = now + wait_after(one.tries), None
        one.tries += 1


def wait_after(tries: int) -> timedelta:
    """For how long a chat that refused so many times before is left alone."""
    return min(_AGAIN_FIRST * (1 << min(tries, 10)), _AGAIN_MOST)


def due(row: type[P], now: datetime) -> ColumnElement[bool]:
    """Whether a message may be sent now."""
    return or_(row.not_before.is_(None), row.not_before <= now)
