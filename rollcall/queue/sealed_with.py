"""Which keys have sealed what is on its way through the queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import redis.asyncio
from pydantic import ValidationError

from rollcall.queue import keys, streams
from rollcall.queue.job import Result
from rollcall.sealing.seal import key_id_of

_SIGNATURE = keys.SIGNATURE.encode()


@dataclass
class QueueKeys:
    """What was found.

    Attributes:
        values: how many sealed values need each key, by its id.
        malformed: entries that cannot be read. Worker or bot puts them aside when their turn comes.
    """

    values: Counter[bytes] = field(default_factory=Counter)
    malformed: int = 0

    def add(self, signature: bytes | None, *sealed: bytes | None) -> None:
        """Count an entry's sealed values, or a malformed entry where one of them names no key.

        Its signature counts where it alone needs its key.
        """
        ids = [key_id_of(value) for value in sealed if value is not None]
        if signature is not None and key_id_of(signature) not in ids:
            ids.append(key_id_of(signature))
        if all(ids):
            self.values.update(ids)
        else:
            self.malformed += 1


async def queue_keys(client: redis.asyncio.Redis) -> QueueKeys:
    """Look through both streams; what is in them is gone within a minute."""
    found = QueueKeys()
    async for _, fields in streams.entries(client, keys.JOBS):
        found.add(fields.get(_SIGNATURE), fields.get(b"audio", b""))
    async for _, fields in streams.entries(client, keys.RESULTS):
        try:
            result = Result.model_validate_json(fields[b"result"])
        except (KeyError, ValidationError):
            found.malformed += 1
        else:
            found.add(fields.get(_SIGNATURE), result.embedding, result.fingerprint, result.shapes, result.narrow)
    return found
