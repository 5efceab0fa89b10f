"""``rollcall backup``: the whole database, as it is at one moment, while bots go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, func, inspect, select, text
from sqlalchemy import Table as SqlTable

from rollcall.audit.chain import Action
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.ops import archive
from rollcall.ops.archive import ArchiveWriter, Column, Manifest
from rollcall.sealing.seal import load_keyring
from rollcall.storage import audit
from rollcall.storage.audit_tables import AuditHead
from rollcall.storage.database import Database, database_needed
from rollcall.storage.migrate import has_the_newest

_AT_ONCE = 500
_REVISION = "alembic_version"

Tick = Callable[[str, int, int], None]
"""Told of a table, its rows done and its rows in all."""


@dataclass(frozen=True)
class Made:
    """A backup."""

    manifest: Manifest
    sha256: str

    @property
    def rows(self) -> int:
        return sum(member.rows for member in self.manifest.tables.values())


def backup(settings: Settings, path: Path, tick: Tick) -> Made:
    """Write the database into one file. The backup is on record in the audit, also in its own.

    Raises:
        Unavailable: the database is out of reach, or has no schema yet.
        WrongUse: there is such a file already.
    """
    keyring = load_keyring(settings)
    database = Database(settings.effective_database_url, keyring)
    try:
        with archive.writing(path) as writer, database_needed():
            if has_the_newest(database):
                with database.session() as session:
                    head = session.get(AuditHead, 1)
                    # With another key the backup is as good; but the chain is not ours to go on with.
                    if head is None or head.key_id in keyring.key_ids:
                        audit.record(session, Action.BACKUP_MADE, None, "database")
            with database.snapshot() as connection:
                manifest = dump(connection, writer, keyring.key_ids[0], tick)
            writer.finish(manifest)
    finally:
        database.shut()
    return Made(manifest, archive.sha256_of(path))


def dump(connection: Connection, writer: ArchiveWriter, key_id: str, tick: Tick) -> Manifest:
    """Every table into an archive, over the connection of a snapshot; the manifest that it needs."""
    # As the database has it, not as this version's tables say: an older schema is backed up before it is migrated.
    tables = reflected(connection)
    if not inspect(connection).has_table(_REVISION):
        raise Unavailable("the database has no schema yet: there is nothing to back up")
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    for table in tables:
        total = connection.scalar(select(func.count()).select_from(table)) or 0
        writer.add(table.name, [_column(one) for one in table.columns], _rows(connection, table, total, tick))
    return Manifest(
        schema=revision,
        made_at=datetime.now(UTC),
        database=connection.dialect.name,
        key_id=key_id,
        audit_head=_audit_head(connection, tables),
        tables=writer.tables,
    )


def _rows(connection: Connection, table: SqlTable, total: int, tick: Tick) -> Iterator[Sequence[Any]]:
    done = 0
    tick(table.name, done, total)
    query = select(table).order_by(*table.primary_key)
    with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as rows:
        for part in rows.partitions():
            yield from part
            done += len(part)
            tick(table.name, done, total)


def _audit_head(connection: Connection, tables: Sequence[SqlTable]) -> str:
    if not any(table.name == AuditHead.__tablename__ for table in tables):
        return ""
    row = connection.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    return f"{row.sequence}:{row.hash}" if row is not None else ""


def reflected(connection: Connection) -> list[SqlTable]:
    """The tables as the database has them, each after those that it refers to; not that of the revision."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _REVISION]


def _column(column: Any) -> Column:
    kind = "plain"
    if isinstance(column.type, DateTime):
        kind = "time"
    elif isinstance(column.type, Date):
        kind = "date"
    elif isinstance(column.type, LargeBinary):
        kind = "bytes"
    return Column(column.name, kind)
