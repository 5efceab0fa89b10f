"""``rollcall keys``: which keys are in use, and changing them while bots and workers run."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import redis
import redis.asyncio
from sqlalchemy import LargeBinary, func, select

from rollcall import keys, mailbox
from rollcall.audit import Action
from rollcall.errors import SealBroken, Unavailable
from rollcall.job import Result
from rollcall.seal import (
    KEY_FILE,
    Binding,
    KeyFile,
    Keyring,
    embedding_binding,
    fingerprint_binding,
    gallery_binding,
    key_id,
    key_id_of,
    load_keyring,
    new_key,
    parse_keys,
    recording_binding,
    voiceprint_binding,
    written,
)
from rollcall.settings import Settings
from rollcall.storage import audit
from rollcall.storage.audit_tables import AuditHead
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, EnrolmentNote, KeptRecording, StoredVoiceprint
from rollcall.storage.voiceprints import voiceprints_of_class

_BATCH = 100
_GALLERIES, _QUEUE = "galleries", "queue"
_MOST_PASSES = 5


class _Place(NamedTuple):
    """A column of sealed values."""

    name: str
    table: Any
    key: Any
    column: Any
    binding: Callable[[Any], Binding]


_PLACES = (
    _Place(
        "voiceprints", StoredVoiceprint, StoredVoiceprint.person_id, StoredVoiceprint.sealed,
        lambda row: voiceprint_binding(row.person_id, row.model, row.weight_hash),
    ),
    _Place(
        "enrolment notes", EnrolmentNote, EnrolmentNote.id, EnrolmentNote.embedding,
        lambda row: embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash),
    ),
    _Place(
        "recordings", KeptRecording, KeptRecording.attempt_id, KeptRecording.sealed,
        lambda row: recording_binding(row.attempt_id, row.person_id),
    ),
    _Place(
        "unsure tries", Attempt, Attempt.id, Attempt.embedding,
        lambda row: embedding_binding(row.id, row.person_id, row.model or "", row.weight_hash or ""),
    ),
    _Place(
        "check values", Attempt, Attempt.id, Attempt.fingerprint,
        lambda row: fingerprint_binding(row.id, row.person_id),
    ),
)  # fmt: skip

Tick = Callable[[str, int, int], None]
"""Told of a place, of the values looked at there, and of how many there are to look at."""


@dataclass(frozen=True)
class KeyUse:
    """One key and what it seals. ``held``: whether we have it; ``seals``: whether new values are sealed with it."""

    id: str
    held: bool
    seals: bool
    values: Counter[str]


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


async def usage(settings: Settings) -> list[KeyUse]:
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
        begun = len(keyring.ids) == 1
        if begun:
            file = KeyFile(settings.data_dir / KEY_FILE)
            file.write([new_key(), *file.read()])
        done = await reseal(keyring, database, client, tick)
        await _sign_audit(keyring, database, begun=begun)
        uses = await _usage(keyring, database, client)
    done.left = sum(sum(use.values.values()) for use in uses if use.held and not use.seals)
    return done


async def _sign_audit(keyring: Keyring, database: Database, *, begun: bool) -> None:
    """Put the rotation on record, so that the newest key vouches for the audit: an older one may then go."""
    async with database.session() as session:
        head = await session.get(AuditHead, 1)
        if begun or (head is not None and head.key_id != keyring.key_ids[0]):
            audit.record(session, Action.KEYS_ROTATED, None, "keys", key=keyring.key_ids[0])


async def reseal(keyring: Keyring, database: Database, client: redis.asyncio.Redis, tick: Tick) -> Rotation:
    """Seal everything that rests with the first key. Bots and workers may run meanwhile."""
    done = Rotation()
    # A bot may have been in the middle of a transaction when the key changed: until nothing is found.
    for _ in range(_MOST_PASSES):
        before = done.resealed.total()
        done.unreadable = 0
        for place in _PLACES:
            await _reseal_place(keyring, database, place, done, tick)
        await _reseal_galleries(keyring, database, client, done, tick)
        if done.resealed.total() == before:
            break
    return done


async def prune(settings: Settings) -> tuple[list[str], list[KeyUse]]:
    """Remove the keys from the key file that seal nothing any more: their ids, and those that are still needed.

    Keys in ROLLCALL_VOICEPRINT_KEY are not ours to remove: they are named only.
    """
    uses = await usage(settings)
    unused = [use.id for use in uses if use.held and not use.seals and not use.values]
    needed = [use for use in uses if use.held and not use.seals and use.values]
    if unused and settings.voiceprint_key is None:
        file = KeyFile(settings.data_dir / KEY_FILE)
        file.write([key for key in file.read() if key_id(key).hex() not in unused])
    return unused, needed


@asynccontextmanager
async def _stores(settings: Settings, keyring: Keyring) -> AsyncIterator[tuple[Database, redis.asyncio.Redis]]:
    database = Database(settings.effective_database_url, keyring)
    client = mailbox.connect(settings.effective_redis_url)
    try:
        await client.ping()
        yield database, client
    except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
        cure = "start rollcall up" if settings.embedded_redis else "check ROLLCALL_REDIS_URL and that it runs"
        raise Unavailable(f"a store is out of reach ({type(error).__name__}): {cure}") from error
    finally:
        await client.aclose()
        await database.close()


async def _usage(keyring: Keyring, database: Database, client: redis.asyncio.Redis) -> list[KeyUse]:
    found: dict[bytes, Counter[str]] = {id_: Counter() for id_ in keyring.ids}
    async with database.session() as session:
        for place in _PLACES:
            id_ = func.substr(place.column, 2, 4, type_=LargeBinary)
            rows = await session.execute(select(id_, func.count()).where(place.column.is_not(None)).group_by(id_))
            for one, count in rows:
                found.setdefault(bytes(one), Counter())[place.name] += count
        head = await session.get(AuditHead, 1)
        if head is not None:
            found.setdefault(bytes.fromhex(head.key_id), Counter())["audit"] += 1
    for class_key in await _gallery_keys(client):
        fields: Any = await client.hgetall(class_key)
        for person, sealed in fields.items():
            if person not in keys.GALLERY_FACTS:
                found.setdefault(key_id_of(sealed), Counter())[_GALLERIES] += 1
    for sealed in await _queued(client):
        found.setdefault(key_id_of(sealed), Counter())[_QUEUE] += 1
    held = keyring.ids
    return [KeyUse(id_.hex(), held=id_ in held, seals=id_ == held[0], values=values) for id_, values in found.items()]


async def _queued(client: redis.asyncio.Redis) -> list[bytes]:
    """Sealed values on their way: they are gone within a minute."""
    jobs: Any = await client.xrange(keys.JOBS)
    results: Any = await client.xrange(keys.RESULTS)
    found = [fields[b"audio"] for _, fields in jobs if b"audio" in fields]
    for _, fields in results:
        result = Result.model_validate_json(fields[b"result"])
        found += [value for value in (result.embedding, result.fingerprint) if value is not None]
    return found


async def _reseal_place(keyring: Keyring, database: Database, place: _Place, done: Rotation, tick: Tick) -> None:
    older = (place.column.is_not(None), func.substr(place.column, 1, 5, type_=LargeBinary) != keyring.head)
    async with database.session() as session:
        total = await session.scalar(select(func.count()).select_from(place.table).where(*older)) or 0
    looked, last = 0, None
    while True:
        async with database.session() as session:
            query = select(place.table).where(*older)
            if last is not None:
                query = query.where(place.key > last)
            rows = (await session.scalars(query.order_by(place.key).limit(_BATCH).with_for_update())).all()
            for row in rows:
                _reseal_row(keyring, place, row, done)
        if not rows:
            return
        last = getattr(rows[-1], place.key.key)
        looked += len(rows)
        tick(place.name, looked, max(total, looked))


def _reseal_row(keyring: Keyring, place: _Place, row: Any, done: Rotation) -> None:
    binding = place.binding(row)
    try:
        plain = keyring.open(getattr(row, place.column.key), binding)
    except SealBroken:
        done.unreadable += 1
        return
    setattr(row, place.column.key, keyring.seal(plain, binding))
    done.resealed[place.name] += 1


async def _gallery_keys(client: redis.asyncio.Redis) -> list[str]:
    return sorted([key.decode() async for key in client.scan_iter(keys.GALLERIES)])


async def _reseal_galleries(
    keyring: Keyring, database: Database, client: redis.asyncio.Redis, done: Rotation, tick: Tick
) -> None:
    """The centroids are those of the database: one that is not there does not belong into a gallery either."""
    class_keys = await _gallery_keys(client)
    for number, class_key in enumerate(class_keys, start=1):
        class_id = int(class_key.rpartition(":")[2])
        fields: Any = await client.hgetall(class_key)
        older = {
            person: sealed
            for person, sealed in fields.items()
            if person not in keys.GALLERY_FACTS and not sealed.startswith(keyring.head)
        }
        if older:
            async with database.session() as session:
                voiceprints = await voiceprints_of_class(session, keyring, class_id)
            for person, sealed in older.items():
                anew = None
                if (voiceprint := voiceprints.get(int(person))) is not None:
                    anew = keyring.seal(
                        voiceprint.pack(),
                        gallery_binding(class_id, int(person), voiceprint.model, voiceprint.weight_hash),
                    )
                done.resealed[_GALLERIES] += await _replace(client, class_key, person.decode(), sealed, anew)
        tick(_GALLERIES, number, len(class_keys))


async def _replace(client: redis.asyncio.Redis, class_key: str, person: str, sealed: bytes, anew: bytes | None) -> bool:
    """Put one centroid in another's place; not where a bot has replaced or erased that one meanwhile."""
    async with client.pipeline(transaction=True) as transaction:
        try:
            await transaction.watch(class_key)
            present: Any = await transaction.hget(class_key, person)
            if present != sealed:
                return False
            transaction.multi()  # type: ignore[no-untyped-call]
            if anew is None:
                transaction.hdel(class_key, person)
            else:
                transaction.hset(class_key, person, anew)
            await transaction.execute()
        except redis.WatchError:
            return False
    return True
