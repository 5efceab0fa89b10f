"""The tables of voices that wait for a teacher's word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.domain.claim import ClaimState
from rollcall.storage.tables import Card, Table


class VoiceClaim(Table):
    """A voice recorded under an account, which counts once a teacher has said that it is the student's."""

    __tablename__ = "voice_claims"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    """The class in whose gallery the person's voiceprint has no vote. None: it is no voiceprint yet, but notes waiting
    beside the one on record, which serves in every class; each of the person's teachers may decide."""
    enrolment: Mapped[str | None] = mapped_column(String(36))
    """Whose notes the voice is made of; None once they are gone."""
    replaced: Mapped[str | None] = mapped_column(String(36))
    """The enrolment whose voice this one took the place of: its notes are kept while that may be turned round."""
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    """The note that a teacher can listen to."""
    changed: Mapped[bool]
    """It does not sound like the voice on record."""
    state: Mapped[ClaimState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the student heard what came of it."""
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_voice_claims_state", "state"),)


class ClaimLikeness(Table):
    """A classmate whom a claimed voice sounds like."""

    __tablename__ = "claim_likenesses"
    claim_id: Mapped[int] = mapped_column(ForeignKey("voice_claims.id", ondelete="CASCADE"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    score: Mapped[float]


class ClaimCard(Card):
    """A claim as one teacher sees it in the chat."""

    __tablename__ = "claim_cards"
    question_id: Mapped[int] = mapped_column(
        "claim_id", ForeignKey("voice_claims.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    shown: Mapped[ClaimState]
