"""Comparing audio fingerprints: is this the same recording? (Haitsma & Kalker, ISMIR 2002)"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAME_RECORDING_BELOW = 0.38
"""Bit error rate. Re-encoded, trimmed or amplified copies measure up to 0.25, noisy ones 0.33; different recordings
of the same speaker 0.42 and more."""

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
    differing = np.bitwise_count(a[:, None] ^ b[None, :])
    offsets = (np.arange(len(b))[None, :] - np.arange(len(a))[:, None] + len(a) - 1).ravel()
    errors = np.bincount(offsets, weights=differing.ravel())
    overlaps = np.bincount(offsets)
    rates = errors[overlaps >= least] / (_BITS * overlaps[overlaps >= least])
    return float(rates.min())


def _words(fingerprint: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(fingerprint[: len(fingerprint) // 4 * 4], _WORD)
