"""The tables of what a teacher changed by hand, and of what students have yet to hear of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.domain.attendance import Status
from rollcall.domain.excuses import LONGEST
from rollcall.domain.review import ReviewState
from rollcall.storage.tables import Table


class Correction(Table):
    """A mark that a teacher gave by hand, and all that was there before, so that it can be put back."""

    __tablename__ = "corrections"
    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    batch: Mapped[str | None] = mapped_column(String(16))
    """Those of one press have it in common, where it was for several students at once."""
    status: Mapped[Status]
    reason: Mapped[str | None] = mapped_column(String(LONGEST))
    was: Mapped[Status | None]
    """None: there was no mark yet."""
    was_reason: Mapped[str | None] = mapped_column(String(LONGEST))
    was_at: Mapped[datetime | None]
    was_confidence: Mapped[float | None]
    was_attempt_id: Mapped[str | None] = mapped_column(String(36))
    was_confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    was_review: Mapped[ReviewState | None]
    """Where the teachers' question about the student stood: the correction settled it."""
    undone_at: Mapped[datetime | None]
    """When it was taken back, or something else took its place: a voice note, a later decision."""
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))

    __table_args__ = (Index("ix_corrections_lesson_id_person_id", "lesson_id", "person_id"),)


class MarkWord(Table):
    """A word still owed to a student: a teacher changed their mark. Written with the change, deleted once it is said.

    Of several changes in a row they hear once, of what came of them; of none, where it is as it was.
    """

    __tablename__ = "mark_words"
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    """Who changed it last."""
    before: Mapped[Status | None]
    """The mark that the student knows of."""
    before_reason: Mapped[str | None] = mapped_column(String(LONGEST))
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be said: a slip of the thumb is put right by then; a bot is at it; the chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the student's chat did not take it."""
