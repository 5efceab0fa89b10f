"""Checks of ``rollcall doctor`` that read what the stores hold: does it open, is it whole?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import redis
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from rollcall.config.settings import Settings
from rollcall.errors import RollcallError, SealBroken
from rollcall.ops.finding import Finding
from rollcall.queue import bot_end
from rollcall.sealing.seal import Keyring, key_id_of, load_keyring, voiceprint_binding
from rollcall.storage import faults
from rollcall.storage.database import Database
from rollcall.storage.faults import CURES, Trouble
from rollcall.storage.tables import Person, StoredVoiceprint

_MOST_LOOKED_AT = 1000
_MOST_NAMES = 20
_INDEXES = """
    SELECT bt_index_check(class.oid) FROM pg_index AS index
    JOIN pg_class AS class ON class.oid = index.indexrelid JOIN pg_am AS kind ON kind.oid = class.relam
    WHERE kind.amname = 'btree' AND index.indisready AND index.indisvalid
    AND class.relnamespace = current_schema()::regnamespace
"""
_FAILED_CHECKSUMS = "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
_SAMPLE = "SELECT md5(string_agg(part::text, '')) FROM (SELECT * FROM {table} LIMIT 200) AS part"
"""Read and spelt out, so that also what lies apart from its row is read; nothing of it is shown."""


async def voiceprints(settings: Settings) -> Finding:
    """The keys are keys, and open what the database has."""
    try:
        keyring = load_keyring(settings)
    except (RollcallError, OSError, ValueError) as error:
        return await _without_a_key(settings, str(error).partition(": set")[0])
    foreign, broken, opened = 0, list[str](), Counter[str]()
    for row, name in await _sealed(settings):
        if (id_ := key_id_of(row.sealed).hex()) not in keyring.key_ids:
            foreign += 1
        elif _opens(keyring, row):
            opened[id_] += 1
        else:
            broken.append(name)
    if foreign:
        cure = (
            "put the key that sealed them into ROLLCALL_VOICEPRINT_KEY, behind the new one, see rollcall keys; "
            "a key that is lost for good: rollcall keys renew"
        )
        return Finding("key", False, f"does not open {foreign} voiceprints, opens {opened.total()}", cure)
    if broken:
        who = ", ".join(broken[:_MOST_NAMES]) + (f" and {len(broken) - _MOST_NAMES} more" * (len(broken) > _MOST_NAMES))
        cure = f"{who} must send /enroll again, or restore a backup"
        return Finding("key", False, f"{len(broken)} voiceprints were changed and do not open", cure)
    others = "".join(f", {id_} opens {count}" for id_, count in opened.items() if id_ != keyring.key_ids[0])
    return Finding("key", True, f"{keyring.key_ids[0]}, opens {opened[keyring.key_ids[0]]} voiceprints{others}")


async def _without_a_key(settings: Settings, why: str) -> Finding:
    sealed = await _sealed(settings)
    missing = settings.voiceprint_key is None and not (settings.data_dir / "voiceprint.key").exists()
    if missing and not sealed and settings.embedded_redis:
        return Finding("key", True, "none yet: rollcall up makes one")
    cure = "put the key back into the data folder or into ROLLCALL_VOICEPRINT_KEY" if sealed else "set a good one"
    waiting = f"; {len(sealed)} voiceprints wait for it" if sealed else ""
    return Finding("key", False, why + waiting, f"{cure} (base64 of 32 bytes)")


async def _sealed(settings: Settings) -> list[tuple[StoredVoiceprint, str]]:
    """Voiceprints and whose they are; none where there is no database or it is away, which another check tells."""
    if settings.database_url is None and not settings.database_file.exists():
        return []
    rows = select(StoredVoiceprint, Person.full_name).join(Person, Person.id == StoredVoiceprint.person_id)
    rows = rows.limit(_MOST_LOOKED_AT)
    try:
        database = Database(settings.effective_database_url)
        try:
            return await database.look(lambda session: [(row, name) for row, name in session.execute(rows)])
        finally:
            await database.close()
    except (SQLAlchemyError, OSError, RollcallError):
        return []


def _opens(keyring: Keyring, row: StoredVoiceprint) -> bool:
    try:
        keyring.open(row.sealed, voiceprint_binding(row.person_id, row.model, row.weight_hash))
    except SealBroken:
        return False
    return True


async def database(settings: Settings) -> Finding:
    """What is in the database can be read."""
    if settings.database_url is None and not settings.database_file.exists():
        return Finding("stored", True, "nothing yet")
    try:
        database = Database(settings.effective_database_url)
        try:
            check = _sqlite if database.engine.dialect.name == "sqlite" else _postgresql
            return await database.look(lambda session: check(session.connection()))
        finally:
            await database.close()
    except (SQLAlchemyError, OSError, RollcallError) as error:
        found = faults.trouble_of(error)
        if found is not None:
            return Finding("stored", False, found.value.replace("_", "-"), CURES[found])
        return Finding("stored", True, f"not checked ({type(error).__name__})")


def _sqlite(connection: Connection) -> Finding:
    said = [str(one) for (one,) in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    if said == ["ok"]:
        return Finding("stored", True, "whole, by SQLite's quick check")
    return Finding("stored", False, f"damaged ({said[0].splitlines()[-1][:80]})", CURES[Trouble.DAMAGED])


def _postgresql(connection: Connection) -> Finding:
    """A little of every table, what the server has counted, and its indexes where the extension amcheck is there."""
    tables = inspect(connection).get_table_names()
    for table in tables:
        name = connection.dialect.identifier_preparer.quote(table)
        connection.execute(text(_SAMPLE.format(table=name)))
    if failed := connection.scalar(text(_FAILED_CHECKSUMS)):
        return Finding("stored", False, f"{failed} pages with wrong checksums", CURES[Trouble.DAMAGED])
    if not connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")):
        return Finding("stored", True, f"{len(tables)} tables can be read; indexes want the extension amcheck")
    try:
        with connection.begin_nested():
            checked = len(connection.execute(text(_INDEXES)).all())
    except DBAPIError as error:
        if faults.trouble_of(error) is None:  # it may not be asked by this user
            return Finding("stored", True, f"{len(tables)} tables can be read; amcheck may not be used")
        raise
    return Finding("stored", True, f"{len(tables)} tables can be read, {checked} indexes are whole")


async def queue(settings: Settings) -> Finding:
    """The queue writes what it has confirmed."""
    if settings.embedded_redis and not settings.redis_socket.exists():
        return Finding("queue's files", True, "not checked, for it does not run")
    try:
        async with bot_end.connect(settings.effective_redis_url) as client:
            found: dict[str, Any] = await client.info("persistence")
    except (redis.RedisError, OSError, ValueError) as error:
        return Finding("queue's files", True, f"not checked ({type(error).__name__})")
    bad = [name for name, value in found.items() if name.endswith("_status") and value != "ok"]
    if bad:
        return Finding("queue's files", False, f"{', '.join(sorted(bad))}: failed", CURES[Trouble.QUEUE])
    if not int(found.get("aof_enabled", 0)):
        return Finding("queue's files", True, "no append-only file: what is in flight when it ends is fetched again")
    return Finding("queue's files", True, "append-only file, last written without a fault")
