"""The tables of lists that teachers send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class RosterPreview(Table):
    """A list that a teacher has sent and was shown; kept for a day at most, so that any bot can take it."""

    __tablename__ = "roster_previews"
    id: Mapped[int] = mapped_column(primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    """Of the teacher who sent it, and who alone may take it."""
    update_id: Mapped[int] = mapped_column(BigInteger)
    """The update that brought it: handled again, it is no second list."""
    content: Mapped[dict[str, Any]]
    """A `rollcall.roster.model.Roster`; after it was taken, who of the class is not on it (`gone`)."""
    class_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    """The class that took it."""
    taken_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
