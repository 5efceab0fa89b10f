"""Attempts: every voice note from its arrival to its answer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, make_transient_to_detached
from sqlalchemy.orm.util import AliasedClass

from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import JUDGED, Purpose, Reason, Verdict
from rollcall.storage.holder import Holder
from rollcall.storage.insertion import insert_new
from rollcall.storage.tables import STUDENT, Attempt, IncomingUpdate, Lesson, Membership, Person, SchoolClass
from rollcall.storage.used_files import used_as

_OWED_AT_ONCE = 200
LONGEST_WAIT = timedelta(minutes=15)
"""No answer is put off for longer."""
_CLOCK_SET_BACK = timedelta(minutes=1)
"""A past event that lies this far in the future was written before the clock was set back: it is long past."""
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
    second_hand: Reason | None = None
    """Why it cannot have been recorded here and now, where the message itself says so."""
    sent_as: SentAs | None = None
    too_big: bool = False
    """By its own declaration, for Telegram to hand it to a bot. How long it is, the worker measures."""

    @property
    def attempt_id(self) -> str:
        """The same for every delivery of the same note; different notes differ even if a server counts anew."""
        parts = f"{self.chat_id}:{self.message_id}:{self.file_unique_id}:{self.sent_at.timestamp():.0f}"
        return str(uuid.uuid5(_NAMESPACE, parts))


_NEW: dict[str, Any] = {
    **dict.fromkeys(Attempt.__mapper__.column_attrs.keys()),
    "verdict": Verdict.PENDING,
    "times_queued": 0,
}
"""What every note begins with."""


class SealedFingerprint(NamedTuple):
    """A note's fingerprint at rest, with what it is sealed to."""

    attempt_id: str
    person_id: int
    sealed: bytes


def is_known(session: Session, attempt_id: str) -> bool:
    """Whether the note is written down."""
    return session.get(Attempt, attempt_id) is not None


def settled_note(session: Session, chat_id: int, message_id: int) -> Attempt | None:
    """What became of the note in this message; None while it is on its way, or where the message is none."""
    here = Attempt.chat_id == chat_id, Attempt.message_id == message_id
    return session.scalar(select(Attempt).where(*here, Attempt.verdict != Verdict.PENDING))


def register(
    session: Session,
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
    new = _NEW | {
        "id": note.attempt_id,
        "person_id": person.id,
        "purpose": purpose,
        "class_id": class_id,
        "lesson_id": lesson.id if lesson else None,
        "enrolment": enrolment,
        "chat_id": note.chat_id,
        "message_id": note.message_id,
        "file_id": note.file_id,
        "file_unique_id": note.file_unique_id,
        "sent_as": note.sent_as,
        "sent_at": note.sent_at,
        "received_at": received_at,
        "quality": {},
        "timings": {},
    }
    if not insert_new(session, Attempt, new):
        return session.get_one(Attempt, note.attempt_id)
    attempt = Attempt(**new)
    make_transient_to_detached(attempt)  # the row is as the object says: nothing need be read
    session.add(attempt)
    return attempt


def refuse(attempt: Attempt, reason: Reason, now: datetime) -> None:
    """Settle a note without asking a worker."""
    attempt.verdict = Verdict.REFUSED
    attempt.reason = reason
    attempt.settled_at = now


_SEEN = (*JUDGED, Verdict.PENDING)
_SEEN_AT_SIGHT = (
    Reason.FORWARDED, Reason.SCHEDULED, Reason.THROUGH_BOT, Reason.BEFORE_LESSON, Reason.SAME_RECORDING,
)  # fmt: skip
"""A file refused for one of these is known not to be recorded for the moment, whoever sends it again."""


def counts_as_seen(attempt: type[Attempt] | AliasedClass[Attempt]) -> ColumnElement[bool]:
    """Whether a note's file must not come a second time.

    A file that was never judged (we failed, its sound was refused, there were too many) is no recording of use to
    anybody: whoever sends it again hears the same true reason, and is accused of nothing. Two muted microphones may
    even send the same bytes.
    """
    return or_(attempt.verdict.in_(_SEEN), attempt.reason.in_(_SEEN_AT_SIGHT))


def was_seen_before(session: Session, attempt: Attempt, classes: Collection[SchoolClass] | None = None) -> bool:
    """Whether this very file came before, from anyone, by Telegram's id of it. Also if it was erased.

    Args:
        classes: the sender's, where they are known.
    """
    if used_as(session, attempt, classes=classes) is not None:
        return True
    file = {"file": attempt.file_unique_id, "attempt": attempt.id, "received": attempt.received_at}
    return session.scalar(_SEEN_FILE, file) is not None


def to_remember(session: Session, person_id: int) -> Sequence[Attempt]:
    """The person's notes whose files would be known again if they came from anyone."""
    return session.scalars(select(Attempt).where(Attempt.person_id == person_id, counts_as_seen(Attempt))).all()


def fingerprints_around(session: Session, person_id: int, attempt_id: str) -> Sequence[SealedFingerprint]:
    """Sealed fingerprints of every judged note of the person and of their classmates, enrolment included."""
    rows = session.execute(_PRINTS_AROUND, {"person": person_id, "attempt": attempt_id})
    return [SealedFingerprint(other, owner, sealed) for other, owner, sealed in rows if sealed is not None]


def owed(session: Session, settled_before: datetime, now: datetime) -> Sequence[str]:
    """Settled notes whose sender has not been told and can be told now: a bot stopped, or Telegram was out of reach."""
    rows = session.scalars(
        select(Attempt.id)
        .where(*_owed(now), _before(Attempt.settled_at, settled_before, now))
        .order_by(Attempt.settled_at)
        .limit(_OWED_AT_ONCE)
    )
    return rows.all()


def claim_answer(session: Session, attempt_id: str, until: datetime, now: datetime, holder: Holder) -> bool:
    """Take it on to send a note's final answer; False where it was sent, or another bot is at it until later."""
    # One statement, so that of two bots one is first.
    claim = update(Attempt).where(Attempt.id == attempt_id, *_owed(now))
    claim = claim.values(answer_from=until, answer_holder=str(holder))
    return session.scalar(claim.returning(Attempt.id)) is not None


def release_answers_of_the_dead(session: Session, holder: Holder) -> None:
    """Answers that a process of this machine was sending when it died may be sent at once."""
    sending = session.scalars(
        select(Attempt.answer_holder).where(*_UNANSWERED, Attempt.answer_holder.is_not(None)).distinct()
    )
    dead = [other for other in sending if other is not None and holder.knows_dead(other)]
    if dead:
        session.execute(
            update(Attempt)
            .where(*_UNANSWERED, Attempt.answer_holder.in_(dead))
            .values(answer_from=None, answer_holder=None)
        )


_UNANSWERED = (Attempt.verdict != Verdict.PENDING, Attempt.answered_at.is_(None), Attempt.unanswerable.is_(None))


def _owed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    wait = Attempt.answer_from
    return (*_UNANSWERED, or_(wait.is_(None), wait <= now, wait > now + LONGEST_WAIT + _CLOCK_SET_BACK))


def _before(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], moment: datetime, now: datetime
) -> ColumnElement[bool]:
    return or_(column <= moment, column > now + _CLOCK_SET_BACK)


