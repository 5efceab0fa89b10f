"""The tables of the audit. The database refuses to change or delete a record; who a pseudonym is, is kept apart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table


class AuditRecord(Table):
    """A fact on record: see `rollcall.audit.chain.Record`."""

    __tablename__ = "audit_records"
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(32))
    object: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(32))
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    """Unique: the chain cannot fork."""
    hash: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(8))
    seal: Mapped[str] = mapped_column(String(64))


class AuditHead(Table):
    """The chain's last record, sealed: one row, and the queue of those who append."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(8))
    seal: Mapped[str] = mapped_column(String(64))


class AuditPseudonym(Table):
    """Who is behind a pseudonym: random, and deleted when its owner is erased. The records stay and name nobody."""

    __tablename__ = "audit_pseudonyms"
    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    pseudonym: Mapped[str] = mapped_column(String(32), unique=True)
    since: Mapped[int] = mapped_column(BigInteger)
    """The first record that may carry it."""
