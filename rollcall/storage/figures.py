"""Counts for an operator's eyes: what waits in the database, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rollcall.domain.verdict import Verdict
from rollcall.storage.tables import Attempt, IncomingUpdate, Lesson


@dataclass(frozen=True)
class Figures:
    """Numbers of things; `inbox_age` in seconds."""

    inbox: int
    inbox_age: float
    answers_owed: int
    lessons_open: int


def figures(session: Session, now: datetime) -> Figures:
    """How it stands at this moment."""
    unhandled = select(func.count(), func.min(IncomingUpdate.received_at)).where(IncomingUpdate.handled_at.is_(None))
    inbox, oldest = (session.execute(unhandled)).one()
    owed = session.scalar(
        select(func.count())
        .select_from(Attempt)
        .where(Attempt.verdict != Verdict.PENDING, Attempt.answered_at.is_(None), Attempt.unanswerable.is_(None))
    )
    lessons = session.scalar(
        select(func.count()).select_from(Lesson).where(Lesson.closed_at.is_(None), Lesson.closes_at > now)
    )
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return Figures(inbox, age, owed or 0, lessons or 0)
