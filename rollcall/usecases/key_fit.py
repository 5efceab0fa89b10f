"""Do the keys fit what the database has sealed? Asked before anything is sealed with them."""

from __future__ import annotations

import logging
from collections import Counter

from sqlalchemy import Connection, LargeBinary, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongKey
from rollcall.sealing.seal import Keyring
from rollcall.storage import faults
from rollcall.storage.audit_tables import AuditHead
from rollcall.storage.database import Database
from rollcall.storage.tables import EnrolmentNote, KeptRecording, StoredVoiceprint

_log = logging.getLogger(__name__)

LOST_FOR_GOOD = "if it is lost for good, rollcall keys renew starts anew, and everyone enrols again"
_VOICES = {
    "voiceprints": StoredVoiceprint.sealed,
    "enrolment notes": EnrolmentNote.embedding,
    "recordings": KeptRecording.sealed,
}


async def check(database: Database, keyring: Keyring) -> None:
    """Whether we hold a key of what is sealed in the database. Where some voices need another, that is told and borne.

    Raises:
        WrongKey: not one of the voices opens, or, where there are none, the audit is another key's.
    """
    found = await needed(database)
    lost = Counter({id_: count for id_, count in found.items() if id_ not in keyring.key_ids})
    if not lost:
        return
    words = f"{listed(lost)}, and {keyring.place} holds {', '.join(keyring.key_ids)}"
    cure = f"put the key that sealed them there, behind the new one if it was changed (rollcall keys); {LOST_FOR_GOOD}"
    if lost == found:
        raise WrongKey(f"this is not the database's key: {words}: {cure}")
    _log.error("some voices do not open: %s: %s", words, cure)


async def needed(database: Database) -> Counter[str]:
    """What is sealed in the database, counted by the hex id of its key: people's voices, or else the audit."""
    return await database.look(lambda session: _needed(session.connection()))


def _needed(connection: Connection) -> Counter[str]:
    tables = set(inspect(connection).get_table_names())  # of an older schema, or of none
    found: Counter[str] = Counter()
    for column in _VOICES.values():
        if column.class_.__tablename__ in tables:
            id_ = func.substr(column, 2, 4, type_=LargeBinary)
            for one, count in connection.execute(select(id_, func.count()).group_by(id_)):
                found[bytes(one).hex()] += count
    if not found and AuditHead.__tablename__ in tables:
        found.update(connection.execute(select(AuditHead.key_id)).scalars())
    return found


async def needed_by(settings: Settings) -> Counter[str]:
    """The same for an installation whose keys are missing.

    Raises:
        Unavailable: the database cannot be asked.
    """
    database = Database(settings.effective_database_url)
    try:
        return await needed(database)
    except (SQLAlchemyError, OSError) as error:
        raise faults.told(error) or Unavailable(
            f"there is no voiceprint key, and the database cannot be asked whether it needs one "
            f"({type(error).__name__}): check ROLLCALL_DATABASE_URL and that it runs"
        ) from error
    finally:
        await database.close()


def listed(found: Counter[str]) -> str:
    """In words."""
    return " and ".join(f"{count} sealed values need the key {id_}" for id_, count in sorted(found.items()))
