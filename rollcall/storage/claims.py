"""Claims: a recorded voice counts at once, or waits for a teacher to say that it is the student's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from rollcall.audit.chain import Action
from rollcall.domain.claim import WITHOUT_VOTE, ClaimState
from rollcall.domain.enrolment import is_another_voice
from rollcall.domain.operating import operating_point
from rollcall.domain.voiceprint import Voiceprint
from rollcall.errors import SealBroken, UnknownEncoder
from rollcall.sealing.seal import Keyring
from rollcall.storage import audit, challenges
from rollcall.storage.audit import PersonId
from rollcall.storage.claim_tables import ClaimLikeness, VoiceClaim
from rollcall.storage.similar_accounts import sounds_like
from rollcall.storage.tables import (
    STUDENT,
    EnrolmentNote,
    Membership,
    Person,
    SchoolClass,
    StoredVoiceprint,
)
from rollcall.storage.teaching import gives_right
from rollcall.storage.voiceprints import complete_enrolment, keep_notes_of, notes_of, open_note, print_of, voiceprint_of
from rollcall.storage.votes import is_withheld, votes_of

Likenesses = Mapping[int, Mapping[int, float]]
"""By class: whom a voice sounds like there, with the scores."""


def take_voice(session: Session, keyring: Keyring, person_id: int, enrolment: str, now: datetime) -> None:
    """The notes of an enrolment are complete: their voice counts from now on, or waits for a teacher.

    Beside a voiceprint that serves, it waits where it does not fit that one, or fits a classmate's. Where there is
    none, it becomes the voiceprint, without a vote in the classes in which it fits another student's.
    """
    class_ids = lock_classes(session, person_id)
    notes = notes_of(session, enrolment)
    new = print_of(keyring, notes)
    likenesses = _likenesses(session, keyring, person_id, class_ids, new, notes)
    serving = _serving(session, keyring, person_id, new)
    changed = serving is not None and _differs(new, serving)
    if serving is None or not (changed or any(likenesses.values())):
        settle(session, person_id, now)
        complete_enrolment(session, keyring, person_id, enrolment, now)
        _withhold(session, person_id, enrolment, likenesses, now)
        if serving is None:
            _withhold_unsaid(session, person_id, enrolment, now)
        return
    settle(session, person_id, now, votes=False)
    stored = session.get_one(StoredVoiceprint, person_id)
    keep_notes_of(session, person_id, enrolment, stored.enrolment)
    claim = _add(session, person_id, None, enrolment, now, changed=changed)
    for class_id, alike in likenesses.items():
        _note_likenesses(session, claim, class_id, alike)
    session.flush()


def take_along(session: Session, keyring: Keyring, person_id: int, class_id: int, now: datetime) -> None:
    """Somebody joins a class with the voiceprint they have: no vote there while it could be a classmate's."""
    _lock([class_id], session)
    withhold_where_alike(session, keyring, person_id, [class_id], now)


def withhold_where_alike(
    session: Session, keyring: Keyring, person_id: int, class_ids: Iterable[int], now: datetime
) -> None:
    """Take the vote from a voiceprint in those of the classes where it could be a classmate's."""
    stored = session.get(StoredVoiceprint, person_id)
    if stored is None:
        return
    with suppress(SealBroken):
        own = voiceprint_of(session, keyring, person_id)
        if own is not None:
            notes = notes_of(session, stored.enrolment) if stored.enrolment is not None else []
            likenesses = _likenesses(session, keyring, person_id, class_ids, own, notes)
            _withhold(session, person_id, stored.enrolment, likenesses, now)


def settle(session: Session, person_id: int, now: datetime, *, beside: bool = True, votes: bool = True) -> None:
    """Another voice answers what was asked about earlier ones.

    Args:
        beside: what was asked about a voice beside the voiceprint.
        votes: what was asked about the voiceprint's votes; not where that goes on serving as it did.
    """
    kinds = [VoiceClaim.class_id.is_(None)] * beside + [VoiceClaim.class_id.is_not(None)] * votes
    session.execute(
        update(VoiceClaim)
        .where(VoiceClaim.person_id == person_id, VoiceClaim.state.in_(WITHOUT_VOTE), or_(*kinds))
        .values(state=ClaimState.SETTLED, enrolment=None, attempt_id=None, told_at=now)
    )


