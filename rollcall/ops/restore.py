"""``rollcall restore``: a database from a backup, on SQLite or PostgreSQL, whichever it was made on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import redis
from sqlalchemy import JSON, Connection, MetaData, func, insert, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action, Sealer
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongUse
from rollcall.ops import archive
from rollcall.ops.archive import Archive, Manifest
from rollcall.ops.backup import Tick, reflected
from rollcall.sealing.seal import Keyring, load_keyring
from rollcall.storage import audit
from rollcall.storage.database import Database, database_needed
from rollcall.storage.migrate import revisions, upgrade
from rollcall.storage.web_access import sign_everybody_out
from rollcall.usecases.galleries import rebuild

_AT_ONCE = 500


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        key_held: whether we have the key that opens what is sealed in it.
        galleries: whether the workers know; they do not where Redis could not be reached.
    """

    manifest: Manifest
    key_held: bool
    galleries: bool


def restore(settings: Settings, path: Path, tick: Tick, *, replace: bool = False) -> Restored:
    """Fill the database from a backup, in one transaction: a restore that fails changes nothing.

    In the caller's thread, which must not be an event loop's.

    Args:
        replace: drop what is in the database.

    Raises:
        WrongUse: the database is not empty, or there is no such backup.
        Unavailable: the backup is damaged or of a newer version, or the database is out of reach.
    """
    keyring = load_keyring(settings)
    with archive.reading(path) as found:
        _known(found.manifest)
        found.check()
        database = Database(settings.effective_database_url, keyring)
        try:
            with database_needed():
                restore_into(database, keyring, found, tick, sha256=archive.sha256_of(path), replace=replace)
        finally:
            database.shut()
        key_held = found.manifest.key_id in keyring.key_ids
        return Restored(found.manifest, key_held, galleries=_galleries(settings))


def _galleries(settings: Settings) -> bool:
    try:
        asyncio.run(rebuild(settings))
    except (redis.RedisError, OSError):
        return False
    return True


def restore_into(
    database: Database, keyring: Keyring, found: Archive, tick: Tick, *, sha256: str, replace: bool
) -> None:
    """The same, into an open database from an open backup that was checked."""
    with database.reshaping() as connection:
        _make_room(connection, replace=replace)
        fill(connection, found, tick)
        upgrade(connection, "head")
        with Session(connection) as session:
            sign_everybody_out(session)
            of = found.manifest.made_at.isoformat(timespec="seconds")
            audit.record(session, Action.DATABASE_RESTORED, None, "database", backup=sha256, of=of)
            audit.write_pending(session, Sealer(keyring))


def fill(connection: Connection, found: Archive, tick: Tick) -> None:
    """Lay out the backup's own schema and put its rows into it."""
    upgrade(connection, found.manifest.schema)
    tables = {table.name: table for table in reflected(connection)}
    for name, member in found.manifest.tables.items():
        table, done = tables[name], 0
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
        tick(name, done, member.rows)
        rows = found.rows(name)
        while part := list(islice(rows, _AT_ONCE)):
            connection.execute(insert(table), part)
            done += len(part)
            tick(name, done, member.rows)
    if connection.dialect.name == "postgresql":
        _set_sequences(connection, tables.values())


def _known(manifest: Manifest) -> None:
    if manifest.schema not in revisions():
        raise Unavailable(f"the backup's schema {manifest.schema} is not known here: it is of a newer Rollcall")


def _make_room(connection: Connection, *, replace: bool) -> None:
    metadata = MetaData()
    metadata.reflect(connection)
    if not replace:
        for table in metadata.sorted_tables:
            if table.name != "alembic_version" and connection.execute(select(table).limit(1)).first() is not None:
                raise WrongUse("the database is not empty: rollcall restore --replace drops what is in it")
    # Dropped, not emptied: the audit's records cannot be deleted.
    metadata.drop_all(connection)


def _set_sequences(connection: Connection, tables: Iterable[SqlTable]) -> None:
    """The rows brought their numbers; new ones must be counted from the last."""
    for table in tables:
        for column in table.primary_key:
            asked = {"table": table.name, "column": column.name}
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), asked)
            last = connection.scalar(select(func.max(column))) if sequence else None
            if last is not None:
                connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
