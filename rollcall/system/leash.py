"""Run a program that ends with the process that started it, also where that is killed: ``leash.py PARENT PROGRAM...``

A file of its own that imports nothing of ours: it runs between the fork and the program, in a fresh interpreter, so
that nothing has to run between them in a process that has threads. The program keeps its process id.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)
_LOOK_EVERY = 0.5


def leashed(program: Sequence[str]) -> list[str]:
    """The command that runs a program on our leash. To be started by a thread that lives as long as we do."""
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(os.getpid()), *program]


def main(parent: int, program: Sequence[str]) -> None:
    """Become the program."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)  # survives execve(2)
    elif os.fork() == 0:
        watch(parent, os.getppid())
    if os.getppid() != parent:  # it has ended before we were on the leash
        sys.exit(1)
    os.execv(program[0], list(program))  # noqa: S606 - what we were asked to run


def watch(parent: int, program: int) -> None:
    """Where the kernel tells nobody of a parent's death: look for it, from a child of the program's."""
    told = False
    while os.getppid() == program:
        if not told and not _lives(parent):
            os.kill(program, signal.SIGTERM)
            told = True
        time.sleep(_LOOK_EVERY)
    os._exit(0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
