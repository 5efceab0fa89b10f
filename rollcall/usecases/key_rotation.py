"""``rollcall keys``: which keys are in use, and changing them while bots and workers run."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import redis
import redis.asyncio
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.config.settings import Settings
from rollcall.errors import SealBroken, Unavailable
from rollcall.queue import bot_end
from rollcall.queue.canary import Canary
from rollcall.queue.galleries import GalleryWriter
from rollcall.queue.sealed_with import queue_keys
from rollcall.sealing.seal import (
    KEY_FILE,
    Binding,
    KeyFile,
    Keyring,
    embedding_binding,
    file_key_binding,
    fingerprint_binding,
    key_id,
    key_id_of,
    load_keyring,
    narrow_embedding_binding,
    new_key,
    parse_keys,
    recording_binding,
    voiceprint_binding,
    written,
)
from rollcall.storage import audit
from rollcall.storage.audit_tables import AuditHead
from rollcall.storage.database import Database
from rollcall.storage.renewal_tables import FreshNote, Renewal
from rollcall.storage.tables import Attempt, EnrolmentNote, KeptRecording, SchoolClass, StoredVoiceprint
from rollcall.usecases.galleries import publish

_BATCH = 100
_GALLERIES, _QUEUE = "galleries", "queue"
_MOST_PASSES = 5


class Place(NamedTuple):
    """A column of sealed values."""

    name: str
    table: Any
    key: Any
    column: Any
    binding: Callable[[Any], Binding]


PLACES = (
    Place(
        "voiceprints", StoredVoiceprint, StoredVoiceprint.person_id, StoredVoiceprint.sealed,
        lambda row: voiceprint_binding(row.person_id, row.model, row.weight_hash),
    ),
    Place(
        "enrolment notes", EnrolmentNote, EnrolmentNote.id, EnrolmentNote.embedding,
        lambda row: embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash),
    ),
    Place(
        "enrolment notes as telephones pass them", EnrolmentNote, EnrolmentNote.id, EnrolmentNote.narrow,
        lambda row: narrow_embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash),
    ),
    Place(
        "recordings", KeptRecording, KeptRecording.attempt_id, KeptRecording.sealed,
        lambda row: recording_binding(row.attempt_id, row.person_id),
    ),
    Place(
        "unsure tries", Attempt, Attempt.id, Attempt.embedding,
        lambda row: embedding_binding(row.id, row.person_id, row.model or "", row.weight_hash or ""),
    ),
    Place(
        "check values", Attempt, Attempt.id, Attempt.fingerprint,
        lambda row: fingerprint_binding(row.id, row.person_id),
    ),
    Place(
        "notes that wait for a step", FreshNote, FreshNote.person_id, FreshNote.embedding,
        lambda row: embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash),
    ),
    Place(
        "voiceprints before a step", Renewal, Renewal.id, Renewal.sealed,
        lambda row: voiceprint_binding(row.person_id, row.model, row.weight_hash),
    ),
    Place(
        "classes' keys", SchoolClass, SchoolClass.id, SchoolClass.file_key,
        lambda row: file_key_binding(row.id),
    ),
)  # fmt: skip
"""Everywhere in the database."""

Tick = Callable[[str, int, int], None]
"""Told of a place, of the values looked at there, and of how many there are to look at."""


@dataclass(frozen=True)
class KeyUse:
    """One key and what it seals. ``held``: whether we have it; ``seals``: whether new values are sealed with it."""

    id: str
    held: bool
    seals: bool
    values: Counter[str]


@dataclass(frozen=True)
class Usage:
    """Every key that is held or needed, and how many entries of the queue cannot be read, so that theirs is unknown."""

    keys: list[KeyUse]
    malformed: int = 0


@dataclass
class Rotation:
    """What came of it.

    Attributes:
        resealed: values sealed anew, by place.
        unreadable: values whose key we do not hold.
        left: values that are still sealed with an older key: notes on their way through the queue.
        must_set: what ROLLCALL_VOICEPRINT_KEY has to become before anything can be done; None where it is not used.
    """

    resealed: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    left: int = 0
    must_set: str | None = None


async def usage(settings: Settings) -> Usage:
    """Every key that is held or needed, the sealing one first.

    Raises:
        Unavailable: the queue cannot be reached, and it may hold values of any key.
    """
    keyring = load_keyring(settings)
    async with _stores(settings, keyring) as (database, client):
        return await _usage(keyring, database, client)


async def rotate(settings: Settings, tick: Tick = lambda *_: None) -> Rotation:
    """Seal everything with the first key; where there is only one, with a new one that becomes the first.

    Stopped in the middle it goes on where it was when run again: what is sealed with the first key is left alone.
    """
    if settings.voiceprint_key is not None:
        held = parse_keys(settings.voiceprint_key.get_secret_value())
        if len(held) == 1:
            return Rotation(must_set=written([new_key(), *held]))
    keyring = load_keyring(settings)
    async with _stores(settings, keyring) as (database, client):
        canary = Canary(client, keyring)
        await canary.keep()
        begun = len(keyring.ids) == 1
        if begun:
            file = KeyFile(settings.data_dir / KEY_FILE)
            file.write([new_key(), *file.read()])
        done = await reseal(keyring, database, client, tick)
        await database.run(_sign_audit, keyring, begun=begun)
        await canary.renew()
        uses = (await _usage(keyring, database, client)).keys
    done.left = sum(sum(use.values.values()) for use in uses if use.held and not use.seals)
    return done


def _sign_audit(session: Session, keyring: Keyring, *, begun: bool) -> None:
    """Put the rotation on record, so that the newest key vouches for the audit: an older one may then go."""
    head = session.get(AuditHead, 1)
    if begun or (head is not None and head.key_id != keyring.key_ids[0]):
        audit.record(session, Action.KEYS_ROTATED, None, "keys", key=keyring.key_ids[0])


async def reseal(keyring: Keyring, database: Database, client: redis.asyncio.Redis, tick: Tick) -> Rotation:
    """Seal everything that rests with the first key. Bots and workers may run meanwhile."""
    done = Rotation()
    # A bot may have been in the middle of a transaction when the key changed: until nothing is found.
    for _ in range(_MOST_PASSES):
        before = done.resealed.total()
        done.unreadable = 0
        for place in PLACES:
            await _reseal_place(keyring, database, place, done, tick)
        await _reseal_galleries(keyring, database, client, done, tick)
        if done.resealed.total() == before:
            break
    return done


async def prune(settings: Settings) -> tuple[list[str], list[KeyUse]]:
    """Remove the keys from the key file that seal nothing any more: their ids, and those that are still needed.

    Keys in ROLLCALL_VOICEPRINT_KEY are not ours to remove: they are named only.
    """
    keyring = load_keyring(settings)
    async with _stores(settings, keyring) as (database, client):
        await Canary(client, keyring).keep()
        uses = (await _usage(keyring, database, client)).keys
        if not any(use.values for use in uses if use.held and not use.seals):
            await Canary(client, keyring).renew()  # or those that go on without the older key would be shut out
    unused = [use.id for use in uses if use.held and not use.seals and not use.values]
    needed = [use for use in uses if use.held and not use.seals and use.values]
    if unused and settings.voiceprint_key is None:
        file = KeyFile(settings.data_dir / KEY_FILE)
        file.write([key for key in file.read() if key_id(key).hex() not in unused])
    return unused, needed


@asynccontextmanager
async def _stores(settings: Settings, keyring: Keyring) -> AsyncIterator[tuple[Database, redis.asyncio.Redis]]:
    database = Database(settings.effective_database_url, keyring)
    client = bot_end.connect(settings.effective_redis_url)
    try:
        await client.ping()
        yield database, client
    except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
        cure = "start rollcall up" if settings.embedded_redis else "check ROLLCALL_REDIS_URL and that it runs"
        raise Unavailable(f"a store is out of reach ({type(error).__name__}): {cure}") from error
    finally:
        await client.aclose()
        await database.close()


async def _usage(keyring: Keyring, database: Database, client: redis.asyncio.Redis) -> Usage:
    found: dict[bytes, Counter[str]] = {id_: Counter() for id_ in keyring.ids}
    for one, place, count in await database.run(_keys_of_values):
        found.setdefault(one, Counter())[place] += count
    writer = GalleryWriter(client, keyring)
    for class_id in await writer.class_ids():
        for sealed in await writer.sealed(class_id):
            found.setdefault(key_id_of(sealed), Counter())[_GALLERIES] += 1
    queued = await queue_keys(client)
    for needed, count in queued.values.items():
        found.setdefault(needed, Counter())[_QUEUE] += count
    held = keyring.ids
    uses = [KeyUse(id_.hex(), held=id_ in held, seals=id_ == held[0], values=values) for id_, values in found.items()]
    return Usage(uses, queued.malformed)


def _keys_of_values(session: Session) -> list[tuple[bytes, str, int]]:
    """Which key sealed how much of what in the database."""
    found = []
    for place in PLACES:
        id_ = func.substr(place.column, 2, 4, type_=LargeBinary)
        rows = session.execute(select(id_, func.count()).where(place.column.is_not(None)).group_by(id_))
        found += [(bytes(one), place.name, count) for one, count in rows]
    head = session.get(AuditHead, 1)
    return found + ([(bytes.fromhex(head.key_id), "audit", 1)] if head is not None else [])


async def _reseal_place(keyring: Keyring, database: Database, place: Place, done: Rotation, tick: Tick) -> None:
    count = select(func.count()).select_from(place.table).where(*_older(keyring, place))
    total = await database.run(lambda session: session.scalar(count)) or 0
    looked, last = 0, None
    while rows := await database.run(_reseal_batch, keyring, place, last, done):
        last = getattr(rows[-1], place.key.key)
        looked += len(rows)
        tick(place.name, looked, max(total, looked))


def _older(keyring: Keyring, place: Place) -> tuple[Any, Any]:
    return place.column.is_not(None), func.substr(place.column, 1, 5, type_=LargeBinary) != keyring.head


def _reseal_batch(session: Session, keyring: Keyring, place: Place, last: Any, done: Rotation) -> Sequence[Any]:
    """The next of them, behind `last`."""
    query = select(place.table).where(*_older(keyring, place))
    if last is not None:
        query = query.where(place.key > last)
    rows = session.scalars(query.order_by(place.key).limit(_BATCH).with_for_update()).all()
    for row in rows:
        _reseal_row(keyring, place, row, done)
    return rows


def _reseal_row(keyring: Keyring, place: Place, row: Any, done: Rotation) -> None:
    binding = place.binding(row)
    try:
        plain = keyring.open(getattr(row, place.column.key), binding)
    except SealBroken:
        done.unreadable += 1
        return
    setattr(row, place.column.key, keyring.seal(plain, binding))
    done.resealed[place.name] += 1


async def _reseal_galleries(
    keyring: Keyring, database: Database, client: redis.asyncio.Redis, done: Rotation, tick: Tick
) -> None:
    """Those with a centroid that an older key has sealed are made anew."""
    writer = GalleryWriter(client, keyring)
    class_ids = sorted(await writer.class_ids())
    for number, class_id in enumerate(class_ids, start=1):
        older = [sealed for sealed in await writer.sealed(class_id) if not sealed.startswith(keyring.head)]
        if older:
            await publish(database, keyring, writer, class_id)
            done.resealed[_GALLERIES] += len(older)
        tick(_GALLERIES, number, len(class_ids))