def waiting(session: Session, received_before: datetime, now: datetime) -> Sequence[Attempt]:
    """Notes that were queued a while ago and have no result yet."""
    rows = session.scalars(
        select(Attempt).where(
            Attempt.verdict == Verdict.PENDING,
            Attempt.job_entry.is_not(None),
            _before(Attempt.received_at, received_before, now),
        )
    )
    return rows.all()


def orphans(session: Session, received_before: datetime, now: datetime) -> Sequence[str]:
    """Notes that never reached the queue and whose update nobody will handle again: their handler failed."""
    unhandled = exists().where(IncomingUpdate.handled_at.is_(None))
    rows = session.scalars(
        select(Attempt.id).where(
            Attempt.verdict == Verdict.PENDING,
            Attempt.job_entry.is_(None),
            _before(Attempt.received_at, received_before, now),
            ~unhandled,
        )
    )
    return rows.all()


def fail(session: Session, attempt_id: str, now: datetime, reason: Reason = Reason.PROCESSING_FAILED) -> None:
    """Give up on a note that has no result: its sender is asked to send another."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.verdict == Verdict.PENDING)
        .values(verdict=Verdict.FAILED, reason=reason, settled_at=now)
    )


class NoteInChat(NamedTuple):
    """A note that is still a message in its sender's chat."""

    attempt_id: str
    chat_id: int
    message_id: int
    sent_at: datetime


def in_chat(session: Session, person_id: int, purpose: Purpose | None) -> Sequence[NoteInChat]:
    """The person's notes that were not deleted from the chat, oldest first; of one purpose, or all."""
    query = select(Attempt.id, Attempt.chat_id, Attempt.message_id, Attempt.sent_at).where(
        Attempt.person_id == person_id, Attempt.removed_from_chat_at.is_(None)
    )
    if purpose is not None:
        query = query.where(Attempt.purpose == purpose)
    return [NoteInChat(*row) for row in session.execute(query.order_by(Attempt.sent_at))]


def removed_from_chat(session: Session, attempt_ids: Sequence[str], now: datetime) -> None:
    """These notes' messages are gone."""
    session.execute(update(Attempt).where(Attempt.id.in_(attempt_ids)).values(removed_from_chat_at=now))


def suspicious_reasons(session: Session, lesson_ids: Sequence[int]) -> dict[tuple[int, int], list[Reason]]:
    """Why notes were not accepted, by (lesson, person), oldest first."""
    rows = session.execute(
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


# Every note passes here: statements made once.
_SEEN_FILE = (
    select(Attempt.id)
    .where(
        Attempt.file_unique_id == bindparam("file"),
        Attempt.id != bindparam("attempt"),
        Attempt.received_at <= bindparam("received"),
        counts_as_seen(Attempt),
    )
    .limit(1)
)
_CLASSMATES = select(Membership.person_id).where(
    Membership.class_id.in_(
        select(Membership.class_id).where(Membership.person_id == bindparam("person"), Membership.role == STUDENT)
    )
)
_PRINTS_AROUND = select(Attempt.id, Attempt.person_id, Attempt.fingerprint).where(
    or_(Attempt.person_id == bindparam("person"), Attempt.person_id.in_(_CLASSMATES)),
    Attempt.fingerprint.is_not(None),
    Attempt.verdict.in_(JUDGED),
    Attempt.id != bindparam("attempt"),
)
