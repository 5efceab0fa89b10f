"""Attempts: every voice note from its arrival to its answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.storage.tables import STUDENT, Attempt, Lesson, Membership, Person
from rollcall.verdict import Purpose, Reason, Verdict

_NAMESPACE = uuid.UUID("6f1d2c54-3f0b-4b7e-9a57-0d7f2f6f7a11")


@dataclass(frozen=True)
class IncomingNote:
    """A voice note as Telegram describes it."""

    chat_id: int
    message_id: int
    file_id: str
    file_unique_id: str
    declared_bytes: int
    sent_at: datetime
    forwarded: bool

    @property
    def attempt_id(self) -> str:
        """The same for every delivery of the same note; different notes differ even if a server counts anew."""
        parts = f"{self.chat_id}:{self.message_id}:{self.file_unique_id}:{self.sent_at.timestamp():.0f}"
        return str(uuid.uuid5(_NAMESPACE, parts))


async def register(
    session: AsyncSession,
    note: IncomingNote,
    person: Person,
    purpose: Purpose,
    *,
    class_id: int | None,
    lesson: Lesson | None,
    enrolment: str | None,
    received_at: datetime,
) -> Attempt:
    """Write down that the note came; a note that came before keeps its row."""
    known = await session.get(Attempt, note.attempt_id)
    if known is not None:
        return known
    attempt = Attempt(
        id=note.attempt_id,
        person_id=person.id,
        purpose=purpose,
        class_id=class_id,
        lesson_id=lesson.id if lesson else None,
        enrolment=enrolment,
        chat_id=note.chat_id,
        message_id=note.message_id,
        file_id=note.file_id,
        file_unique_id=note.file_unique_id,
        sent_at=note.sent_at,
        received_at=received_at,
        verdict=Verdict.PENDING,
        quality={},
        timings={},
    )
    session.add(attempt)
    await session.flush()
    return attempt


def refuse(attempt: Attempt, reason: Reason, now: datetime) -> None:
    """Settle a note without asking a worker."""
    attempt.verdict = Verdict.REFUSED
    attempt.reason = reason
    attempt.settled_at = now


async def was_seen_before(session: AsyncSession, attempt: Attempt) -> bool:
    """Whether this very file came before, from anyone: by Telegram's id of it, or by its bytes.

    A note that we failed to process may be sent again by its sender: we asked for it.
    """
    same = Attempt.file_unique_id == attempt.file_unique_id
    if attempt.content_hash is not None:
        same = or_(same, Attempt.content_hash == attempt.content_hash)
    found = await session.scalar(
        select(Attempt.id)
        .where(
            same,
            Attempt.id != attempt.id,
            Attempt.received_at <= attempt.received_at,
            or_(Attempt.verdict != Verdict.FAILED, Attempt.person_id != attempt.person_id),
        )
        .limit(1)
    )
    return found is not None


async def fingerprints_around(session: AsyncSession, person_id: int, attempt_id: str) -> Sequence[tuple[str, bytes]]:
    """Sealed fingerprints of every earlier note of the person and of their classmates, enrolment included."""
    classes = select(Membership.class_id).where(Membership.person_id == person_id, Membership.role == STUDENT)
    classmates = select(Membership.person_id).where(Membership.class_id.in_(classes))
    rows = await session.execute(
        select(Attempt.id, Attempt.fingerprint).where(
            or_(Attempt.person_id == person_id, Attempt.person_id.in_(classmates)),
            Attempt.fingerprint.is_not(None),
            Attempt.id != attempt_id,
        )
    )
    return [(other, sealed) for other, sealed in rows if sealed is not None]


async def unanswered(session: AsyncSession, settled_before: datetime) -> Sequence[str]:
    """Settled notes whose sender has not been told: a bot stopped in between."""
    rows = await session.scalars(
        select(Attempt.id)
        .where(
            Attempt.verdict != Verdict.PENDING,
            Attempt.answered_at.is_(None),
            Attempt.settled_at <= settled_before,
        )
        .order_by(Attempt.settled_at)
    )
    return rows.all()


async def fail_pending(session: AsyncSession, received_before: datetime, now: datetime) -> None:
    """Settle notes that no queue holds any more (Redis was emptied): their senders are asked to send another."""
    await session.execute(
        update(Attempt)
        .where(Attempt.verdict == Verdict.PENDING, Attempt.received_at < received_before)
        .values(verdict=Verdict.FAILED, reason=Reason.PROCESSING_FAILED, settled_at=now)
    )


async def suspicious_reasons(session: AsyncSession, lesson_ids: Sequence[int]) -> dict[tuple[int, int], list[Reason]]:
    """Why notes were not accepted, by (lesson, person), oldest first."""
    rows = await session.execute(
        select(Attempt.lesson_id, Attempt.person_id, Attempt.reason)
        .where(
            Attempt.lesson_id.in_(lesson_ids),
            Attempt.purpose == Purpose.CHECK_IN,
            Attempt.verdict.not_in([Verdict.ACCEPTED, Verdict.PENDING]),
        )
        .order_by(Attempt.sent_at)
    )
    reasons: dict[tuple[int, int], list[Reason]] = {}
    for lesson_id, person_id, reason in rows:
        if lesson_id is not None and reason is not None:
            reasons.setdefault((lesson_id, person_id), []).append(Reason(reason))
    return reasons