def settle_class(session: Session, class_id: int, now: datetime) -> None:
    """The class is put away: nobody is asked about a voice in it any more."""
    session.execute(
        update(VoiceClaim)
        .where(VoiceClaim.class_id == class_id, VoiceClaim.state == ClaimState.OPEN)
        .values(state=ClaimState.SETTLED, told_at=now)
    )


def unheard_since(session: Session, class_id: int, moment: datetime) -> Sequence[int]:
    """The students of a class that was put away then whose voice was asked about, or was recorded since.

    Of these nobody knows whether the voice could be a classmate's.
    """
    asked = select(VoiceClaim.person_id).where(
        VoiceClaim.class_id == class_id, VoiceClaim.state == ClaimState.SETTLED, VoiceClaim.told_at == moment
    )
    rows = session.scalars(
        select(StoredVoiceprint.person_id)
        .join(Membership, Membership.person_id == StoredVoiceprint.person_id)
        .where(
            Membership.class_id == class_id,
            Membership.role == STUDENT,
            or_(StoredVoiceprint.person_id.in_(asked), StoredVoiceprint.created_at >= moment),
        )
        .order_by(StoredVoiceprint.person_id)
    )
    return rows.all()


def follow_reembedding(session: Session, person_id: int, enrolment: str, now: datetime) -> None:
    """Another encoder has made the voiceprint anew: it stands where it stood. A voice beside it cannot be compared."""
    mine = VoiceClaim.person_id == person_id
    session.execute(
        update(VoiceClaim)
        .where(mine, VoiceClaim.class_id.is_not(None), VoiceClaim.enrolment.is_not(None))
        .values(enrolment=enrolment)
    )
    session.execute(
        update(VoiceClaim)
        .where(mine, VoiceClaim.class_id.is_(None), VoiceClaim.state == ClaimState.OPEN)
        .values(state=ClaimState.LAPSED, decided_at=now)
    )
    session.execute(update(VoiceClaim).where(mine, VoiceClaim.class_id.is_(None)).values(enrolment=None, replaced=None))


def made_by(session: Session, enrolment: str) -> Sequence[VoiceClaim]:
    """The open claims to the voice of an enrolment."""
    rows = session.scalars(
        select(VoiceClaim)
        .where(VoiceClaim.enrolment == enrolment, VoiceClaim.state == ClaimState.OPEN)
        .order_by(VoiceClaim.id)
    )
    return rows.all()


def of_class(session: Session, class_id: int) -> Sequence[VoiceClaim]:
    """The open claims that the class's teachers are asked about."""
    students = select(Membership.person_id).where(Membership.class_id == class_id, Membership.role == STUDENT)
    rows = session.scalars(
        select(VoiceClaim)
        .where(
            VoiceClaim.state == ClaimState.OPEN,
            VoiceClaim.person_id.in_(students),
            or_(VoiceClaim.class_id == class_id, VoiceClaim.class_id.is_(None)),
        )
        .order_by(VoiceClaim.id)
    )
    return rows.all()


def whom_it_sounds_like(session: Session, claim_id: int, class_ids: Iterable[int]) -> Sequence[ClaimLikeness]:
    """The classmates, in these classes, whose voice the claimed one could be."""
    rows = session.scalars(
        select(ClaimLikeness)
        .where(ClaimLikeness.claim_id == claim_id, ClaimLikeness.class_id.in_(class_ids))
        .order_by(ClaimLikeness.score.desc())
    )
    return rows.all()


