"""Galleries in Redis: each class's centroids, sealed. The bot writes them, workers read them.

The database is the truth; a gallery can be rebuilt from it at any time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import redis
import redis.asyncio
from numpy.typing import NDArray

from rollcall import keys
from rollcall.errors import SealBroken
from rollcall.gallery import Gallery
from rollcall.seal import Keyring, gallery_binding
from rollcall.voiceprint import Voiceprint


class GalleryWriter:
    """The bot's side: put, drop and rebuild."""

    def __init__(self, client: redis.asyncio.Redis, keyring: Keyring) -> None:
        self._redis = client
        self._keyring = keyring

    async def put(self, class_id: int, person_id: int, voiceprint: Voiceprint) -> None:
        """Add or replace one person's centroid."""
        sealed = self._sealed(class_id, person_id, voiceprint)
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.hset(keys.gallery(class_id), str(person_id), sealed)
            transaction.hincrby(keys.gallery(class_id), keys.GALLERY_VERSION.decode(), 1)
            await transaction.execute()

    async def drop(self, class_id: int, person_id: int) -> None:
        """Remove one person."""
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.hdel(keys.gallery(class_id), str(person_id))
            transaction.hincrby(keys.gallery(class_id), keys.GALLERY_VERSION.decode(), 1)
            await transaction.execute()

    async def drop_class(self, class_id: int) -> None:
        """Remove a class's gallery; workers miss its version and drop theirs."""
        await self._redis.delete(keys.gallery(class_id))

    async def recalibrate(self, class_id: int, raised: float) -> None:
        """Move the class's cuts up by some score."""
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.hset(keys.gallery(class_id), keys.GALLERY_RAISED.decode(), repr(raised))
            transaction.hincrby(keys.gallery(class_id), keys.GALLERY_VERSION.decode(), 1)
            await transaction.execute()

    async def holds(self, class_id: int, person_id: int) -> bool:
        """Whether the person is in the class's gallery."""
        return bool(await self._redis.hexists(keys.gallery(class_id), str(person_id)))

    async def rebuild(self, class_id: int, voiceprints: Mapping[int, Voiceprint]) -> None:
        """Replace a class's gallery by what the database holds. The version goes on growing, so that workers notice."""
        key = keys.gallery(class_id)
        present: Any = await self._redis.hkeys(key)
        people = {str(person_id).encode() for person_id in voiceprints}
        stale = [field for field in present if field not in keys.GALLERY_FACTS and field not in people]
        async with self._redis.pipeline(transaction=True) as transaction:
            if stale:
                transaction.hdel(key, *stale)
            for person_id, voiceprint in voiceprints.items():
                transaction.hset(key, str(person_id), self._sealed(class_id, person_id, voiceprint))
            transaction.hincrby(key, keys.GALLERY_VERSION.decode(), 1)
            await transaction.execute()

    def _sealed(self, class_id: int, person_id: int, voiceprint: Voiceprint) -> bytes:
        binding = gallery_binding(class_id, person_id, voiceprint.model, voiceprint.weight_hash)
        return self._keyring.seal(voiceprint.pack(), binding)


class GalleryReader:
    """The worker's side: galleries opened once and kept until their version changes."""

    def __init__(self, client: redis.Redis, keyring: Keyring, model: str, weight_hash: str) -> None:
        self._redis = client
        self._keyring = keyring
        self._model = model
        self._weight_hash = weight_hash
        self._kept: dict[int, tuple[bytes, Gallery]] = {}

    def get(self, class_id: int) -> Gallery:
        """The class's gallery as it is now; empty for an unknown class. Prints of another model are left out."""
        version: Any = self._redis.hget(keys.gallery(class_id), keys.GALLERY_VERSION.decode())
        kept = self._kept.get(class_id)
        if kept is not None and kept[0] == version:
            return kept[1]
        fields: Any = self._redis.hgetall(keys.gallery(class_id))
        gallery = self._open(class_id, fields)
        self._kept[class_id] = (fields.get(keys.GALLERY_VERSION, b""), gallery)
        return gallery

    def forget_stale(self) -> None:
        """Drop every kept gallery that has changed, so that an erased voice leaves this process's memory too."""
        class_ids = list(self._kept)
        if not class_ids:
            return
        with self._redis.pipeline(transaction=False) as pipeline:
            for class_id in class_ids:
                pipeline.hget(keys.gallery(class_id), keys.GALLERY_VERSION.decode())
            versions = pipeline.execute()
        for class_id, version in zip(class_ids, versions, strict=True):
            if self._kept[class_id][0] != version:
                del self._kept[class_id]

    def _open(self, class_id: int, fields: dict[bytes, bytes]) -> Gallery:
        people: list[int] = []
        rows: list[NDArray[np.float32]] = []
        for field, sealed in fields.items():
            if field in keys.GALLERY_FACTS or not field.isdigit():
                continue
            person_id = int(field)
            try:
                binding = gallery_binding(class_id, person_id, self._model, self._weight_hash)
                voiceprint = Voiceprint.unpack(self._keyring.open(sealed, binding))
            except SealBroken:
                # Another model's, or sealed with a key we no longer hold: not to be named, and the class goes on.
                continue
            if (voiceprint.model, voiceprint.weight_hash) == (self._model, self._weight_hash):
                people.append(person_id)
                rows.append(voiceprint.centroid)
        if not rows:
            return Gallery.empty()
        return Gallery(tuple(people), np.stack(rows), _number(fields.get(keys.GALLERY_RAISED)))


def _number(said: bytes | None) -> float:
    """Nothing where it is none: cuts that are not raised serve a class, cuts that are not a number serve nobody."""
    try:
        number = float(said or 0.0)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0
