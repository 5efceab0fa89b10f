"""What teachers are asked about voices that wait for their word, and what students hear: meanwhile, and of the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.claim import LAPSES_AFTER, ClaimState
from rollcall.domain.class_settings import Vocabulary
from rollcall.storage import challenges, claims
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.classes import attended_classes, names_in_class
from rollcall.storage.people import has_consent, locale_of
from rollcall.storage.questions import CLAIMS
from rollcall.storage.tables import Person, SchoolClass
from rollcall.storage.votes import votes_of
from rollcall.usecases import claim_decisions
from rollcall.usecases.cards import Due, Facts, Told, due, name_of, note_to_hear


@dataclass(frozen=True, kw_only=True)
class ClaimFacts(Facts):
    """What a claim's card says.

    Attributes:
        changed: the voice does not sound like the one on record.
        unsaid: it did not say the number that it was to say.
        likes: the classmates whom it sounds like, of those this teacher teaches.
        beside: a voice on record goes on serving meanwhile.
        until: when it lapses, in the class's time zone.
    """

    changed: bool
    likes: Sequence[str]
    unsaid: bool
    beside: bool
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimTold(Told):
    """What a student hears of a claim's end.

    Attributes:
        title: of the class that it was about; None where it was about all of them.
        old_serves: the voice on record before goes on serving.
    """

    state: ClaimState
    title: str | None
    old_serves: bool


@dataclass(frozen=True)
class Waiting:
    """A student's voice that waits for a teacher's word.

    Attributes:
        claims: what teachers are asked.
        changed: it does not sound like the one on record.
        unsaid: it did not say the number that it was to say.
        beside: that one goes on serving.
        serves: the new one does, in other classes.
        titles: the classes in which it waits.
    """

    claims: Sequence[int]
    changed: bool = False
    unsaid: bool = False
    beside: bool = False
    serves: bool = False
    titles: Sequence[str] = ()


def claims_due(session: Session, now: datetime) -> Due:
    """What is owed at this moment, once what is overdue has lapsed and what is final is forgotten."""
    claim_decisions.lapse(session, now)
    claim_decisions.forget_decided(session, now)
    return due(session, now, CLAIMS)


def claim_facts(session: Session, claim_id: int, chat_id: int, now: datetime, consent: str) -> ClaimFacts:
    """What the card says in this teacher's chat.

    Args:
        consent: the agreement that says a teacher may listen; there is no note of someone who agreed to another.
    """
    claim = session.get_one(VoiceClaim, claim_id)
    person = session.get_one(Person, claim.person_id)
    shared = [claim.class_id] if claim.class_id is not None else claims.classes_shared(session, claim, chat_id, now)
    school_class = session.get_one(SchoolClass, shared[0]) if shared else None
    names = {key: name for one in shared for key, name in names_in_class(session, one).items()}
    zone = ZoneInfo(school_class.timezone if school_class is not None else "UTC")
    likenesses = claims.whom_it_sounds_like(session, claim.id, shared)
    return ClaimFacts(
        question=claim.id,
        state=claim.state,
        locale=locale_of(session, chat_id),
        note=note_to_hear(session, claim.attempt_id) if has_consent(session, person.telegram_id, consent) else None,
        name=names.get(person.id, person.full_name),
        title=school_class.title if school_class is not None else "",
        vocabulary=school_class.vocabulary if school_class is not None else Vocabulary.SCHOOL,
        at=claim.created_at.astimezone(zone),
        teacher=name_of(session, claim.decided_by),
        changed=claim.changed,
        unsaid=challenges.is_unsaid(session, claim.enrolment),
        likes=[names[one.other_id] for one in likenesses if one.other_id in names],
        beside=claim.class_id is None,
        until=(claim.created_at + LAPSES_AFTER).astimezone(zone),
    )


def claim_told(session: Session, claim_id: int) -> ClaimTold:
    """What the student hears of its end."""
    claim = session.get_one(VoiceClaim, claim_id)
    person = session.get_one(Person, claim.person_id)
    school_class = session.get(SchoolClass, claim.class_id) if claim.class_id is not None else None
    beside = claim.class_id is None and claim.state is not ClaimState.ACCEPTED
    return ClaimTold(
        chat_id=person.telegram_id,
        locale=locale_of(session, person.telegram_id),
        state=claim.state,
        title=school_class.title if school_class is not None else None,
        vocabulary=school_class.vocabulary if school_class is not None else Vocabulary.SCHOOL,
        old_serves=beside and bool(votes_of(session, person.id)),
    )


def waiting_since_enrolment(session: Session, person_id: int, enrolment: str) -> Waiting | None:
    """What waits of the voice just enrolled; None where it counts already."""
    open_claims = claims.made_by(session, enrolment)
    if not open_claims:
        return None
    held = {claim.class_id for claim in open_claims}
    person = session.get_one(Person, person_id)
    return Waiting(
        claims=[claim.id for claim in open_claims],
        changed=open_claims[0].changed,
        unsaid=challenges.is_unsaid(session, enrolment),
        beside=None in held,
        serves=bool(votes_of(session, person_id)),
        titles=[one.title for one in attended_classes(session, person) if one.id in held],
    )


def waiting_since_joining(session: Session, person_id: int, class_id: int) -> Waiting | None:
    """The same of someone who has just joined a class with the voice they have."""
    open_claims = claims.of_class(session, class_id)
    held = [one.id for one in open_claims if one.person_id == person_id and one.class_id == class_id]
    return Waiting(held) if held else None
