"""Inserting a row unless it is there, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rollcall.storage.tables import Table


def insert_new(session: Session, table: type[Table], values: Mapping[str, Any]) -> bool:
    """Insert a row; False where there is one with its key, which stays as it is."""
    core = Table.metadata.tables[table.__tablename__]
    made = session.connection().execute(_statement(core, session.get_bind().dialect.name), values)
    return made.one_or_none() is not None


def insert_all_new(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """The same of several; the keys of those that were not there."""
    core = Table.metadata.tables[table.__tablename__]
    made = session.connection().execute(_statement(core, session.get_bind().dialect.name), list(rows))
    return {tuple(row) for row in made}


@cache
def _statement(table: CoreTable, dialect: str) -> Any:
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_nothing().returning(*table.primary_key.columns)
