"""How much memory there is for us: the machine's, or what a container may have of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SHARE = 4
_LEAST, _MOST = 64 << 20, 1 << 30
_GROUPS = Path("/sys/fs/cgroup")


def for_the_queue() -> int:
    """Bytes that the embedded queue may use: a quarter. Some 3,000 notes of ten seconds are 120 MB."""
    return min(max(_LEAST, available() // _SHARE), _MOST)


def available() -> int:
    """Bytes."""
    return min((os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_limits()))


def _limits() -> Iterator[int]:
    """Those of our control group and of those above it (cgroups(7)), as far as there are any."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
            _, controllers, path = line.split(":", 2)
            top, name = (_GROUPS / "memory", "memory.limit_in_bytes") if controllers else (_GROUPS, "memory.max")
            if controllers in ("", "memory"):
                own = top / path.lstrip("/")
                for group in (own, *own.parents):
                    if group.is_relative_to(top):
                        with suppress(OSError, ValueError):  # "max" is no number
                            yield int((group / name).read_text(encoding="ascii"))
