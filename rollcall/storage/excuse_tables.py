"""The tables of absences that students announce, and of marks that they object to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.excuses import LONGEST
from rollcall.storage.tables import Card, Table


class Absence(Table):
    """Days on which a student will not be there, by their own word, in one class."""

    __tablename__ = "absences"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    """In the class's time zone, as the last one."""
    last_day: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(LONGEST))
    """See `rollcall.domain.excuses`."""
    state: Mapped[AbsenceState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the student heard of the decision."""
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_absences_state", "state"),)


class AbsenceCard(Card):
    """An announced absence as one teacher sees it in the chat."""

    __tablename__ = "absence_cards"
    question_id: Mapped[int] = mapped_column(
        "absence_id", ForeignKey("absences.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    shown: Mapped[AbsenceState]


class Appeal(Table):
    """A student's objection to a mark: once a lesson."""

    __tablename__ = "appeals"
    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[AppealState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the student heard that the mark stays; of another mark they hear as of any change."""
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("lesson_id", "person_id"), Index("ix_appeals_state", "state"))


class AppealCard(Card):
    """An objection as one teacher sees it in the chat."""

    __tablename__ = "appeal_cards"
    question_id: Mapped[int] = mapped_column(
        "appeal_id", ForeignKey("appeals.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    shown: Mapped[AppealState]
