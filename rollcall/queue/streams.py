"""Reading a whole stream in parts: with thousands of voices in it, it has no place in memory at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio

_PART = 16
"""Entries at once: at the most some 16 voice notes."""


async def entries(client: redis.asyncio.Redis, stream: str) -> AsyncIterator[tuple[bytes, dict[bytes, bytes]]]:
    """Every entry of a stream and its fields, oldest first."""
    after = "-"
    while True:
        part: Any = await client.xrange(stream, after, count=_PART)
        for entry, fields in part:
            yield entry, fields
        if len(part) < _PART:
            return
        after = "(" + part[-1][0].decode()
