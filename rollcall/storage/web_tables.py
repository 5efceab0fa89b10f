"""The tables of who may look at the pages. Of every token only the hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class WebLink(Table):
    """A link that the bot gave and nobody has opened: it leads one device to the pages, once. Then it is deleted."""

    __tablename__ = "web_links"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    leads_to: Mapped[str] = mapped_column(String(200))
    """The page's path."""
    expires_at: Mapped[datetime]


class WebSession(Table):
    """A device that is signed in, until it is revoked or its time is up. Then it is deleted."""

    __tablename__ = "web_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    device: Mapped[str] = mapped_column(String(64))
    """The browser and the system: see `rollcall.domain.web_access.device_called`."""
    in_telegram: Mapped[bool]
    """Whether it is a window of Telegram's own, as a Mini App."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class WebScreen(Table):
    """A link to one lesson for the projector: shows it while it is open, and can do nothing."""

    __tablename__ = "web_screens"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    """Of the teacher who made it."""
    created_at: Mapped[datetime]


class SpentInitData(Table):
    """What Telegram gave a Mini App to say who opens it: taken once, and kept until it is too old to be taken."""

    __tablename__ = "spent_init_data"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]
