"""What the workers tell of an own encoder: its card, which only they can read, and without which scores say nothing.

A bot has no folder of the encoder, and judges all the same: whether an enrolment's notes are of one voice, how much a
class's voices raise the cuts. It asks wherever that is about to be done, so that it judges as the workers do.
"""

from __future__ import annotations

from typing import Any

import redis.asyncio

from rollcall.domain.operating import learn
from rollcall.errors import NotSigned
from rollcall.queue import keys
from rollcall.sealing.signature import Signatures


async def heed(client: redis.asyncio.Redis, signatures: Signatures) -> None:
    """Judge as the card says from now on; where none is told, as without one."""
    found: Any = await client.hmget(keys.ENCODER, [keys.CARD, keys.CARD_SIGNATURE])
    said, signature = found
    try:
        if said is not None:
            signatures.check(keys.CARD, said, signature)
    except NotSigned:
        return  # nobody of ours has said it: what we know stays
    learn(said or b"")
