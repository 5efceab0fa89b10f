"""What erased data leaves in files: removed by writing the database and the queue's append-only file anew."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import redis
import redis.asyncio

_log = logging.getLogger(__name__)

_LOOK_EVERY = 0.05
_PATIENCE = 60.0


async def rewrite_queue_log(client: redis.asyncio.Redis) -> bool:
    """Have the queue write its files anew, and wait for it: settled notes and erased voices leave the disk.

    False where that did not come to an end. A server that keeps no files has nothing to do; one that does not let us
    (a managed service) is its operator's, and is left alone.
    """
    try:
        facts = await _settled(client)
        if facts is None:
            return False
        if facts["aof_enabled"]:
            await client.bgrewriteaof()
            facts = await _settled(client)
            if facts is None or facts["aof_last_bgrewrite_status"] != "ok":
                return False
        snapshots: Any = await client.config_get("save")
        if snapshots.get("save"):
            await client.bgsave()
            facts = await _settled(client)
            return facts is not None and facts["rdb_last_bgsave_status"] == "ok"
        return True
    except redis.ResponseError as error:
        if "in progress" in str(error):
            return False  # another client's rewrite began in between: next time
        _log.warning("the queue's files are not ours to rewrite", extra={"error": str(error).split(" ")[0]})
        return True


async def grown(client: redis.asyncio.Redis) -> bool:
    """Whether the append-only file holds anything since it was last written anew."""
    facts: Any = await client.info("persistence")
    return bool(facts["aof_enabled"]) and facts["aof_current_size"] > facts["aof_base_size"]


async def _settled(client: redis.asyncio.Redis) -> Any | None:
    """The server's word on its files once it writes none; None where it does not come to that."""
    for _ in range(round(_PATIENCE / _LOOK_EVERY)):
        facts: Any = await client.info("persistence")
        busy = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
        if not any(facts.get(one) for one in busy):
            return facts
        await asyncio.sleep(_LOOK_EVERY)
    return None
