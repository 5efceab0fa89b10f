"""Threads of a worker share what the C library keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

THREADS = """
import ctypes, sys, threading
from worker.memory import share_one_arena

if sys.argv[1] == "shared":
    share_one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
kept, together = [], threading.Barrier(4)

def allocate():
    together.wait()
    kept.extend(libc.malloc(60_000) for _ in range(100))
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(4)]
for one in threads:
    one.start()
for one in threads:
    one.join()
with open("arenas.xml", "w") as file:
    libc.fdopen.restype = ctypes.c_void_p
    libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(file.fileno(), b"w")))
    libc.fflush(None)
"""


def arenas(folder: Path, how: str) -> int:
    subprocess.run([sys.executable, "-c", THREADS, how], check=True, cwd=folder)
    return (folder / "arenas.xml").read_text().count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_threads_share_one_arena(tmp_path: Path) -> None:
    assert arenas(tmp_path, "alone") > 1
    assert arenas(tmp_path, "shared") == 1
