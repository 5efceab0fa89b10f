"""The files of the embedded queue: told apart from what only keeps it from starting, set aside where they are damaged.

Nothing is lost with them: notes on their way are in the database and are queued again, galleries are made from it.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rollcall.system.folders import make_folder

KEPT_FOR = timedelta(days=7)
"""For whoever wants to know what happened; then nobody's sealed voice is left in it."""
_FILES = ("appendonlydir", "dump.rdb")
_ASIDE = "valkey.damaged-"
_STAMP = "%Y%m%d-%H%M%S"
_DAMAGE = ("AOF manifest", "MANIFEST", "Bad file format", "RDB", "the AOF file", "Unexpected end of file", "corrupt")
"""Valkey's words where it cannot read what it has written."""
_NO_DAMAGE = ("No space left", "Permission denied", "Read-only", "Input/output", "Cannot allocate", "Out Of Memory")
"""Its words where the same files may be read later."""

_log = logging.getLogger(__name__)


def are_damaged(said: Sequence[str]) -> bool:
    """Whether that is why the server does not start, by the lines of its log since it was asked to."""
    whole = "\n".join(said)
    return any(word in whole for word in _DAMAGE) and not any(word in whole for word in _NO_DAMAGE)


def set_aside(folder: Path, why: str) -> None:
    """Put the files where the server does not see them; it begins anew."""
    aside = folder.with_name(_ASIDE + datetime.now(UTC).strftime(_STAMP))
    make_folder(aside)
    for name in _FILES:
        with suppress(FileNotFoundError):
            (folder / name).replace(aside / name)
    _log.error(
        "the queue's files are damaged, and set aside for a week; notes on their way are queued again",
        extra={"why": why, "aside": aside},
    )


def remove_set_aside(data_dir: Path, kept_for: timedelta = timedelta()) -> None:
    """Remove what was set aside so long ago."""
    for aside in data_dir.resolve().glob(_ASIDE + "*"):
        with suppress(ValueError):
            since = datetime.strptime(aside.name.removeprefix(_ASIDE), _STAMP).replace(tzinfo=UTC)
            if datetime.now(UTC) - since >= kept_for:
                shutil.rmtree(aside, ignore_errors=True)
