"""Comparing audio fingerprints: is this the same recording? (Haitsma & Kalker, ISMIR 2002)"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAME_RECORDING_BELOW = 0.38
"""Bit error rate. Re-encoded, trimmed or amplified copies measure up to 0.30; different recordings of the same speaker
0.42 and more. At 0.40 a very noisy copy (0.39) would be caught too, but so would the same sentence spoken anew by a
speech synthesiser at another tempo."""

FRAMES_A_SECOND = 25
_WORD = np.dtype("<u4")
_SHORTEST_OVERLAP = int(1.5 * FRAMES_A_SECOND)
_BITS = 32


def bit_error_rate(one: bytes, other: bytes) -> float:
    """Share of differing bits at the best alignment, in [0, 1]; 1.0 where there is too little to compare.

    Args:
        one, other: fingerprints, 32 bits per frame.
    """
    a, b = _words(one), _words(other)
    shorter = min(len(a), len(b))
    # At least half of the shorter one must overlap, or chance alone would find something alike.
    least = max(min(_SHORTEST_OVERLAP, shorter), shorter // 2)
    if least == 0:
        return 1.0
    # One row per frame of `a`, last first, then each row moved one to the right of the row above, which costs nothing:
    # read as if it were one shorter, the same memory has every alignment in a column of its own.
    differing = np.zeros((len(a), len(a) + len(b)), np.float32)
    differing[:, : len(b)] = np.bitwise_count(a[::-1, None] ^ b)
    alignments = len(a) + len(b) - 1
    moved = differing.ravel()[: len(a) * alignments].reshape(len(a), alignments)
    errors = np.ones(len(a), np.float32) @ moved
    place = np.arange(alignments)
    overlaps = np.minimum(np.minimum(place, place[::-1]) + 1, shorter)
    rates = errors[overlaps >= least] / (_BITS * overlaps[overlaps >= least])
    return float(rates.min())


def _words(fingerprint: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(fingerprint[: len(fingerprint) // 4 * 4], _WORD)
