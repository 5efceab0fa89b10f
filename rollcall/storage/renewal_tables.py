"""The tables of voiceprints that follow their owners, and of the word to those who should record theirs anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class FreshNote(Table):
    """A strong note of somebody whose voiceprint may follow; a day later it has, and the row is gone.

    One for each person at most, so that there is a step a day at most.
    """

    __tablename__ = "fresh_notes"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(String(36), unique=True)
    embedding: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed as that of an enrolment note."""
    model: Mapped[str] = mapped_column(String(64))
    weight_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Renewal(Table):
    """A step that a voiceprint took, and what it was before, so that it can be taken back."""

    __tablename__ = "renewals"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    attempt_id: Mapped[str] = mapped_column(String(36), unique=True)
    """The note that it took the step by."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The voiceprint before, sealed as a voiceprint."""
    model: Mapped[str] = mapped_column(String(64))
    weight_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class FreshWord(Table):
    """A word still owed to somebody whose score falls: to record the voice anew. Deleted once it is said."""

    __tablename__ = "fresh_words"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be tried again: a bot is sending it, or the chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the chat did not take it."""
