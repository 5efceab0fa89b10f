"""Galleries in Redis: each class's centroids, sealed, and by how much its cuts are raised. Workers read them.

The database is the truth; `rollcall.usecases.galleries` makes galleries of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import redis
import redis.asyncio
from numpy.typing import NDArray

from rollcall.domain.gallery import Gallery
from rollcall.domain.voiceprint import Voiceprint
from rollcall.errors import SealBroken
from rollcall.queue import announced, keys
from rollcall.sealing.seal import (
    Binding,
    Keyring,
    gallery_binding,
    gallery_head_binding,
    narrow_gallery_binding,
    narrow_head_binding,
)
from rollcall.sealing.signature import Signatures

_VERSION_BYTES = 7
"""Of the digest: Redis counts in 64 bits with a sign."""
_PAUSE = 0.05


@dataclass(frozen=True)
class Content:
    """What a class's gallery says.

    Attributes:
        voiceprints: by person.
        raised: by how much the class's own recalibration moves the cuts up.
        generation: of the class's voices when they were read; None for a class that is gone, which has no gallery.
        narrow: the second prints, for telephone notes, of those who have one.
        narrow_raised: as `raised`, for these.
    """

    voiceprints: Mapping[int, Voiceprint]
    raised: float = 0.0
    generation: int | None = 0
    narrow: Mapping[int, Voiceprint] = field(default_factory=dict)
    narrow_raised: float = 0.0

    @property
    def head(self) -> bytes:
        """What is said of the whole class, for sealing."""
        return json.dumps([self.generation, self.raised]).encode()

    @property
    def narrow_head(self) -> bytes:
        """What is said of all second prints, for sealing."""
        return json.dumps([self.narrow_raised]).encode()

    @property
    def version(self) -> int:
        """The same for the same content, so that a worker which holds it need not read it again."""
        digest = hashlib.sha256(self.head)
        for person_id in sorted(self.voiceprints):
            packed = self.voiceprints[person_id].pack()
            digest.update(b"%d %d\n" % (person_id, len(packed)) + packed)
        for person_id in sorted(self.narrow):
            digest.update(keys.narrow_print(person_id) + b"\n" + self.narrow[person_id].pack())
        if self.narrow:
            digest.update(self.narrow_head)
        # A number: whoever takes one person out counts it up.
        return int.from_bytes(digest.digest()[:_VERSION_BYTES])


class GalleryWriter:
    """The side that writes: whole galleries only, so that there is one way for a gallery to be."""

    def __init__(self, client: redis.asyncio.Redis, keyring: Keyring) -> None:
        self._redis = client
        self._keyring = keyring

    async def write(self, class_id: int, read: Callable[[], Awaitable[Content]]) -> bool:
        """Make a class's gallery say what `read` says, whatever was there; whether it said something else.

        Somebody else may write meanwhile what they have read later than we: then it is read and written once more. For
        that to be seen, a class in which somebody was ever recognised keeps a gallery, be it empty.
        """
        key = keys.gallery(class_id)
        async with self._redis.pipeline(transaction=True) as transaction:
            while True:
                try:
                    await transaction.watch(key)
                    present: Any = await transaction.hgetall(key)
                    fields = self._fields(class_id, await read(), present)
                    if fields == present:
                        return False
                    transaction.multi()  # type: ignore[no-untyped-call]
                    transaction.delete(key)
                    if fields:
                        transaction.hset(key, mapping=fields)
                    await transaction.execute()
                    return True
                except redis.WatchError:
                    await asyncio.sleep(random.uniform(0, _PAUSE))

    async def heed_encoder(self) -> None:
        """Judge as the workers' encoder's own card says: how much a class's voices raise the cuts depends on it."""
        await announced.heed(self._redis, Signatures(self._keyring))

    async def drop(self, class_id: int, person_id: int) -> None:
        """Take one person out at once, ahead of an erasure in the database."""
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.hdel(keys.gallery(class_id), str(person_id), keys.narrow_print(person_id).decode())
            transaction.hincrby(keys.gallery(class_id), keys.GALLERY_VERSION.decode(), 1)
            await transaction.execute()

    async def generation(self, class_id: int) -> int | None:
        """Of which generation a class's gallery is; None where it is missing, or was not made by one of us."""
        sealed: Any = await self._redis.hget(keys.gallery(class_id), keys.GALLERY_HEAD.decode())
        found = _opened(self._keyring, class_id, sealed)
        return found[0] if found else None

    async def knows(self, class_id: int, person_id: int, generation: int) -> bool:
        """Whether a class's gallery is of this generation, and the person in it; asked once, for every note asks."""
        asked = [keys.GALLERY_HEAD.decode(), str(person_id)]
        there: Any = await self._redis.hmget(keys.gallery(class_id), asked)
        head, voice = there
        found = _opened(self._keyring, class_id, head)
        return found is not None and found[0] == generation and voice is not None

    async def holds(self, class_id: int, person_id: int) -> bool:
        """Whether the person is in the class's gallery."""
        return bool(await self._redis.hexists(keys.gallery(class_id), str(person_id)))

    async def class_ids(self) -> set[int]:
        """The classes that have a gallery."""
        found = {key.decode().rpartition(":")[2] async for key in self._redis.scan_iter(keys.GALLERIES)}
        return {int(class_id) for class_id in found if class_id.isdigit()}

    async def sealed(self, class_id: int) -> list[bytes]:
        """Everything in a class's gallery that is sealed: its heads, and everyone's centroids."""
        fields: Any = await self._redis.hgetall(keys.gallery(class_id))
        return [
            value
            for name, value in fields.items()
            if name in (keys.GALLERY_HEAD, keys.NARROW_HEAD) or name.isdigit() or keys.narrow_person(name) is not None
        ]

    def _fields(self, class_id: int, content: Content, present: Mapping[bytes, bytes]) -> dict[Any, Any]:
        """The hash of this content. What is there, and opens, is not sealed anew."""
        if content.generation is None or (content.generation == 0 and not content.voiceprints):
            return {}
        sealed = {keys.GALLERY_HEAD: (content.head, gallery_head_binding(class_id))}
        for person_id, voiceprint in content.voiceprints.items():
            binding = gallery_binding(class_id, person_id, voiceprint.model, voiceprint.weight_hash)
            sealed[str(person_id).encode()] = voiceprint.pack(), binding
        if content.narrow:
            sealed[keys.NARROW_HEAD] = content.narrow_head, narrow_head_binding(class_id)
        for person_id, voiceprint in content.narrow.items():
            binding = narrow_gallery_binding(class_id, person_id, voiceprint.model, voiceprint.weight_hash)
            sealed[keys.narrow_print(person_id)] = voiceprint.pack(), binding
        fields: dict[Any, Any] = {keys.GALLERY_VERSION: str(content.version).encode()}
        for name, (plain, binding) in sealed.items():
            there = present.get(name, b"")
            fields[name] = there if self._is(there, plain, binding) else self._keyring.seal(plain, binding)
        return fields

    def _is(self, sealed: bytes, plain: bytes, binding: Binding) -> bool:
        if not sealed.startswith(self._keyring.head):
            return False
        try:
            return self._keyring.open(sealed, binding) == plain
        except SealBroken:
            return False


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
        if kept is not None:
            kept[1].wipe()
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
                self._kept.pop(class_id)[1].wipe()

    def forget_all(self) -> None:
        """Drop every kept gallery: while Redis is away, nobody could tell us of an erasure."""
        while self._kept:
            self._kept.popitem()[1][1].wipe()

    def _open(self, class_id: int, fields: dict[bytes, bytes]) -> Gallery:
        wide = {int(name): sealed for name, sealed in fields.items() if name.isdigit()}
        narrow = {
            person_id: sealed for name, sealed in fields.items() if (person_id := keys.narrow_person(name)) is not None
        }
        # Without a head it is an older version's, or nobody's of ours: older than any job that knows generations.
        generation, raised = _opened(self._keyring, class_id, fields.get(keys.GALLERY_HEAD)) or (0, 0.0)
        people, rows = self._prints(wide, class_id, gallery_binding)
        if not people:
            return Gallery.empty(generation)
        return Gallery(
            people, rows, raised, generation, self._narrow(class_id, narrow, fields.get(keys.NARROW_HEAD), people)
        )

    def _narrow(
        self, class_id: int, sealed: Mapping[int, bytes], head: bytes | None, known: tuple[int, ...]
    ) -> Gallery | None:
        """The second prints. Without a word on them all, or without the first one of the same person, they say nothing:
        whoever has been taken out by a version that knows of no second print is out.
        """
        try:
            (raised,) = json.loads(self._keyring.open(head or b"", narrow_head_binding(class_id)))
        except SealBroken:
            return None
        there = set(known)
        people, rows = self._prints(
            {person_id: value for person_id, value in sealed.items() if person_id in there},
            class_id,
            narrow_gallery_binding,
        )
        return Gallery(people, rows, float(raised)) if people else None

    def _prints(
        self, sealed: Mapping[int, bytes], class_id: int, bound: Callable[[int, int, str, str], Binding]
    ) -> tuple[tuple[int, ...], NDArray[np.float32]]:
        """Whose prints open and are of our model: people, and float32 [people, dimension]."""
        people: list[int] = []
        rows: list[NDArray[np.float32]] = []
        # In one order, whatever else the hash holds: a sum of the same rows is then the same to the bit.
        for person_id, value in sorted(sealed.items()):
            try:
                binding = bound(class_id, person_id, self._model, self._weight_hash)
                voiceprint = Voiceprint.unpack(self._keyring.open(value, binding))
            except SealBroken:
                # Another model's, or sealed with a key we no longer hold: not to be named, and the class goes on.
                continue
            if (voiceprint.model, voiceprint.weight_hash) == (self._model, self._weight_hash):
                people.append(person_id)
                rows.append(voiceprint.centroid)
        return tuple(people), np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def _opened(keyring: Keyring, class_id: int, head: bytes | None) -> tuple[int, float] | None:
    """A gallery's generation and its raise, where one of us has sealed them."""
    try:
        generation, raised = json.loads(keyring.open(head or b"", gallery_head_binding(class_id)))
    except SealBroken:
        return None
    return int(generation), float(raised)
