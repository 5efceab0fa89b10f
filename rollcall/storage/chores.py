"""Chores that one bot does for all of them: whoever takes one first."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.storage.tables import Chore

_LEASE = timedelta(minutes=10)
"""A bot that has not finished after this long was stopped: another takes over."""


def take(session: Session, name: str, now: datetime) -> bool:
    """Take a chore on, if it is due; False where it is not, or another bot is at it."""
    if session.get(Chore, name) is None:
        try:
            with session.begin_nested():
                session.add(Chore(name=name, due_at=now))
        except IntegrityError:
            return False
    due = update(Chore).where(Chore.name == name, Chore.due_at <= now).values(due_at=now + _LEASE)
    return session.scalar(due.returning(Chore.name)) is not None


def done(session: Session, name: str, due_at: datetime) -> None:
    """The chore is done until then."""
    session.execute(update(Chore).where(Chore.name == name).values(due_at=due_at))
