"""Alembic's entry: runs the migrations on the connection it is handed."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from rollcall.storage import (  # noqa: F401 - metadata must know their tables
    audit_tables,
    challenge_tables,
    claim_tables,
    correction_tables,
    excuse_tables,
    merge_tables,
    renewal_tables,
    roster_tables,
    timetable_tables,
    web_tables,
    weekly_tables,
)
from rollcall.storage.tables import Table, UtcTime


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    # Migrations must go on working when the code's own types change.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True, render_item=_render)
    if connection.dialect.name == "postgresql":
        # Two processes may start at once; the second waits here and then finds nothing to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7265554)")
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes["connection"]
_run(connection)
