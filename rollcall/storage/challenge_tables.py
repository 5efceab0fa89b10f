"""The table of challenges. It is a day's: what was to be said is worth nothing two minutes later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class StoredChallenge(Table):
    """What one student was asked to say once: in a lesson, or in an enrolment."""

    __tablename__ = "challenges"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    enrolment: Mapped[str | None] = mapped_column(String(36))
    number: Mapped[int]
    """From 1, of the student's in the lesson or enrolment; the highest is the one that holds."""
    language: Mapped[str] = mapped_column(String(8))
    items: Mapped[str] = mapped_column(String(255))
    """Separated by spaces."""
    shown_at: Mapped[datetime] = mapped_column(index=True)
    """Telegram's time of the message that shows it; until that is sent, ours of the drawing."""
    was_shown: Mapped[bool] = mapped_column(default=False, server_default=true())
    """Telegram has taken the message that shows it. One that was drawn in vain is shown by the next, as a new one."""
    used_by: Mapped[str | None] = mapped_column(String(36))
    """The attempt in which an answer to it was heard, right or wrong: it is no other's any more."""

    __table_args__ = (UniqueConstraint("lesson_id", "person_id", "number"),)
