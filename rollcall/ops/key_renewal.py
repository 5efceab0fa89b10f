"""``rollcall keys renew``: going on after a key was lost for good. What only it opens is erased; people, marks stay."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import redis
import redis.asyncio
from sqlalchemy import ColumnElement, LargeBinary, and_, delete, func, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongKey
from rollcall.ops.up import holding
from rollcall.queue import bot_end, keys
from rollcall.queue.canary import Canary, check
from rollcall.queue.embedded import start_valkey
from rollcall.queue.galleries import GalleryWriter
from rollcall.sealing.seal import KEY_FILE, Keyring, load_keyring
from rollcall.storage import audit
from rollcall.storage.audit_tables import AuditHead
from rollcall.storage.database import Database, database_needed
from rollcall.usecases.galleries import publish_all
from rollcall.usecases.key_rotation import PLACES


@dataclass(frozen=True)
class Lost:
    """What no key that we hold opens.

    Attributes:
        values: by place.
        key_ids: the keys that they need.
        audit: whether the audit's head is one of theirs.
        queue: whether the queue is sealed with one of them.
    """

    values: Counter[str]
    key_ids: frozenset[str]
    audit: bool
    queue: bool

    def __bool__(self) -> bool:
        return bool(self.values) or self.audit or self.queue


async def renew(settings: Settings, agreed: Callable[[Lost], bool]) -> tuple[Lost, bool]:
    """Erase what cannot be opened and take the queue over, once `agreed` has said yes; what was lost, and whether.

    A missing key file is made; keys that are held go on.

    Raises:
        Unavailable: the database or the queue cannot be reached: then nothing was changed.
    """
    keyring = _held(settings)
    with database_needed():
        async with _queue(settings) as client:
            lost = await _looked_for(settings, client, keyring)
            if not lost or not agreed(lost):
                return lost, False
            keyring = keyring or load_keyring(settings, create=True)
            database = Database(settings.effective_database_url, keyring)
            try:
                await database.run(_erase, keyring, lost)
                await Canary(client, keyring).renew()
                # Galleries hold what the database has: what was erased there goes with them.
                await publish_all(database, keyring, GalleryWriter(client, keyring))
            finally:
                await database.close()
            return lost, True


def _held(settings: Settings) -> Keyring | None:
    if settings.voiceprint_key is None and not (settings.data_dir / KEY_FILE).exists():
        return None
    return load_keyring(settings)


async def _looked_for(settings: Settings, client: redis.asyncio.Redis, keyring: Keyring | None) -> Lost:
    held = keyring.key_ids if keyring is not None else ()
    database = Database(settings.effective_database_url)
    try:
        found = await database.run(_foreign_values, held)
    finally:
        await database.close()
    return replace(found, queue=not await _belongs(client, keyring))


def _foreign_values(session: Session, held: Sequence[str]) -> Lost:
    values: Counter[str] = Counter()
    key_ids: set[str] = set()
    for place in PLACES:
        id_ = _key_id(place.column)
        for one, count in session.execute(select(id_, func.count()).where(_foreign(place.column, held)).group_by(id_)):
            values[place.name] += count
            key_ids.add(bytes(one).hex())
    head = session.get(AuditHead, 1)
    if head is None or head.key_id in held:
        return Lost(values, frozenset(key_ids), audit=False, queue=False)
    return Lost(values, frozenset(key_ids | {head.key_id}), audit=True, queue=False)


async def _belongs(client: redis.asyncio.Redis, keyring: Keyring | None) -> bool:
    words: Any = await client.hgetall(keys.CANARY)
    if keyring is None:
        return not words
    try:
        check(words, keyring)
    except WrongKey:
        return False
    return True


def _key_id(column: Any) -> Any:
    return func.substr(column, 2, 4, type_=LargeBinary)


def _foreign(column: Any, held: Sequence[str]) -> ColumnElement[bool]:
    """Whether there is a value that none of these keys opens."""
    return and_(column.is_not(None), _key_id(column).not_in([bytes.fromhex(one) for one in held]))


def _erase(session: Session, keyring: Keyring, lost: Lost) -> None:
    for place in PLACES:
        foreign = _foreign(place.column, keyring.key_ids)
        if place.table.__table__.c[place.column.key].nullable:
            session.execute(update(place.table).where(foreign).values({place.column.key: None}))
        else:
            session.execute(delete(place.table).where(foreign))
    prints = lost.values["voiceprints"]
    audit.record(session, Action.KEYS_RENEWED, None, "keys", key=keyring.key_ids[0], voiceprints=prints)


@asynccontextmanager
async def _queue(settings: Settings) -> AsyncIterator[redis.asyncio.Redis]:
    """The queue; an embedded one is started for as long as this takes, for ``rollcall up`` may be what cannot start."""
    with ExitStack() as ours:
        try:
            async with bot_end.connect(settings.effective_redis_url) as client:
                await client.ping()
        except (redis.RedisError, OSError) as error:
            if not settings.embedded_redis:
                raise Unavailable(
                    f"the queue is out of reach ({type(error).__name__}): check ROLLCALL_REDIS_URL and that it runs"
                ) from error
            ours.enter_context(holding(settings.data_dir))
            ours.callback((await asyncio.to_thread(start_valkey, settings)).stop)
        async with bot_end.connect(settings.effective_redis_url) as client:  # only now is its place known
            yield client
