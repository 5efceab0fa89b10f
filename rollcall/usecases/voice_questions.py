"""Which of a class's recordings a teacher is asked to judge, and which decisions can still be turned round.

What the cards in the chats say, all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rollcall.domain.claim import CHANGEABLE, ClaimState
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.review import ReviewState
from rollcall.storage import reviews
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.tables import STUDENT, Lesson, Membership, Person, Review
from rollcall.usecases.cards import NoteToHear
from rollcall.usecases.claim_cards import ClaimFacts, claim_facts
from rollcall.usecases.review_cards import ReviewFacts, review_facts


@dataclass(frozen=True)
class VoiceQuestions:
    """The oldest first; those that are open before those that are decided."""

    reviews: Sequence[ReviewFacts]
    claims: Sequence[ClaimFacts]


def voice_questions(session: Session, teacher: Person, class_id: int, now: datetime) -> VoiceQuestions:
    """Of a class, as this teacher is asked."""
    account = teacher.telegram_id
    open_or_changeable = or_(
        Review.state == ReviewState.OPEN,
        Review.state.in_((ReviewState.CONFIRMED, ReviewState.REJECTED))
        & (Review.decided_at > now - reviews.CHANGEABLE),
    )
    asked = session.scalars(
        select(Review.id)
        .join(Lesson, Lesson.id == Review.lesson_id)
        .where(Lesson.class_id == class_id, open_or_changeable)
        .order_by(Review.decided_at.is_not(None), Review.created_at, Review.id)
    )
    attends = select(Membership.person_id).where(Membership.class_id == class_id, Membership.role == STUDENT)
    claimed = session.scalars(
        select(VoiceClaim.id)
        .where(
            or_(VoiceClaim.class_id == class_id, VoiceClaim.class_id.is_(None) & VoiceClaim.person_id.in_(attends)),
            or_(
                VoiceClaim.state == ClaimState.OPEN,
                VoiceClaim.state.in_((ClaimState.ACCEPTED, ClaimState.REJECTED))
                & (VoiceClaim.decided_at > now - CHANGEABLE),
            ),
        )
        .order_by(VoiceClaim.decided_at.is_not(None), VoiceClaim.created_at, VoiceClaim.id)
    )
    return VoiceQuestions(
        [review_facts(session, one, account, now) for one in asked.all()],
        [claim_facts(session, one, account, now, CONSENT_VERSION) for one in claimed.all()],
    )


def note_of_review(session: Session, teacher: Person, review_id: int, now: datetime) -> NoteToHear | None:
    """What there is to be heard of a doubt."""
    return review_facts(session, review_id, teacher.telegram_id, now).note


def note_of_claim(session: Session, teacher: Person, claim_id: int, now: datetime) -> NoteToHear | None:
    """What there is to be heard of a recorded voice; nothing of somebody who did not agree to that."""
    return claim_facts(session, claim_id, teacher.telegram_id, now, CONSENT_VERSION).note
