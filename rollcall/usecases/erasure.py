"""Erasures: a person's voice, or everything of theirs; each leaves a receipt that names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.verdict import Verdict
from rollcall.storage import audit, chores, used_files
from rollcall.storage.attempts import to_remember
from rollcall.storage.audit_tables import AuditPseudonym
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.classes import every_class_of
from rollcall.storage.correction_tables import Correction, MarkWord
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.invites import forget_inviter_and_guest
from rollcall.storage.people import agreements_of, find_person, set_step, withdraw_consent
from rollcall.storage.roster_tables import JoinRequest, RosterPreview
from rollcall.storage.tables import (
    TEACHER,
    Attempt,
    Attendance,
    Call,
    Consent,
    Conversation,
    Erasure,
    IncomingUpdate,
    Lesson,
    Membership,
    Namesake,
    Person,
    Review,
    StaffNotice,
)
from rollcall.storage.voiceprints import forget_voice
from rollcall.storage.web_access import forget_web
from rollcall.storage.weekly_tables import WeeklyWord

_TRACES = "traces"
_NOT_MORE_OFTEN_THAN = timedelta(seconds=30)
"""All files are written anew each time."""


class Kind(StrEnum):
    """What an erasure took away, and at whose wish."""

    VOICE = "voice"
    EVERYTHING = "everything"
    UNUSED_VOICE = "unused_voice"
    """At nobody's: the voiceprint had not been used for as long as settings allow."""
    LEFT_OVER = "left_over"
    """At nobody's: the person belonged to no class any more."""


@dataclass(frozen=True)
class Erased:
    """What was erased from the database; the other stores follow.

    Attributes:
        class_ids: the classes in whose galleries the voice may be.
        notes: what may still be on its way: job ids, each with its entry in the queue, where it has one.
    """

    erasure: Erasure
    person_id: int
    class_ids: tuple[int, ...]
    notes: Mapping[str, str | None] = field(default_factory=dict)


def forget_at_wish(session: Session, person_id: int, receipt: str, now: datetime) -> Erased:
    """A person wants their voice to be forgotten; once, however often this receipt is asked for."""
    person = session.get_one(Person, person_id)
    known = receipt_of(session, receipt)
    if known is not None:  # we stopped before it was answered
        class_ids, notes = tuple(every_class_of(session, person)), notes_in_the_queue(session, person)
        return Erased(known, person.id, class_ids, notes)
    set_step(session, person.telegram_id, "", None, now)
    return erase_voice(session, person, receipt, Kind.VOICE, now)


def begin_leaving(session: Session, person_id: int, receipt: str, now: datetime) -> Erased | None:
    """A student wants to leave with everything: first the voice. None for somebody who attends no class, nor has.

    The rest, `leave`, once the other stores have followed: until then there is a person to whom they lead.
    """
    person = session.get_one(Person, person_id)
    return erase_voice(session, person, receipt, Kind.VOICE, now) if every_class_of(session, person) else None


def leave(session: Session, telegram_id: int, receipt: str, now: datetime) -> Erasure | None:
    """The rest of what is known of who leaves; None where nothing was erased under this receipt, now or before."""
    person = find_person(session, telegram_id)
    if person is None:
        return receipt_of(session, receipt)
    return erase_everything(session, person, receipt, Kind.EVERYTHING, now).erasure


def erase_voice(session: Session, person: Person, receipt: str, kind: Kind, now: datetime) -> Erased:
    """Erase everything made from a person's voice and end the agreements to it. Name and marks stay."""
    notes = notes_in_the_queue(session, person)
    used_files.keep(session, to_remember(session, person.id), now)
    withdraw_consent(session, person.telegram_id, now)
    counts = forget_voice(session, person, now)
    class_ids = tuple(every_class_of(session, person))
    return Erased(_record(session, receipt, kind, counts, {}, now), person.id, class_ids, notes)


