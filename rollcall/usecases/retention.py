"""What has been kept for long enough: found and removed, once a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.verdict import Verdict
from rollcall.storage import audit, inbox, used_files
from rollcall.storage.audit_tables import AuditPseudonym
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.classes import every_class_of
from rollcall.storage.database import Database
from rollcall.storage.invites import forget_notes
from rollcall.storage.roster_tables import JoinRequest, RosterPreview
from rollcall.storage.tables import (
    WITHOUT_ACCOUNT,
    Attempt,
    Consent,
    Conversation,
    EnrolmentNote,
    Erasure,
    KeptRecording,
    Membership,
    Person,
    SchoolClass,
    StoredVoiceprint,
)
from rollcall.storage.web_access import sweep_web
from rollcall.usecases.erasure import Kind, erase_everything, erase_voice

_AT_ONCE = 500
"""Rows that one transaction changes at most, where there may be very many."""
_UNFINISHED = timedelta(days=7)
"""An enrolment that was begun and left, and nothing else hangs on it."""
_TO_DECIDE = timedelta(days=14)
"""For a teacher, about somebody who is not on the class's list."""
_UNANSWERED = timedelta(days=1)
"""A question to somebody who never joined."""
_SAID = timedelta(days=1)
"""A challenge: a note that waited that long has been given up."""


@dataclass(frozen=True)
class Periods:
    """For how long what is kept; see `rollcall.config.settings.Settings`."""

    details: timedelta
    check_values: timedelta
    recordings: timedelta
    unused_voices: timedelta
    archived_classes: timedelta
    agreements: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Periods:
        """As this installation is set."""
        return cls(
            details=timedelta(days=settings.keep_details_days),
            check_values=timedelta(days=settings.keep_check_values_days),
            recordings=timedelta(days=settings.keep_recordings_days),
            unused_voices=timedelta(days=settings.keep_unused_voices_days),
            archived_classes=timedelta(days=settings.keep_archived_classes_days),
            agreements=timedelta(days=settings.keep_agreements_days),
        )


async def sweep(database: Database, periods: Periods, now: datetime) -> dict[str, int]:
    """Remove what is past its time, but for people and voices, which are more than rows; how much, by what it was.

    A little at a time, each in a transaction of its own: whoever checks in meanwhile does not wait for it.
    """
    counts = {}
    for name, remove in _REMOVED.items():
        counts[name] = 0
        while number := await database.run(remove, periods, now):
            counts[name] += number
    await database.run(inbox.sweep, now)
    await database.run(sweep_web, now)
    return counts


def archived_classes(session: Session, periods: Periods, now: datetime) -> Sequence[int]:
    """The classes that the next sweep deletes."""
    before = now - periods.archived_classes
    return (session.scalars(select(SchoolClass.id).where(SchoolClass.archived_at < before))).all()


def unused_voices(session: Session, periods: Periods, now: datetime) -> Sequence[int]:
    """People whose voiceprint is old and who have sent no note for as long."""
    since = now - periods.unused_voices
    recent = exists().where(Attempt.person_id == StoredVoiceprint.person_id, Attempt.received_at >= since)
    rows = session.scalars(select(StoredVoiceprint.person_id).where(StoredVoiceprint.created_at < since, ~recent))
    return rows.all()


def left_over(session: Session, periods: Periods, now: datetime) -> Sequence[int]:
    """Students who belong to no class any more, and have not for long; nor wait to be let into one."""
    before = now - periods.archived_classes
    member = exists().where(
        Membership.person_id == Person.id, or_(Membership.left_at.is_(None), Membership.left_at >= before)
    )
    asked = exists().where(JoinRequest.telegram_id == Person.telegram_id)
    old = select(Person.id).where(Person.is_teacher.is_(False), Person.created_at < before, ~member, ~asked)
    rows = session.scalars(old)
    return rows.all()


def classes_of(session: Session, person_id: int) -> Sequence[int]:
    """The classes in whose galleries the person may be."""
    person = session.get(Person, person_id)
    return every_class_of(session, person) if person is not None else ()


def erase(session: Session, person_id: int, receipt: str, kind: Kind, now: datetime) -> bool:
    """Erase a voice that is not used, or somebody left over; False where they are gone."""
    person = session.get(Person, person_id)
    if person is None:
        return False
    (erase_voice if kind is Kind.UNUSED_VOICE else erase_everything)(session, person, receipt, kind, now)
    return True


# Each removes some and says how many; none once there are no more. Rows that were dealt with before do not match again,
# so that the counts tell of one sweep alone.


def _details(session: Session, periods: Periods, now: datetime) -> int:
    return _clear(
        session,
        (Attempt.received_at < now - periods.details) & (Attempt.file_id != ""),
        file_id="", score=None, runner_up=None, threshold=None, confidence=None,
        speech_seconds=None, words_score=None, embedding=None, quality={}, timings={},
    )  # fmt: skip


