"""How the C library keeps what is given back to it."""

from __future__ import annotations

import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8
"""Of ``mallopt(3)``."""


def share_one_arena() -> None:
    """Let all threads allocate from one arena, where the C library is glibc.

    It gives each thread one of its own, and each keeps what its thread's largest note once took. Threads here allocate
    large and seldom: they do not wait for each other.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl and macOS have none
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
