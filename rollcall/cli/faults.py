"""Faults that a person, a disk or a server causes, each as one line that says what to do: the border of every command.

What is not told here nobody foresaw, and it keeps its trace.
"""

from __future__ import annotations

import errno

from rollcall.errors import RollcallError, Unavailable, WrongUse

_CURES = {
    errno.ENOSPC: "make room on that disk",
    errno.EROFS: "choose a place that can be written",
    errno.EACCES: "give this user the right to it, or choose another place",
    errno.EPERM: "give this user the right to it, or choose another place",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.EADDRINUSE: "stop what listens there, or choose another port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


def told(error: BaseException) -> RollcallError | None:
    """The error as one of ours, or None where nobody foresaw it."""
    error = _only_one(error)
    if isinstance(error, RollcallError):
        return error
    for judge in (_of_the_system, _of_a_server, _of_a_text):
        if (found := judge(error)) is not None:
            return found
    return None


def _only_one(error: BaseException) -> BaseException:
    """The error inside groups of tasks; of several, one that is ours."""
    while isinstance(error, BaseExceptionGroup):
        inner = error.exceptions
        error = next((each for each in inner if isinstance(each, RollcallError)), inner[0])
    return error


def _of_the_system(error: BaseException) -> RollcallError | None:
    if not isinstance(error, OSError) or error.strerror is None:
        return None
    place = f"{error.filename}: " if error.filename is not None else ""
    cure = _CURES.get(error.errno or 0, "check the path and its rights" if place else "check the network")
    return Unavailable(f"{place}{error.strerror}: {cure}")


def _of_a_server(error: BaseException) -> RollcallError | None:
    import redis
    from sqlalchemy.exc import SQLAlchemyError

    from rollcall.storage import faults

    if isinstance(error, redis.RedisError | SQLAlchemyError) and (known := faults.told(error)) is not None:
        return known
    if isinstance(error, redis.AuthenticationError | redis.exceptions.NoPermissionError):
        return Unavailable(
            f"the queue refuses us ({_first_line(error)}): check the user and the password in ROLLCALL_REDIS_URL"
        )
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return Unavailable(
            f"the queue is out of reach ({type(error).__name__}): "
            "check ROLLCALL_REDIS_URL and that it runs; without one, that rollcall up runs"
        )
    if isinstance(error, redis.RedisError):
        return Unavailable(f"the queue does not do as it should ({_first_line(error)}): run rollcall doctor")
    if isinstance(error, SQLAlchemyError):
        return Unavailable(
            f"the database cannot be used ({type(error).__name__}): "
            "check ROLLCALL_DATABASE_URL and that it runs, and run rollcall migrate"
        )
    return None


def _of_a_text(error: BaseException) -> RollcallError | None:
    if isinstance(error, UnicodeDecodeError):
        return WrongUse("a file is no UTF-8 text: save it as UTF-8")
    return None


def _first_line(error: BaseException) -> str:
    """Redis's own words, which name what is wrong and no data."""
    return str(error).partition("\n")[0] or type(error).__name__
