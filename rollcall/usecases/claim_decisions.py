"""What a teacher, or time, makes of a claim."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.claim import CHANGEABLE, LAPSES_AFTER, ClaimState
from rollcall.sealing.seal import Keyring
from rollcall.storage import audit, claims
from rollcall.storage.audit import PersonId
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.similar_accounts import are_two_people, may_be_one
from rollcall.storage.tables import EnrolmentNote, KeptRecording, Person, StoredVoiceprint
from rollcall.storage.teaching import taught_classes
from rollcall.storage.voiceprints import complete_enrolment, notes_of
from rollcall.storage.votes import is_of_use


@dataclass(frozen=True)
class ClaimPressed:
    """What came of a teacher's word.

    Attributes:
        class_ids: the classes whose galleries follow; none where nothing was decided.
        beside: the claim is about notes that wait beside a voice on record.
        too_late: it was to turn a decision round, and that cannot be done any more.
    """

    person_id: int
    class_ids: Collection[int]
    beside: bool
    too_late: bool


def press_claim(
    session: Session, keyring: Keyring, claim_id: int, teacher: Person, *, accepted: bool, anew: bool, now: datetime
) -> ClaimPressed:
    """Accept or reject. The first decision stands until a teacher turns it round (``anew``)."""
    claim = session.get_one(VoiceClaim, claim_id)
    act = change if anew else decide
    class_ids = act(session, keyring, claim, teacher, accepted=accepted, now=now)
    wanted = ClaimState.ACCEPTED if accepted else ClaimState.REJECTED
    return ClaimPressed(claim.person_id, class_ids, claim.class_id is None, anew and claim.state is not wanted)


def decide(
    session: Session, keyring: Keyring, claim: VoiceClaim, teacher: Person, *, accepted: bool, now: datetime
) -> Collection[int]:
    """Record what the teacher decided; the classes whose galleries follow.

    None where it was decided already, and then nothing changes.
    """
    return _decide(session, keyring, claim, teacher, ClaimState.OPEN, accepted=accepted, now=now)


def change(
    session: Session, keyring: Keyring, claim: VoiceClaim, teacher: Person, *, accepted: bool, now: datetime
) -> Collection[int]:
    """Turn a decision into its opposite, for as long as `CHANGEABLE`; the student is told anew."""
    was = ClaimState.REJECTED if accepted else ClaimState.ACCEPTED
    if claim.decided_at is None or now - claim.decided_at > CHANGEABLE or not _can_change(session, claim):
        return ()
    return _decide(session, keyring, claim, teacher, was, accepted=accepted, now=now)


def lapse(session: Session, now: datetime) -> None:
    """Nobody has decided for so long: what waits is forgotten."""
    overdue = VoiceClaim.created_at < now - LAPSES_AFTER
    rows = session.scalars(
        select(VoiceClaim).where(VoiceClaim.state == ClaimState.OPEN, overdue).order_by(VoiceClaim.id)
    )
    for claim in rows.all():
        if _move(session, claim, ClaimState.OPEN, ClaimState.LAPSED, decided_at=now) is None:
            continue
        audit.record(session, Action.CLAIM_LAPSED, None, _object(claim), about=PersonId(claim.person_id))
        _forget(session, claim)


def forget_decided(session: Session, now: datetime) -> None:
    """What a decision took away, and nobody may bring back any more, goes for good."""
    final = VoiceClaim.decided_at < now - CHANGEABLE
    rejected = session.scalars(
        select(VoiceClaim).where(VoiceClaim.state == ClaimState.REJECTED, VoiceClaim.enrolment.is_not(None), final)
    )
    for claim in rejected.all():
        _forget(session, claim)
    accepted = session.scalars(
        select(VoiceClaim).where(VoiceClaim.state == ClaimState.ACCEPTED, VoiceClaim.replaced.is_not(None), final)
    )
    for claim in accepted.all():
        session.execute(
            delete(EnrolmentNote).where(
                EnrolmentNote.person_id == claim.person_id, EnrolmentNote.enrolment == claim.replaced
            )
        )
        claim.replaced = None


def _decide(
    session: Session,
    keyring: Keyring,
    claim: VoiceClaim,
    teacher: Person,
    was: ClaimState,
    *,
    accepted: bool,
    now: datetime,
) -> Collection[int]:
    class_ids = claims.lock_classes(session, claim.person_id)
    if accepted and claim.class_id is None and not notes_of(session, claim.enrolment or ""):
        return ()
    state = ClaimState.ACCEPTED if accepted else ClaimState.REJECTED
    changes: dict[str, Any] = {"decided_by": teacher.id, "told_at": None}
    if was is ClaimState.OPEN:
        changes["decided_at"] = now
    if _move(session, claim, was, state, **changes) is None:
        return ()
    before = {} if was is ClaimState.OPEN else {"was": was.value}
    audit.record(
        session, Action.CLAIM_DECIDED, teacher, _object(claim),
        about=PersonId(claim.person_id), decision=state.value, **before,
    )  # fmt: skip
    if accepted:
        _accept(session, keyring, claim, teacher, class_ids, now)
    elif was is ClaimState.ACCEPTED:
        _take_back(session, keyring, claim, class_ids, now)
    return class_ids if claim.class_id is None else [claim.class_id]


def _accept(
    session: Session, keyring: Keyring, claim: VoiceClaim, teacher: Person, class_ids: Sequence[int], now: datetime
) -> None:
    if claim.class_id is None and claim.enrolment is not None:
        stored = session.get(StoredVoiceprint, claim.person_id)
        before = stored.enrolment if stored is not None else None
        claims.settle(session, claim.person_id, now)
        complete_enrolment(session, keyring, claim.person_id, claim.enrolment, now, keep=before)
        claim.replaced = before
    # Of those whom this teacher was shown it is known from now on; the teachers of other classes are asked themselves.
    taught = {one.id for one in taught_classes(session, teacher, now)}
    for like in claims.whom_it_sounds_like(session, claim.id, taught):
        are_two_people(session, like.class_id, claim.person_id, like.other_id, like.score, now)
    where = class_ids if claim.class_id is None else [claim.class_id]
    claims.withhold_where_alike(session, keyring, claim.person_id, where, now)


def _take_back(session: Session, keyring: Keyring, claim: VoiceClaim, class_ids: Sequence[int], now: datetime) -> None:
    for like in claims.whom_it_sounds_like(session, claim.id, class_ids):
        may_be_one(session, like.class_id, claim.person_id, [like.other_id])
    if claim.class_id is None and claim.replaced is not None:
        complete_enrolment(session, keyring, claim.person_id, claim.replaced, now, keep=claim.enrolment)
        claim.replaced = None
        claims.settle(session, claim.person_id, now, beside=False)
        claims.withhold_where_alike(session, keyring, claim.person_id, class_ids, now)


def _can_change(session: Session, claim: VoiceClaim) -> bool:
    """Whether what the opposite decision needs is still there."""
    stored = session.get(StoredVoiceprint, claim.person_id)
    if stored is None or claim.enrolment is None:
        return False
    if claim.class_id is not None or claim.state is ClaimState.ACCEPTED:
        served = stored.enrolment == claim.enrolment
        back = claim.class_id is not None or (claim.replaced and notes_of(session, claim.replaced))
        return served and bool(back)
    return bool(notes_of(session, claim.enrolment))


def _move(session: Session, claim: VoiceClaim, was: ClaimState, state: ClaimState, **values: Any) -> int | None:
    """One statement, so that of two teachers pressing at once one is first; None for the other."""
    moved = session.scalar(
        update(VoiceClaim)
        .where(VoiceClaim.id == claim.id, VoiceClaim.state == was)
        .values(state=state, **values)
        .returning(VoiceClaim.id)
    )
    session.refresh(claim)
    return moved


def _forget(session: Session, claim: VoiceClaim) -> None:
    """The voice that was claimed; a voiceprint only where it serves nowhere."""
    person_id, enrolment = claim.person_id, claim.enrolment
    claim.enrolment = claim.attempt_id = None
    if enrolment is None:
        return
    stored = session.get(StoredVoiceprint, person_id)
    if stored is not None and stored.enrolment == enrolment:
        if is_of_use(session, person_id):
            return
        session.delete(stored)
        session.execute(delete(KeptRecording).where(KeptRecording.person_id == person_id))
    session.execute(
        delete(EnrolmentNote).where(EnrolmentNote.person_id == person_id, EnrolmentNote.enrolment == enrolment)
    )
    session.flush()


def _object(claim: VoiceClaim) -> str:
    return f"class:{claim.class_id}" if claim.class_id is not None else "voiceprint"
