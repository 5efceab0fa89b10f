"""The canary beside the queue: one sealed word for each key with which the installation seals at present.

Whoever cannot open every one of them would swallow the others' notes, or seal what they cannot open: it takes nothing
from the queue, puts nothing into it, and ends. The bots put it there, for theirs is the key of the database; a worker
only adds its own key, which the others' bots and workers then must hold too. An emptied queue gets a new one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import redis
import redis.asyncio

from rollcall.errors import SealBroken, WrongKey
from rollcall.queue import keys
from rollcall.sealing.seal import Binding, Keyring

_WORD = b"rollcall"
_BINDING = Binding("canary", 0)
_LOOK_EVERY = 1.0
"""Seconds: one small question while notes come by the dozen."""


class Canary:
    """A bot's view of it."""

    def __init__(self, client: redis.asyncio.Redis, keyring: Keyring) -> None:
        self._redis = client
        self._keyring = keyring
        self._looked_at = -_LOOK_EVERY

    async def heed(self) -> None:
        """`keep`, where the last look is a while ago."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY:
            await self.keep()

    async def keep(self) -> None:
        """Look whether we belong to this queue, and put our own word there where it is missing.

        Raises:
            WrongKey: others seal with a key that we do not hold.
        """
        while True:
            async with self._redis.pipeline(transaction=True) as transaction:
                try:
                    await transaction.watch(keys.CANARY)
                    words: Any = await transaction.hgetall(keys.CANARY)
                    check(words, self._keyring)
                    if added := _ours(words, self._keyring):
                        transaction.multi()  # type: ignore[no-untyped-call]
                        transaction.hset(keys.CANARY, mapping=added)
                        await transaction.execute()
                    self._looked_at = time.monotonic()
                    return
                except redis.WatchError:
                    continue  # another bot was first: with which key?

    async def renew(self) -> None:
        """From now on the queue is of those who hold the key that seals, whatever was sealed before."""
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.delete(keys.CANARY)
            transaction.hset(keys.CANARY, mapping=_ours({}, self._keyring))
            await transaction.execute()


class WorkersCanary:
    """A worker's view of it."""

    def __init__(self, client: redis.Redis, keyring: Keyring) -> None:
        self._redis = client
        self._keyring = keyring
        self._looked_at = -_LOOK_EVERY

    def heed(self) -> None:
        """`look`, where the last one is a while ago."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY:
            self.look()

    def look(self) -> None:
        """Look whether we belong to this queue. None there yet: no bot has, and so there are no notes either.

        Raises:
            WrongKey: others seal with a key that we do not hold.
        """
        words: Any = self._redis.hgetall(keys.CANARY)
        check(words, self._keyring)
        if words and (added := _ours(words, self._keyring)):
            self._redis.hset(keys.CANARY, mapping=added)
        self._looked_at = time.monotonic()


def check(words: Mapping[bytes, bytes], keyring: Keyring) -> None:
    """Whether we can open them all.

    Raises:
        WrongKey: not every one.
    """
    foreign = sorted(_name(field) for field, sealed in words.items() if not _opens(sealed, keyring))
    if foreign:
        raise WrongKey(
            f"this queue's notes are sealed with the key {', '.join(foreign)}, and {keyring.place} holds "
            f"{', '.join(keyring.key_ids)}: put the bots' key there (their ROLLCALL_VOICEPRINT_KEY, secrets/rollcall_"
            "voiceprint_key, or voiceprint.key in their ROLLCALL_DATA_DIR), or take a queue of your own "
            "(ROLLCALL_REDIS_URL); a key that is lost for good: rollcall keys renew"
        )


def _ours(words: Mapping[bytes, bytes], keyring: Keyring) -> dict[Any, bytes]:
    """Our word, where it is not among them."""
    ours = keyring.key_ids[0]
    return {} if ours.encode() in words else {ours: keyring.seal(_WORD, _BINDING)}


def _opens(sealed: bytes, keyring: Keyring) -> bool:
    try:
        return keyring.open(sealed, _BINDING) == _WORD
    except SealBroken:
        return False


def _name(field: bytes) -> str:
    said = field.decode("ascii", "replace")
    return said if said.isalnum() and len(said) <= 8 else "of no known form"
