"""Who holds what, and how a holder that is no more is told from one that lives."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

LEASE = timedelta(seconds=15)
"""A bot that has renewed nothing for this long has what it holds taken over by another."""


@dataclass(frozen=True)
class Holder:
    """One bot process, so that another on the same machine can tell whether it still lives."""

    host: str
    pid: int
    token: str

    @classmethod
    def this_process(cls) -> Holder:
        """A name that no other process has, nor a later one with the same id."""
        # Two containers may share a host's name; in each, a process id means another process.
        with suppress(OSError):
            return cls(f"{socket.gethostname()[:60]}/{Path('/proc/self/ns/pid').readlink()}", os.getpid(), _token())
        return cls(socket.gethostname()[:60], os.getpid(), _token())

    def __str__(self) -> str:
        return f"{self.host}|{self.pid}|{self.token}"

    def knows_dead(self, name: str) -> bool:
        """Whether the named process ran on this machine and certainly runs no more."""
        host, _, rest = name.rpartition("|")[0].rpartition("|")
        if host != self.host or not rest.isdecimal() or name == str(self):
            return False
        # Our own process id with another token: a container started anew counts its processes from one again.
        return int(rest) == self.pid or not _runs(int(rest))


def _token() -> str:
    return secrets.token_hex(8)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it runs, as somebody else
    return True


class Watch:
    """Which leases are no longer renewed, by our own stopwatch alone.

    What a holder writes at a renewal is a mark to us and not a time: its clock may differ from ours, and either may
    be set while the lease runs.
    """

    def __init__(self, lease: timedelta = LEASE, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._lease = lease.total_seconds()
        self._stopwatch = stopwatch
        self._seen: dict[str, tuple[object, float]] = {}

    def silent(self, marks: Mapping[str, object]) -> set[str]:
        """Those of the holders whose mark we have seen unchanged for a whole lease."""
        now = self._stopwatch()
        kept = {}
        for holder, mark in marks.items():
            before = self._seen.get(holder)
            kept[holder] = before if before is not None and before[0] == mark else (mark, now)
        self._seen = kept
        return {holder for holder, (_, since) in kept.items() if now - since > self._lease}

    def forget(self) -> None:
        """Begin anew: while we could not look, the others may not have been able to renew either."""
        self._seen.clear()
