"""What the bots tell the pages: by which name they are known, and how far Telegram's clock is ahead of ours."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import redis.asyncio

from rollcall.errors import NotSigned
from rollcall.queue.keys import BULLETIN, SAID, SIGNATURE
from rollcall.sealing.seal import Keyring
from rollcall.sealing.signature import Signatures


@dataclass(frozen=True)
class Bulletin:
    """The bots' word.

    Attributes:
        bot: the username.
        ahead: seconds; lessons go by Telegram's clock, wherever they are opened.
    """

    bot: str
    ahead: float


async def post(client: redis.asyncio.Redis, keyring: Keyring, bulletin: Bulletin) -> None:
    """Put it up, in place of the one before."""
    said = json.dumps(asdict(bulletin)).encode()
    signature = Signatures(keyring).sign(BULLETIN, said)
    await client.hset(BULLETIN, mapping={SAID: said, SIGNATURE: signature})


async def read(client: redis.asyncio.Redis, keyring: Keyring) -> Bulletin | None:
    """What was put up last; None where nothing was, or by nobody of ours."""
    found: Any = await client.hmget(BULLETIN, [SAID, SIGNATURE])
    said, signature = found
    if said is None:
        return None
    try:
        Signatures(keyring).check(BULLETIN, said, signature)
    except NotSigned:
        return None
    return Bulletin(**json.loads(said))
