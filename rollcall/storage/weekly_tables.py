"""The table of what teachers are told once a week."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class WeeklyWord(Table):
    """A word still owed to a teacher: who missed a lot by the end of the week before. Deleted once it is said.

    Nobody's name is kept here: whom it tells of is found when it is said.
    """

    __tablename__ = "weekly_words"
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    """In which it is said; see `rollcall.domain.weekly`."""
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be tried again: a bot is sending it, or the teacher's chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the teacher's chat did not take it."""
