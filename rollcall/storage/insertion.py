"""Inserting a row unless it is there, in one statement."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rollcall.storage.tables import Table


def insert_new(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    """An ``INSERT`` that leaves a row with the same key as it is, and returns nothing then."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
