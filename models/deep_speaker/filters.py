"""The numbers of Deep Speaker's features, whatever computes them; see `models.deep_speaker.features`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
BINS: Final = 64
FRAME: Final = 400
SHIFT: Final = 160
WINDOW: Final = 160
"""Frames that the network sees at once."""
FFT: Final = 512
PRE_EMPHASIS: Final = 0.97
NOTHING: Final = float(np.finfo(np.float64).eps)
"""Stands in for an energy of exactly zero, which only digital silence has."""
LEAST_DEVIATION: Final = 1e-12


def frame_count(samples: int) -> int:
    """As many frames as it takes to hear every sample; even an empty note has one."""
    return 1 + max(0, -(-(samples - FRAME) // SHIFT))


def filters() -> NDArray[np.float32]:
    """[257, 64]: triangles from corner to corner; where two corners fall on one bin, that side has no slope."""
    mels = np.linspace(0, 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700), BINS + 2)
    corners = np.floor((FFT + 1) * 700 * (10 ** (mels / 2595) - 1) / SAMPLE_RATE)
    left, peak, right = corners[:-2], corners[1:-1], corners[2:]
    bins = np.arange(FFT // 2 + 1)[:, None]
    rising = (bins - left) / np.maximum(peak - left, 1)
    falling = (right - bins) / np.maximum(right - peak, 1)
    inside = (bins >= left) & (bins < right)
    return np.where(inside, np.where(bins < peak, rising, falling), 0).astype(np.float32)
