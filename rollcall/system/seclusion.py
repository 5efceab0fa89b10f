"""What is ours is nobody else's: files and folders for their user alone, and no memory left in a core dump."""

from __future__ import annotations

import logging
import os
import resource
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rollcall.errors import Unavailable

_OTHERS = 0o077
_OURS = ("rollcall.sqlite3*", "voiceprint.key*", "up.lock", "*.log", "valkey*")
"""What of a data folder is ours for certain: a folder may have been given to us with other things in it."""

_log = logging.getLogger(__name__)


def seclude() -> None:
    """For this process and all that it starts: what they write is for their user alone, and a crash writes nothing.

    A debugger of the same user may still look at them, who could read the key's file as well.
    """
    os.umask(_OTHERS)
    leave_no_cores()


def leave_no_cores() -> None:
    """A crash writes down neither key, token nor voice: of this process, nor of what it starts (Valkey, ffmpeg)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A core that goes to a program, as to systemd's collector, comes despite the limit: then without any memory.
        with suppress(OSError):
            Path("/proc/self/coredump_filter").write_text("0", encoding="ascii")


def close_to_others(data_dir: Path) -> None:
    """Take away what other users may do in a data folder: an older version, or a hand, may have left it open.

    What is not ours to change is left as it is.
    """
    loose = [path for path in _all_of(data_dir) if _tighten(path)]
    if loose:
        _log.warning(
            "the data folder was open to other users of this machine; it is closed to them now",
            extra={"folder": data_dir.resolve(), "closed": len(loose)},
        )


def check_own(folder: Path, owner: int | None = None) -> None:
    """That a folder is a folder, ours and nobody else's to enter.

    Args:
        owner: whose it must be instead, where root looks for somebody.

    Raises:
        Unavailable: it is not, and what is in it may be anybody's.
    """
    owner = os.geteuid() if owner is None else owner
    try:
        facts = folder.lstat()
    except OSError as error:
        raise Unavailable(f"the folder {folder} cannot be used ({error.strerror})") from error
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != owner or facts.st_mode & _OTHERS:
        raise Unavailable(
            f"the folder {folder} is another user's or open to others: remove it, or set ROLLCALL_DATA_DIR to another"
        )


def _all_of(data_dir: Path) -> Iterator[Path]:
    if data_dir.resolve() in (Path.home(), Path("/")):
        return
    yield data_dir
    for pattern in _OURS:
        for path in data_dir.glob(pattern):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from path.rglob("*")


def _tighten(path: Path) -> bool:
    """Whether there was something to take away, and it is."""
    with suppress(OSError):
        facts = path.lstat() if path.is_symlink() else path.stat()
        kind = stat.S_ISDIR(facts.st_mode) or stat.S_ISREG(facts.st_mode)
        if kind and facts.st_uid == os.geteuid() and facts.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(facts.st_mode) & ~_OTHERS)
            return True
    return False
