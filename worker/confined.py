"""Become another program, under limits. A script of its own, so that it starts in milliseconds and imports none of us.

Limits set between fork and exec of a process with threads are not safe to set; here there is one thread.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

MEMORY = 512 << 20
"""Bytes of address space, which is more than what is in use. Two such beside a worker stay below its container's."""
CPU_SECONDS = 8
FILE = 32 << 20
"""Bytes in any file that is written; there should be none."""
OPEN_FILES = 64

_DIE_WITH_PARENT = 1


def main(parent: int, command: list[str]) -> None:
    """Set the limits on this process and replace it; it ends when the process that asked for it does."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
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
    main(int(sys.argv[1]), sys.argv[2:])
