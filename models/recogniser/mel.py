"""Whisper's log-mel spectrogram, in numpy alone.

As in its paper and its published code (https://github.com/openai/whisper): 80 bands on Slaney's mel scale, each of one
area, frames of 25 ms every 10 ms, and everything more than eight decades below the loudest levelled.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
HOP: Final = 160
BANDS: Final = 80
_FFT: Final = 400
_FLOOR: Final = 1e-10
_DECADES: Final = 8.0

# Slaney's scale is straight up to 1000 Hz, at three mels for 200 Hz, and logarithmic from there.
_MEL_HZ: Final = 200 / 3
_LOG_FROM_HZ: Final = 1000.0
_LOG_STEP: Final = np.log(6.4) / 27

Array = NDArray[np.float32]


def log_mel(samples: Array, seconds: int) -> Array:
    """Float32 [80, 100 * seconds].

    Args:
        samples: float32 [n] at 16 kHz; what comes after the window is left out, what lacks is silence.
        seconds: of the window.
    """
    length = seconds * RATE
    padded = np.zeros(length + _FFT, np.float32)
    kept = samples[:length]
    padded[_FFT // 2 : _FFT // 2 + len(kept)] = kept
    padded[: _FFT // 2] = padded[_FFT : _FFT // 2 : -1]  # a mirror before the beginning, as there
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[:length:HOP]
    products, filters = _tables()
    parts = frames @ products
    parts *= parts
    power = parts[:, : _FFT // 2 + 1] + parts[:, _FFT // 2 + 1 :]
    bands = np.log10(np.maximum(power @ filters, np.float32(_FLOOR)))
    levelled = np.maximum(bands, bands.max() - np.float32(_DECADES))
    return np.ascontiguousarray(((levelled + 4) / 4).T, np.float32)


@cache
def _tables() -> tuple[Array, Array]:
    """[400, 402], a Hann window and the real and imaginary parts of its transform; [201, 80], the bands."""
    time = np.arange(_FFT)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * time / _FFT)
    angle = 2 * np.pi * np.outer(time, np.arange(_FFT // 2 + 1)) / _FFT
    products = window[:, None] * np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    return products.astype(np.float32), _bands()


def _bands() -> Array:
    edges = _hertz(np.linspace(0, _mel(np.array(RATE / 2)), BANDS + 2))
    bins = np.arange(_FFT // 2 + 1)[:, None] * RATE / _FFT
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)).clip(min=0)
    return np.asarray(triangles * 2 / (right - left), np.float32)


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = np.log(np.maximum(hertz, _LOG_FROM_HZ) / _LOG_FROM_HZ) / _LOG_STEP
    return np.asarray(np.minimum(hertz, _LOG_FROM_HZ) / _MEL_HZ + above)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    straight = _LOG_FROM_HZ / _MEL_HZ
    return np.asarray(np.minimum(mel, straight) * _MEL_HZ * np.exp(np.maximum(mel - straight, 0) * _LOG_STEP))
