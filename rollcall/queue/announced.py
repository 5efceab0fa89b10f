"""What the workers tell of themselves: an own encoder's card, and whether any of them hears words.

Only they can read the card, and without it scores say nothing. A bot has no folder of the encoder, and judges all the
same: whether an enrolment's notes are of one voice, how much a class's voices raise the cuts. It asks wherever that is
about to be done, so that it judges as the workers do.
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


async def hears_words(client: redis.asyncio.Redis, signatures: Signatures) -> bool:
    """Whether a worker is there that listens for a note's words: see `WorkerQueue.announce_words`.

    Where none is, notes with a challenge are judged by their voice alone, and come back as `Words.NOT_CHECKED`.
    """
    found: Any = await client.hmget(keys.HEARS_WORDS, [keys.SAID, keys.SIGNATURE])
    said, signature = found
    if said is None:
        return False
    try:
        signatures.check(keys.HEARS_WORDS, said, signature)
    except NotSigned:
        return False
    return True
