"""Where the embedded Valkey's socket is: in the data folder, where its path is short enough for one.

Else in a folder of ours elsewhere, with a name that nobody could foresee; a link in the data folder leads to it. It is
looked at each time: the shared folder that it lies in is everybody's, and may have been emptied and filled again.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from rollcall.errors import Unavailable
from rollcall.system.folders import make_folder
from rollcall.system.seclusion import check_own

_LIMIT = 100
"""Bytes of a path. A Unix socket's holds 107 on Linux and 103 on macOS."""
_NAME = "valkey.sock"
_LINK = "sockets"
_PREFIX = "rollcall-"


def socket_path(data_dir: Path) -> Path:
    """The socket's path. Where it has no place yet (``rollcall up`` has never run), one at which nothing is."""
    near = _queue_folder(data_dir) / _NAME
    if _fits(near):
        return near
    with suppress(OSError, Unavailable):
        link = near.with_name(_LINK)
        folder = link.readlink()
        check_own(folder, link.lstat().st_uid if os.geteuid() == 0 else None)
        return folder / _NAME
    return near


def make_socket_folder(data_dir: Path) -> Path:
    """The socket's folder, made where there is none that is ours.

    Raises:
        Unavailable: it is another user's, or there is no place for one.
    """
    near = _queue_folder(data_dir) / _NAME
    make_folder(near.parent)
    check_own(near.parent.resolve())
    found = socket_path(data_dir)
    if found == near and not _fits(near):
        found = _elsewhere() / _NAME
        link = near.with_name(_LINK)
        draft = link.with_name(f"{_LINK}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        draft.symlink_to(found.parent)
        draft.replace(link)
    return found.parent


def remove_socket_folder(data_dir: Path) -> None:
    """After the last one has left: what is elsewhere is not left lying about."""
    link = _queue_folder(data_dir) / _LINK
    folder = socket_path(data_dir).parent
    if folder != link.parent:
        with suppress(OSError):
            folder.rmdir()
            link.unlink()


def _queue_folder(data_dir: Path) -> Path:
    return data_dir.resolve() / "valkey"


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= _LIMIT


def _elsewhere() -> Path:
    for place in dict.fromkeys((tempfile.gettempdir(), "/tmp")):  # noqa: S108 - a folder of ours is made in it
        if _fits(Path(place) / f"{_PREFIX}________" / _NAME):
            with suppress(OSError):
                return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    raise Unavailable("there is no place for the queue's socket: set ROLLCALL_DATA_DIR to a shorter path, or TMPDIR")