def _check_values(session: Session, periods: Periods, now: datetime) -> int:
    return _clear(
        session,
        (Attempt.received_at < now - periods.check_values) & (Attempt.file_unique_id != ""),
        fingerprint=None, content_hash=None, file_unique_id="",
    )  # fmt: skip


def _clear(session: Session, which: ColumnElement[bool], **values: object) -> int:
    some = select(Attempt.id).where(which, Attempt.verdict != Verdict.PENDING).limit(_AT_ONCE)
    return _run(session, update(Attempt).where(Attempt.id.in_(some)).values(**values))


def _challenges(session: Session, _periods: Periods, now: datetime) -> int:
    """What was to be said; what was heard of it stays with the note."""
    old = StoredChallenge.shown_at < now - _SAID
    some = select(StoredChallenge.id).where(old).limit(_AT_ONCE)
    return _run(session, delete(StoredChallenge).where(StoredChallenge.id.in_(some)))


def _used_files(session: Session, periods: Periods, now: datetime) -> int:
    return _run(session, used_files.outdated(now, periods.check_values))


def _recordings(session: Session, periods: Periods, now: datetime) -> int:
    old = KeptRecording.created_at < now - periods.recordings
    some = select(KeptRecording.attempt_id).where(old).limit(_AT_ONCE)
    return _run(session, delete(KeptRecording).where(KeptRecording.attempt_id.in_(some)))


def _unfinished(session: Session, _periods: Periods, now: datetime) -> int:
    """Notes of an enrolment that did not become the present voiceprint, and that no teacher is asked about."""
    part_of_print = exists().where(
        StoredVoiceprint.person_id == EnrolmentNote.person_id, EnrolmentNote.enrolment == StoredVoiceprint.enrolment
    )
    claimed = exists().where(
        VoiceClaim.person_id == EnrolmentNote.person_id,
        or_(VoiceClaim.enrolment == EnrolmentNote.enrolment, VoiceClaim.replaced == EnrolmentNote.enrolment),
    )
    return _run(
        session, delete(EnrolmentNote).where(EnrolmentNote.created_at < now - _UNFINISHED, ~part_of_print, ~claimed)
    )


def _classes(session: Session, periods: Periods, now: datetime) -> int:
    for class_id in archived_classes(session, periods, now)[:1]:
        # Their notes would otherwise stay without a class.
        session.execute(delete(Attempt).where(Attempt.class_id == class_id))
        return _run(session, delete(SchoolClass).where(SchoolClass.id == class_id))
    return 0


def _lines(session: Session, _periods: Periods, _now: datetime) -> int:
    """Who was on a class's list alone, without an account, goes with the class."""
    member = exists().where(Membership.person_id == Person.id)
    some = select(Person).where(Person.telegram_id <= WITHOUT_ACCOUNT, ~member).limit(_AT_ONCE)
    people = session.scalars(some).all()
    for person in people:
        audit.erase(session, person.telegram_id)
        session.delete(person)
    session.flush()
    return len(people)


def _unanswered(session: Session, _periods: Periods, now: datetime) -> int:
    before = now - _UNANSWERED
    stranger = ~exists().where(Person.telegram_id == Consent.telegram_id)
    agreed = delete(Consent).where(Consent.given_at < before, Consent.withdrawn_at.is_(None), stranger)
    ids = session.scalars(agreed.returning(Consent.telegram_id)).all()
    # An agreement is on record under a pseudonym, behind which nobody shall be found any more.
    _run(session, delete(AuditPseudonym).where(AuditPseudonym.telegram_id.in_(ids)))
    session.execute(delete(JoinRequest).where(JoinRequest.created_at < now - _TO_DECIDE))
    session.execute(delete(RosterPreview).where(RosterPreview.created_at < before))
    strangers_dialogue = ~exists().where(Person.telegram_id == Conversation.telegram_id)
    return _run(session, delete(Conversation).where(Conversation.updated_at < before, strangers_dialogue))


def _agreements(session: Session, periods: Periods, now: datetime) -> int:
    return _run(session, delete(Consent).where(Consent.withdrawn_at < now - periods.agreements))


def _invite_notes(session: Session, _periods: Periods, now: datetime) -> int:
    return _run(session, forget_notes(now))


def _receipts(session: Session, periods: Periods, now: datetime) -> int:
    return _run(session, delete(Erasure).where(Erasure.erased_at < now - periods.agreements))


_REMOVED: dict[str, Callable[[Session, Periods, datetime], int]] = {
    "details": _details,
    "check_values": _check_values,
    "challenges": _challenges,
    "used_files": _used_files,
    "recordings": _recordings,
    "unfinished_enrolments": _unfinished,
    "classes": _classes,
    "lines": _lines,
    "unanswered": _unanswered,
    "agreements": _agreements,
    "receipts": _receipts,
    "invite_notes": _invite_notes,
}


def _run(session: Session, statement: Any) -> int:
    found = session.execute(statement.execution_options(synchronize_session=False))
    return int(getattr(found, "rowcount", 0))
