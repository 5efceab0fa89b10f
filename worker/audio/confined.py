"""Become another program, under limits. A script of its own, so that it starts in milliseconds and imports none of us.

Limits set between fork and exec of a process with threads are not safe to set; here there is one thread.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

_OPEN_FILES = 64

_DIE_WITH_PARENT = 1


def main(parent: int, memory: int, cpu_seconds: int, command: list[str]) -> None:
    """Set the limits on this process and replace it; it ends when the process that asked for it does.

    Args:
        parent: that process's id.
        memory: bytes of address space.
    """
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),  # into pipes only
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),  # what a crash writes down would be somebody's voice
    ):
        resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        import ctypes

        # A worker that is killed tidies nothing up, so the kernel does.
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell, and our own caller names the program


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
