"""Faults of a store that waiting does not mend: a damaged file, a full disk, one that may not be written.

Each is told once when it begins and once an hour while it lasts, whoever meets it and however often it is tried.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
import time
from collections.abc import Iterator
from enum import StrEnum

import redis

from rollcall.errors import Damaged, RollcallError, Unavailable

_log = logging.getLogger(__name__)

_HOLDS = 90.0
"""Seconds after which a fault that nobody met again is over; longer than between two tries."""
_DAMAGE_HOLDS = 3600.0
"""Damage does not mend itself, and only some questions meet it."""
_TOLD_EVERY = 3600.0


class Trouble(StrEnum):
    """What is wrong."""

    DAMAGED = "damaged"
    FULL = "full"
    READ_ONLY = "read_only"
    DISK = "disk"
    QUEUE = "queue"


CURES = {
    Trouble.DAMAGED: (
        "the database is damaged: stop Rollcall, keep a copy of its files, and restore the newest backup "
        "(rollcall restore --replace FILE); rollcall doctor says what it finds"
    ),
    Trouble.FULL: "the database's disk is full: make room, and Rollcall goes on by itself",
    Trouble.READ_ONLY: (
        "the database cannot be written: mount its disk writable and give this user the right to the file and its "
        "folder, or, with PostgreSQL, connect to the primary; Rollcall then goes on by itself"
    ),
    Trouble.DISK: "the database's disk does not read or write: look at the system's log, the disk and its room",
    Trouble.QUEUE: (
        "the queue cannot write its own files, so it takes no notes: make room on its disk, or see its log; "
        "Rollcall then goes on by itself"
    ),
}
"""In one line each, for the log and the command line."""

_SQLITE = {
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: Trouble.DISK,
}
"""https://sqlite.org/rescode.html; the lowest byte is the kind."""
_POSTGRESQL = {
    "XX001": Trouble.DAMAGED,  # data_corrupted
    "XX002": Trouble.DAMAGED,  # index_corrupted
    "53100": Trouble.FULL,  # disk_full
    "25006": Trouble.READ_ONLY,  # read_only_sql_transaction
    "58030": Trouble.DISK,  # io_error
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_SYSTEM = {errno.ENOSPC: Trouble.FULL, errno.EROFS: Trouble.READ_ONLY, errno.EIO: Trouble.DISK}


def trouble_of(error: BaseException) -> Trouble | None:
    """The fault behind an error; None where it may be over at the next try, or is another's."""
    for one in _chain(error):
        code, state = getattr(one, "sqlite_errorcode", None), getattr(one, "sqlstate", None)
        if isinstance(code, int) and (found := _SQLITE.get(code & 0xFF)) is not None:
            return found
        if isinstance(state, str) and (found := _POSTGRESQL.get(state)) is not None:
            return found
        if isinstance(one, redis.ResponseError) and str(one).startswith("MISCONF"):
            return Trouble.QUEUE
        if isinstance(one, OSError) and (found := _SYSTEM.get(one.errno or 0)) is not None:
            return found
    return None


def told(error: BaseException) -> RollcallError | None:
    """The fault behind an error, for the command line; None where there is none of these."""
    found = trouble_of(error)
    if found is None:
        return None
    return Damaged(CURES[found]) if found is Trouble.DAMAGED else Unavailable(CURES[found])


class Troubles:
    """What a process has met. May be asked and told from any thread."""

    def __init__(self, *, aloud: bool = False) -> None:
        """`aloud`: to say it in the log; a command says it itself, at its end."""
        self.aloud = aloud
        self._met: dict[Trouble, float] = {}
        self._told: dict[Trouble, float] = {}

    def saw(self, error: BaseException) -> Trouble | None:
        """Take note of an error; the fault behind it, which has been told then."""
        found = trouble_of(error)
        if found is None:
            return None
        now = time.monotonic()
        self._met[found] = now
        if self.aloud and now - self._told.get(found, float("-inf")) >= _TOLD_EVERY:
            self._told[found] = now
            _log.error("%s", CURES[found])
        return found

    @property
    def present(self) -> frozenset[Trouble]:
        """What lasts, as far as we know."""
        now = time.monotonic()
        return frozenset(
            one
            for one, met in self._met.copy().items()
            if now - met < (_DAMAGE_HOLDS if one is Trouble.DAMAGED else _HOLDS)
        )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it: SQLAlchemy wraps what the database said."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "orig", None), one.__cause__]
