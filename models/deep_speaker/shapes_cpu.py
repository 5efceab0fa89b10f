"""The features of `models.deep_speaker.features` without torch, for one note, and the windows they are cut into."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.deep_speaker.filters import (
    FFT,
    FRAME,
    LEAST_DEVIATION,
    NOTHING,
    PRE_EMPHASIS,
    SHIFT,
    WINDOW,
    filters,
    frame_count,
)

_FILTERS: Final = filters()


def shapes(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Float32 [frames, 64]: over each frame the mean is 0 and the (biased) standard deviation 1.

    Args:
        samples: float32 [n] at 16 kHz, one at least.
    """
    emphasised = np.append(samples[:1], samples[1:] - np.float32(PRE_EMPHASIS) * samples[:-1])
    padded = np.zeros(FRAME + SHIFT * (frame_count(len(samples)) - 1), np.float32)
    padded[: len(samples)] = emphasised
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::SHIFT]
    power = np.square(np.abs(np.fft.rfft(frames, FFT))).astype(np.float32) / FFT
    energies = power @ _FILTERS
    energies = np.where(energies == 0, np.float32(NOTHING), energies)
    deviation = np.maximum(energies.std(axis=-1, keepdims=True), np.float32(LEAST_DEVIATION))
    return np.asarray((energies - energies.mean(axis=-1, keepdims=True)) / deviation, np.float32)


def windows(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """[frames, mels] → [windows, 160, mels], as `models.deep_speaker.encoder.windows`."""
    frames = len(features)
    if frames < WINDOW:
        return np.pad(features, ((0, WINDOW - frames), (0, 0)))[None]
    starts = [*range(0, frames - WINDOW, WINDOW), frames - WINDOW]
    return np.stack([features[start : start + WINDOW] for start in starts])
