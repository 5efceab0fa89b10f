"""What became of every note, counted from what people saw and from what the database and the queue hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

import redis
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.verdict import Purpose, Verdict
from rollcall.queue import keys
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, Attendance, IncomingUpdate, Lesson
from tests.chaos.form import PATIENCE, Form, Note
from tests.chaos.house import Blow, House

WINDOW = 10.0
"""Seconds between an answer that Telegram has taken and our note of it: long only while the database is away."""


@dataclass
class Account:
    """What must hold at the end.

    Attributes:
        again: answers that came once more because a bot was killed between sending them and writing that down.
        unexplained: answers that came once more without that.
        too_many: marks, attempts or lessons that nobody asked for.
    """

    notes: int = 0
    lost: int = 0
    again: int = 0
    unexplained: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: int = 0
    too_many: int = 0
    pending: int = 0
    dead: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing marked twice, nothing left over, nothing answered wrongly."""
        return not (
            self.lost or self.unexplained or self.wrong or self.missing or self.too_many or self.pending or self.dead
        )

    def wait(self, share: float) -> float:
        """Seconds within which this share of the notes was answered."""
        return sorted(self.waits)[min(len(self.waits) - 1, int(share * len(self.waits)))] if self.waits else 0.0


async def settle_accounts(
    house: House, forms: Sequence[Form], window: float = WINDOW, patience: float = PATIENCE
) -> Account:
    """Wait until nothing moves any more, then count.

    Args:
        window: how long before its bot's death an answer may have been sent to explain a second one.
    """
    database, client = house.database(), house.client()
    try:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with suppress(SQLAlchemyError, OSError, redis.RedisError):  # they recover from the last blow
                if not await left_over(house, database, client):
                    break
            await asyncio.sleep(0.2)
        return await _count(house, forms, window, database, client)
    finally:
        client.close()
        await database.close()


async def left_over(house: House, database: Database, client: redis.Redis) -> int:
    """Whatever still waits: updates, notes, results, answers."""
    with database.session() as session:
        unhandled = session.scalar(select(func.count()).where(IncomingUpdate.handled_at.is_(None)))
        pending = session.scalar(select(func.count()).where(Attempt.verdict == Verdict.PENDING))
        owed = session.scalar(
            select(func.count()).where(
                Attempt.verdict != Verdict.PENDING, Attempt.answered_at.is_(None), Attempt.unanswerable.is_(None)
            )
        )
    at_telegram = len(house.server.telegram.updates.pending)
    return (unhandled or 0) + (pending or 0) + (owed or 0) + _length(client, keys.JOBS, keys.RESULTS) + at_telegram


async def _count(
    house: House, forms: Sequence[Form], window: float, database: Database, client: redis.Redis
) -> Account:
    notes = [note for form in forms for note in form.notes.values()]
    account = Account(notes=len(notes), pending=await left_over(house, database, client))
    account.dead = _length(client, keys.DEAD)
    account.waits = [wait for note in notes if (wait := note.wait) is not None]
    account.lost = sum(1 for note in notes if not note.answers)
    account.wrong = [f"{note.voice}: {wrong[:80]!r}" for note in notes if (wrong := note.wrong) is not None]
    for note in notes:
        again, unexplained = _second_answers(note, house.blows, window)
        account.again += again
        account.unexplained += unexplained
    with database.session() as session:
        marked = select(func.count()).select_from(Attendance).where(Attendance.status.in_(ATTENDED))
        marks = session.scalar(marked) or 0
        lessons = session.scalar(select(func.count(Lesson.id))) or 0
        check_ins = session.scalar(select(func.count()).where(Attempt.purpose == Purpose.CHECK_IN)) or 0
    sent = sum(1 for note in notes if not note.enrolling)
    due = len({(place[0], note.lesson) for form in forms for place, note in form.notes.items() if not note.enrolling})
    account.missing = max(0, due - marks)
    account.too_many = (
        max(0, marks - due) + max(0, lessons - sum(form.lessons for form in forms)) + max(0, check_ins - sent)
    )
    return account


def _second_answers(note: Note, blows: Sequence[Blow], window: float) -> tuple[int, int]:
    """Further answers to a note: how many a bot's death explains, and how many nothing does."""
    times = [at for at, _ in note.answers]
    deaths = [blow.at for blow in blows if (blow.victim, blow.kind) == ("bot", "killed")]
    explained = sum(
        1
        for first, second in pairwise(times)
        # The blow is noted just after it was dealt.
        if any(first - 0.1 <= death <= min(second, first + window) for death in deaths)
    )
    return explained, max(0, len(times) - 1) - explained


def _length(client: redis.Redis, *streams: str) -> int:
    return sum(int(str(client.xlen(stream))) for stream in streams)
