"""``rollcall web``: the pages, served until a signal."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket

import uvicorn

from rollcall.config.settings import Settings
from rollcall.ops.liveness import Pulse, Vitals
from rollcall.ops.probes import observed
from rollcall.sealing.seal import Keyring, load_keyring
from rollcall.storage.database import Database
from rollcall.storage.migrate import is_current
from web.app import build

_log = logging.getLogger(__name__)

_AGAIN_AFTER = 2.0
"""Seconds until a port that is taken, or a schema that is not there yet, is looked at again."""
_BEAT_EVERY = 1.0
_BACKLOG = 2048
"""Connections that may wait: uvicorn's own number."""
_GRACE = 3
"""Seconds that open pages have to end; live ones come back by themselves."""


def main(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Without a schema, or with a port that is taken, wait for it."""
    keyring, pulse = load_keyring(settings), Pulse()
    with observed(Vitals(live={"loop": pulse.stopped_for(settings.stuck_after)}), settings):
        asyncio.run(_serve(settings, keyring, pulse))


async def _beat(pulse: Pulse) -> None:
    while True:
        pulse.beat()
        await asyncio.sleep(_BEAT_EVERY)


async def _serve(settings: Settings, keyring: Keyring, pulse: Pulse) -> None:
    beating = asyncio.create_task(_beat(pulse))
    database = Database(settings.effective_database_url, keyring)
    told = False
    while not await is_current(database):
        if not told:
            _log.info("the database has an older schema or none: the pages wait until a bot has brought it up to date")
            told = True
        await asyncio.sleep(_AGAIN_AFTER)
    taken = await _port(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            build(settings, keyring, database),
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            proxy_headers=False,
        )
    )
    where = settings.web_url or f"http://{settings.web_listen}:{settings.effective_web_port}"
    _log.info("the pages are served", extra={"at": where})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _heard)  # uvicorn has its own meanwhile, and raises what it heard once more at its end
    await server.serve(sockets=[taken])
    beating.cancel()


def _heard(_number: int, _frame: object) -> None:
    """We have ended by it: that is no failure."""


async def _port(settings: Settings) -> socket.socket:
    """The socket to serve on, once it is free."""
    listen, port = settings.web_listen, settings.effective_web_port
    told = False
    if port != settings.web_port:
        _log.info("the webhook server has port %d, so the pages have %d: set ROLLCALL_WEB_PORT", port - 1, port)
    while True:
        try:
            return bound(listen, port)
        except OSError as error:
            if not told:
                _log.warning(
                    "port %d of %s cannot be bound (%s): the pages wait for it; set ROLLCALL_WEB_PORT to another",
                    port, listen, error.strerror,
                )  # fmt: skip
                told = True
            await asyncio.sleep(_AGAIN_AFTER)


def bound(listen: str, port: int) -> socket.socket:
    """A socket that listens on this very port.

    Listening is part of it: until one of them listens, two processes may both be bound to a port.
    """
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((listen, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made
