#!/usr/bin/env python3
"""A container's health: has its process asked the queue for work within the last minute? Argument: workers or bots."""

from __future__ import annotations

import socket
import sys

import redis

from rollcall import keys
from rollcall.queue import connect
from rollcall.settings import load_settings

_STREAMS = {keys.WORKERS: keys.JOBS, keys.BOTS: keys.RESULTS}
_SILENT_AFTER_MS = 60_000
_NOTES_WHO_ASKS = (7, 2)
"""Redis from here on, and every Valkey, notes who asks for work even where there is none."""


def main(group: str) -> int:
    """0 where a consumer of this host was seen lately, otherwise 1 and a line that says why."""
    # Bots and workers name themselves <host>-<process id>, and ask every second.
    ours = f"{socket.gethostname()}-".encode()
    try:
        with connect(load_settings().effective_redis_url) as client:
            version = str(client.info("server")["redis_version"])
            consumers = client.xinfo_consumers(_STREAMS[group], group)
    except redis.RedisError as error:
        print(f"the queue does not answer: {type(error).__name__}")
        return 1
    if tuple(int(part) for part in version.split(".")[:2]) < _NOTES_WHO_ASKS:
        print(f"the queue answers; Redis {version} cannot tell more")
        return 0
    silent = [consumer["idle"] for consumer in consumers if consumer["name"].startswith(ours)]
    if not silent:
        print(f"none of the {group} runs here")
        return 1
    print(f"last seen {min(silent)} ms ago")
    return 0 if min(silent) < _SILENT_AFTER_MS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