def classes_shared(session: Session, claim: VoiceClaim, chat_id: int, moment: datetime) -> Sequence[int]:
    """The classes of the claim's person that this teacher teaches: what a card for them may tell of."""
    taught, attended = aliased(Membership), aliased(Membership)
    rows = session.scalars(
        select(taught.class_id)
        .join(Person, Person.id == taught.person_id)
        .join(attended, attended.class_id == taught.class_id)
        .where(
            Person.telegram_id == chat_id,
            gives_right(moment, taught),
            attended.person_id == claim.person_id,
            attended.role == STUDENT,
        )
        .order_by(taught.class_id)
    )
    return rows.all()


def lock_classes(session: Session, person_id: int) -> Sequence[int]:
    """The person's classes, nobody else's until the transaction ends: two who enrol one voice come after each other."""
    rows = session.scalars(
        select(SchoolClass.id)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(Membership.person_id == person_id, Membership.role == STUDENT, SchoolClass.archived_at.is_(None))
    )
    return _lock(sorted(rows), session)


def _lock(class_ids: Sequence[int], session: Session) -> Sequence[int]:
    session.execute(
        select(SchoolClass.id)
        .where(SchoolClass.id.in_(class_ids))
        .order_by(SchoolClass.id)
        .with_for_update(key_share=True)
    )
    return class_ids


def _serving(session: Session, keyring: Keyring, person_id: int, new: Voiceprint) -> Voiceprint | None:
    """The voiceprint by which the person is recognised somewhere, if the new one can be compared with it."""
    with suppress(SealBroken):
        old = voiceprint_of(session, keyring, person_id)
        same = old is not None and (old.model, old.weight_hash) == (new.model, new.weight_hash)
        if same and votes_of(session, person_id):
            return old
    return None


def _differs(new: Voiceprint, old: Voiceprint) -> bool:
    try:
        return is_another_voice(new.centroid, old.centroid, operating_point(new.model, new.weight_hash))
    except UnknownEncoder:
        return False


def _likenesses(
    session: Session,
    keyring: Keyring,
    person_id: int,
    class_ids: Iterable[int],
    own: Voiceprint,
    notes: Sequence[EnrolmentNote],
) -> Likenesses:
    vectors = [open_note(keyring, note) for note in notes] or [own.centroid]
    return {one: sounds_like(session, keyring, one, person_id, own, vectors) for one in class_ids}


def _withhold(session: Session, person_id: int, enrolment: str | None, likenesses: Likenesses, now: datetime) -> None:
    for class_id, alike in likenesses.items():
        if alike and not is_withheld(session, class_id, person_id):
            claim = _add(session, person_id, class_id, enrolment, now, changed=False)
            _note_likenesses(session, claim, class_id, alike)
    session.flush()


def _withhold_unsaid(session: Session, person_id: int, enrolment: str, now: datetime) -> None:
    """A first voice that did not say what it was to: a teacher is asked in the classes that want that."""
    asking = challenges.classes_that_ask(session, person_id)
    if asking and challenges.is_unsaid(session, enrolment):
        for class_id in asking:
            if not is_withheld(session, class_id, person_id):
                _add(session, person_id, class_id, enrolment, now, changed=False)
    session.flush()


def _add(
    session: Session, person_id: int, class_id: int | None, enrolment: str | None, now: datetime, *, changed: bool
) -> VoiceClaim:
    last = select(EnrolmentNote.attempt_id).where(EnrolmentNote.person_id == person_id)
    note = session.scalar(last.where(EnrolmentNote.enrolment == enrolment).order_by(EnrolmentNote.id.desc()).limit(1))
    claim = VoiceClaim(
        person_id=person_id, class_id=class_id, enrolment=enrolment, attempt_id=note, changed=changed,
        state=ClaimState.OPEN, created_at=now,
    )  # fmt: skip
    session.add(claim)
    session.flush()
    owner = PersonId(person_id)
    what = f"class:{class_id}" if class_id is not None else "voiceprint"
    audit.record(session, Action.VOICE_CLAIMED, owner, what, about=owner, changed=changed)
    return claim


def _note_likenesses(session: Session, claim: VoiceClaim, class_id: int, alike: Mapping[int, float]) -> None:
    for other_id, score in alike.items():
        session.add(ClaimLikeness(claim_id=claim.id, class_id=class_id, other_id=other_id, score=score))
