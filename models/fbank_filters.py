"""The constants and filters of Kaldi's log-mel filterbank, in numpy alone; see `models.fbank`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
BINS: Final = 80
FRAME: Final = 400
SHIFT: Final = 160
FFT: Final = 512
PRE_EMPHASIS: Final = 0.97
FLOOR: Final = float(np.finfo(np.float32).eps)
_LOWEST_HZ: Final = 20.0


def frame_count(samples: int) -> int:
    """How many whole frames fit; what is left over at the end is dropped, as Kaldi's `snip-edges` does."""
    return 0 if samples < FRAME else 1 + (samples - FRAME) // SHIFT


def povey_window() -> NDArray[np.float32]:
    """[400]: a Hann window (symmetric) to the power 0.85, Kaldi's default: like Hamming, but zero at the edges."""
    phase = 2 * np.pi * np.arange(FRAME) / (FRAME - 1)
    return ((0.5 - 0.5 * np.cos(phase)) ** 0.85).astype(np.float32)


def mel_filters() -> NDArray[np.float32]:
    """[257, 80]: triangles that are straight on the mel scale (not in hertz) and reach from neighbour to neighbour."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(SAMPLE_RATE / 2), BINS + 2)
    bins = _mel(np.arange(FFT // 2 + 1) * SAMPLE_RATE / FFT)[:, None]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)).clip(min=0)
    triangles[-1] = 0  # Kaldi leaves the Nyquist bin out
    return triangles.astype(np.float32)


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return 1127.0 * np.log1p(np.asarray(hertz, dtype=np.float64) / 700.0)