def erase_everything(session: Session, person: Person, receipt: str, kind: Kind, now: datetime) -> Erased:
    """Erase a student with every mark. Of someone who teaches or has taught, only what they are as a student."""
    notes = notes_in_the_queue(session, person)
    used_files.keep(session, to_remember(session, person.id), now)
    class_ids = tuple(every_class_of(session, person))
    withdraw_consent(session, person.telegram_id, now, everything=True)
    for class_id in class_ids:
        audit.record(session, Action.STUDENT_LEFT, person, f"class:{class_id}", about=person)
    counts = forget_voice(session, person, now)
    counts["marks"] = _count(session, Attendance, person)
    counts["notes"] = _count(session, Attempt, person)
    agreements = {
        str(number): {
            "text": one.text_version,
            "language": one.language,
            "given_at": one.given_at.isoformat(),
            "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        }
        for number, one in enumerate(agreements_of(session, person.telegram_id), start=1)
    }
    person_id = person.id
    session.execute(delete(JoinRequest).where(JoinRequest.telegram_id == person.telegram_id))
    session.execute(delete(RosterPreview).where(RosterPreview.telegram_id == person.telegram_id))
    session.execute(delete(Consent).where(Consent.telegram_id == person.telegram_id))
    if person.is_teacher or _has_taught(session, person):
        session.execute(delete(Attendance).where(Attendance.person_id == person.id))
        session.execute(delete(Attempt).where(Attempt.person_id == person.id))
        session.execute(delete(Review).where(Review.person_id == person.id))
        session.execute(delete(Absence).where(Absence.person_id == person.id))
        session.execute(delete(Appeal).where(Appeal.person_id == person.id))
        session.execute(delete(Correction).where(Correction.person_id == person.id))
        session.execute(delete(MarkWord).where(MarkWord.person_id == person.id))
        session.execute(delete(Namesake).where(Namesake.person_id == person.id))
        session.execute(delete(Call).where(Call.person_id == person.id))
        session.execute(delete(VoiceClaim).where(VoiceClaim.person_id == person.id))
        session.execute(delete(StoredChallenge).where(StoredChallenge.person_id == person.id))
        session.execute(delete(Membership).where(Membership.person_id == person.id, Membership.role != TEACHER))
    else:
        session.execute(delete(Conversation).where(Conversation.telegram_id == person.telegram_id))
        session.execute(delete(StaffNotice).where(StaffNotice.chat_id == person.telegram_id))
        session.execute(delete(WeeklyWord).where(WeeklyWord.chat_id == person.telegram_id))
        forget_inviter_and_guest(session, person.telegram_id)
        forget_web(session, person.telegram_id)
        session.execute(delete(Person).where(Person.id == person.id))
        counts["people"] = 1
    return Erased(_record(session, receipt, kind, counts, agreements, now), person_id, class_ids, notes)


def erase_stranger(session: Session, telegram_id: int) -> None:
    """Erase what is known of someone who never came as far as joining: a question, an agreement that led nowhere."""
    session.execute(delete(JoinRequest).where(JoinRequest.telegram_id == telegram_id))
    session.execute(delete(Consent).where(Consent.telegram_id == telegram_id))
    session.execute(delete(Conversation).where(Conversation.telegram_id == telegram_id))
    if session.get(AuditPseudonym, telegram_id) is not None:
        audit.erase(session, telegram_id)


def receipt_of(session: Session, receipt: str) -> Erasure | None:
    """The erasure with this receipt."""
    return session.get(Erasure, receipt)


def add_counts(session: Session, receipt: str, counts: dict[str, int]) -> Erasure:
    """Write down what was erased beyond the database."""
    erasure = session.get_one(Erasure, receipt, with_for_update=True)
    erasure.counts = {**erasure.counts, **counts}
    return erasure


def uncleared(session: Session) -> Sequence[str]:
    """Receipts of erasures whose traces are left in the files of the stores, and can be removed by now.

    While an update is being handled that came before, its content is in the database, and may be the person's.
    """
    unhandled = exists().where(IncomingUpdate.handled_at.is_(None), IncomingUpdate.received_at <= Erasure.erased_at)
    rows = session.scalars(select(Erasure.receipt).where(Erasure.cleared_at.is_(None), ~unhandled))
    return rows.all()


def take_clearing(session: Session, now: datetime) -> Sequence[str]:
    """Take it on to clear the traces of these erasures; none where there are none, or another bot is at it."""
    receipts = uncleared(session)
    return receipts if receipts and chores.take(session, _TRACES, now) else ()


def clearing_done(session: Session, receipts: Sequence[str], now: datetime) -> None:
    """The stores' files have been written anew, or none of these are cleared; not again for a while."""
    cleared(session, receipts, now)
    chores.done(session, _TRACES, now + _NOT_MORE_OFTEN_THAN)


def cleared(session: Session, receipts: Sequence[str], now: datetime) -> None:
    """The stores' files have been written anew."""
    session.execute(update(Erasure).where(Erasure.receipt.in_(receipts)).values(cleared_at=now))


def _record(
    session: Session,
    receipt: str,
    kind: Kind,
    counts: dict[str, int],
    agreements: Mapping[str, object],
    now: datetime,
) -> Erasure:
    # Whoever leaves with everything has had the voice erased under the same receipt, a moment before.
    erasure = session.get(Erasure, receipt, with_for_update=True)
    if erasure is None:
        erasure = Erasure(receipt=receipt, kind=kind, erased_at=now, counts={}, agreements={})
        session.add(erasure)
    erasure.kind, erasure.erased_at, erasure.cleared_at = kind, now, None
    erasure.counts = {name: erasure.counts.get(name, 0) + counts.get(name, 0) for name in {**erasure.counts, **counts}}
    erasure.agreements = dict(agreements)
    session.flush()
    return erasure


def _has_taught(session: Session, person: Person) -> bool:
    """Whether lessons of others hang on this person, who may have lost the right to teach since."""
    taught = exists().where(Membership.person_id == person.id, Membership.role == TEACHER)
    opened = exists().where(Lesson.opened_by == person.id)
    return bool(session.scalar(select(or_(taught, opened))))


def notes_in_the_queue(session: Session, person: Person) -> dict[str, str | None]:
    """A person's notes that the queue may know: job ids, each with its entry, where it has one.

    Settled ones among them: an erasure that stopped half-way is done once more.
    """
    rows = session.execute(
        select(Attempt.id, Attempt.job_entry).where(
            Attempt.person_id == person.id, or_(Attempt.job_entry.is_not(None), Attempt.verdict == Verdict.PENDING)
        )
    )
    return dict(rows.all())


def _count(session: Session, table: type[Attendance | Attempt], person: Person) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.person_id == person.id)) or 0
