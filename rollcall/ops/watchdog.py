"""A process tells its supervisor that it lives, in the words of sd_notify(3): so it is understood by systemd too."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from rollcall.ops.liveness import Check, examine
from rollcall.ops.logs import stacks

_log = logging.getLogger(__name__)

_ALIVE, _STUCK, _STATUS = b"WATCHDOG=1", b"WATCHDOG=trigger", b"STATUS="
_OURS = "ROLLCALL_UP"
"""Set for the children of ``rollcall up``, and for those of no systemd."""
_LONGEST = 4096
_PER_PERIOD = 4
"""Reports in the time after which silence counts as death."""


@contextmanager
def reporting(live: Mapping[str, Check]) -> Iterator[None]:
    """Report to the watchdog that the environment names, if any, for as long as the block runs."""
    address, period = os.environ.get("NOTIFY_SOCKET"), os.environ.get("WATCHDOG_USEC", "")
    if not address or not period.isdecimal():
        yield
        return
    stop = threading.Event()
    every = int(period) / 1e6 / _PER_PERIOD
    thread = threading.Thread(target=_report, args=(live, address, every, stop), name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _report(live: Mapping[str, Check], address: str, every: float, stop: threading.Event) -> None:
    name = "\0" + address[1:] if address.startswith("@") else address
    told = False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        while True:
            wrong = examine(live)
            if wrong and not told:
                _log.error("stuck, and to be started again", extra={**wrong, "stacks": stacks()})
            told = bool(wrong)
            with suppress(OSError):  # nobody listens: then nobody will miss it
                line.sendto(_STUCK if wrong else _ALIVE, name)
            if stop.wait(every):
                return


def supervised() -> bool:
    """Whether this process is a child of ``rollcall up``."""
    return _OURS in os.environ


def status(words: str) -> bool:
    """Tell ``rollcall up`` why this process ends; False where there is none to tell."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not supervised() or not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.sendto(_STATUS + words.encode()[:_LONGEST], address)
        except OSError:
            return False
    return True


class Watchdog:
    """The supervisor's end: one socket for one child at a time."""

    def __init__(self, path: Path, period: timedelta) -> None:
        """Bind the socket; what an earlier owner left there is replaced."""
        self._path = path
        self._period = period
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))
        self._heard_at: float | None = None
        self._stuck = False
        self._words = ""

    @property
    def environment(self) -> dict[str, str]:
        """What the child must be told."""
        microseconds = int(self._period.total_seconds() * 1e6)
        return {"NOTIFY_SOCKET": str(self._path), "WATCHDOG_USEC": str(microseconds), _OURS: "1"}

    def expect(self) -> None:
        """A new child starts: it is waited for until its first report, however long that takes."""
        self._read()
        self._heard_at, self._stuck, self._words = None, False, ""

    @property
    def heard(self) -> bool:
        """Whether the child has reported since it was expected."""
        return self._heard_at is not None

    @property
    def words(self) -> str:
        """Why the child ended, in its own words; empty where it said nothing."""
        self._read()
        return self._words

    def complaint(self) -> str | None:
        """Why the child must be started again, or None."""
        self._read()
        if self._stuck:
            return "stuck"
        silent = self._heard_at is not None and time.monotonic() - self._heard_at > self._period.total_seconds()
        return "silent" if silent else None

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while report := self._socket.recv(_LONGEST + len(_STATUS)):
                if report.startswith(_STATUS):
                    self._words = report.removeprefix(_STATUS).decode(errors="replace")
                    continue
                self._heard_at = time.monotonic()
                self._stuck = report == _STUCK
