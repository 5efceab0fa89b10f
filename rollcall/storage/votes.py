"""In which classes somebody is recognised by their voiceprint: a voice that waits for a teacher has no vote there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from rollcall.domain.claim import WITHOUT_VOTE, ClaimState
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.people import is_renewal
from rollcall.storage.renewal_tables import FreshNote
from rollcall.storage.tables import STUDENT, Consent, Membership, Person, SchoolClass, StoredVoiceprint


def withheld(class_id: Any, person_id: Any) -> ColumnElement[bool]:
    """Whether a person's voiceprint has no vote in a class; of columns, or of ids."""
    return exists().where(
        VoiceClaim.class_id == class_id, VoiceClaim.person_id == person_id, VoiceClaim.state.in_(WITHOUT_VOTE)
    )


def is_withheld(session: Session, class_id: int, person_id: int) -> bool:
    """The same, asked of the database."""
    return bool(session.scalar(select(withheld(class_id, person_id))))


def votes_of(session: Session, person_id: int) -> Sequence[int]:
    """The classes in which the person's voiceprint has a vote."""
    rows = session.scalars(
        select(Membership.class_id)
        .join(SchoolClass, SchoolClass.id == Membership.class_id)
        .join(StoredVoiceprint, StoredVoiceprint.person_id == Membership.person_id)
        .where(
            Membership.person_id == person_id,
            Membership.role == STUDENT,
            SchoolClass.archived_at.is_(None),
            ~withheld(Membership.class_id, Membership.person_id),
        )
        .order_by(Membership.class_id)
    )
    return rows.all()


def waits(session: Session, person_id: int) -> bool:
    """Whether a teacher is still to decide on the voiceprint, or on a new voice beside it."""
    waiting = exists().where(VoiceClaim.person_id == person_id, VoiceClaim.state == ClaimState.OPEN)
    return bool(session.scalar(select(waiting)))


@dataclass(frozen=True)
class VoiceStanding:
    """How a person's voiceprint stands.

    Attributes:
        withheld: in which classes it has no vote.
        waits: whether a teacher may yet give it one.
        follows: whether its owner agreed that it follows the voice, and no note waits for its step.
    """

    withheld: frozenset[int] = frozenset()
    waits: bool = False
    follows: bool = False


def voice_of(session: Session, person_id: int) -> VoiceStanding | None:
    """The person's voiceprint, as teachers see it; None where there is none."""
    rows = session.execute(_VOICE, {"person": person_id}).all()
    if not rows:
        return None
    held = [(class_id, state) for class_id, state, _ in rows if class_id is not None]
    return VoiceStanding(
        frozenset(class_id for class_id, _ in held),
        any(state is ClaimState.OPEN for _, state in held),
        follows=bool(rows[0][2]),
    )


def is_of_use(session: Session, person_id: int) -> bool:
    """Whether there is a voiceprint that has a vote somewhere, or may have one once a teacher has decided."""
    return serves(session, person_id, voice_of(session, person_id))


def serves(session: Session, person_id: int, voice: VoiceStanding | None) -> bool:
    """The same of a voiceprint that this transaction has read."""
    if voice is None:
        return False
    # Without any that is withheld also where its owner belongs to no class just now.
    return not voice.withheld or voice.waits or bool(votes_of(session, person_id))


_FOLLOWS = and_(
    exists().where(
        Person.id == StoredVoiceprint.person_id,
        Consent.telegram_id == Person.telegram_id,
        Consent.withdrawn_at.is_(None),
        is_renewal(Consent),
    ),
    ~exists().where(FreshNote.person_id == StoredVoiceprint.person_id),
)
_VOICE = (
    select(VoiceClaim.class_id, VoiceClaim.state, _FOLLOWS)
    .select_from(StoredVoiceprint)
    .outerjoin(
        VoiceClaim,
        and_(
            VoiceClaim.person_id == StoredVoiceprint.person_id,
            VoiceClaim.class_id.is_not(None),
            VoiceClaim.state.in_(WITHOUT_VOTE),
        ),
    )
    .where(StoredVoiceprint.person_id == bindparam("person"))
)
