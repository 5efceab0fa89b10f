"""The table of students who are to be made one, while the bot has yet to do so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class Merge(Table):
    """Two accounts of one student. The row goes with the first of them, or once nothing can come of it."""

    __tablename__ = "merges"
    old_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    new_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """The teacher."""
    asked_at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(String(36))
    """Of the erasure that comes first, so that it is one, however often it is begun."""
