"""The tables of lists that teachers send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.domain.joiner import JoinState
from rollcall.storage.tables import Card, Table


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


class JoinRequest(Table):
    """Somebody with the class's link who is not on its list: its teachers say who it is. Gone once all is said."""

    __tablename__ = "join_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    full_name: Mapped[str] = mapped_column(String(128))
    without_voice: Mapped[bool]
    created_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When they heard the answer."""
    state: Mapped[JoinState] = mapped_column(server_default="open", default=JoinState.OPEN)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    freed: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """They had claimed another's line, which a teacher has freed: only a teacher lets them in."""

    __table_args__ = (UniqueConstraint("class_id", "telegram_id"), Index("ix_join_requests_state", "state"))


class JoinerCard(Card):
    """Such a question as one teacher sees it in the chat."""

    __tablename__ = "joiner_cards"
    question_id: Mapped[int] = mapped_column(
        "request_id", ForeignKey("join_requests.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    shown: Mapped[JoinState]
