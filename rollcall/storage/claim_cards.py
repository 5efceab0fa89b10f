"""Cards about claimed voices: which are missing, which are out of date, and whether a teacher was really asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from rollcall.domain.claim import ClaimState
from rollcall.domain.review import Asked
from rollcall.storage.cards import really_asked
from rollcall.storage.claim_tables import ClaimCard, VoiceClaim
from rollcall.storage.tables import STUDENT, TEACHER, Membership, Person, SchoolClass


def missing_cards(session: Session, now: datetime) -> Sequence[tuple[int, int]]:
    """(claim, teacher's Telegram id) of every open claim that a teacher to be asked has not been shown."""
    card = exists().where(
        ClaimCard.claim_id == VoiceClaim.id,
        ClaimCard.chat_id == Person.telegram_id,
        or_(ClaimCard.message_id.is_not(None), ClaimCard.not_before > now),
    )
    rows = session.execute(_askable().where(VoiceClaim.state == ClaimState.OPEN, ~card))
    return [(claim_id, chat_id) for claim_id, chat_id in rows]


def outdated_cards(session: Session) -> Sequence[tuple[int, int]]:
    """(claim, teacher's chat) of cards that still show what is no longer so."""
    rows = session.execute(
        select(ClaimCard.claim_id, ClaimCard.chat_id)
        .join(VoiceClaim, VoiceClaim.id == ClaimCard.claim_id)
        .where(ClaimCard.message_id.is_not(None), ClaimCard.shown != VoiceClaim.state)
    )
    return [(claim_id, chat_id) for claim_id, chat_id in rows]


def asked(session: Session, claim_id: int) -> Asked:
    """Whether a teacher was really asked."""
    rows = session.execute(_askable().where(VoiceClaim.id == claim_id))
    teachers = [chat_id for _, chat_id in rows]
    return really_asked(teachers, session.scalars(select(ClaimCard).where(ClaimCard.claim_id == claim_id)))


def cards_with_voice(session: Session, person_id: int) -> Sequence[ClaimCard]:
    """The cards by which teachers may have been given a note of this person to listen to."""
    rows = session.scalars(
        select(ClaimCard)
        .join(VoiceClaim, VoiceClaim.id == ClaimCard.claim_id)
        .where(VoiceClaim.person_id == person_id, ClaimCard.message_id > 0)
    )
    return rows.all()


def classes_shared(session: Session, claim: VoiceClaim, chat_id: int) -> Sequence[int]:
    """The classes of the claim's person that this teacher teaches: what a card for them may tell of."""
    taught, attended = aliased(Membership), aliased(Membership)
    rows = session.scalars(
        select(taught.class_id)
        .join(Person, Person.id == taught.person_id)
        .join(attended, attended.class_id == taught.class_id)
        .where(
            Person.telegram_id == chat_id,
            taught.role == TEACHER,
            attended.person_id == claim.person_id,
            attended.role == STUDENT,
        )
        .order_by(taught.class_id)
    )
    return rows.all()


def _askable() -> Select[int, int]:
    """Each claim with each teacher who may decide on it."""
    attended, taught = aliased(Membership), aliased(Membership)
    return (
        select(VoiceClaim.id, Person.telegram_id)
        .join(attended, (attended.person_id == VoiceClaim.person_id) & (attended.role == STUDENT))
        .join(SchoolClass, (SchoolClass.id == attended.class_id) & SchoolClass.archived_at.is_(None))
        .join(taught, (taught.class_id == attended.class_id) & (taught.role == TEACHER))
        .join(Person, (Person.id == taught.person_id) & Person.is_teacher)
        .where(or_(VoiceClaim.class_id.is_(None), VoiceClaim.class_id == attended.class_id))
        .distinct()
    )
