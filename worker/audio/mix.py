"""What a voice must be freed of before it is judged: channels that cancel each other, an offset, rumble."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.audio.waveform import SAMPLE_RATE

_CANCELLED = 0.5
"""Of the power that the sum of unrelated channels has: below it they work against each other."""

_BLOCK = 1280
"""Samples, 80 ms."""
_SLOW = (np.hanning(_BLOCK) / np.hanning(_BLOCK).sum()).astype(np.float32)
"""Weights that leave of a block what is slower than 25 Hz."""
_RUMBLE_SHARE = 1e-3
"""Of the whole power: 30 dB below it rumble hides nothing."""
_NOTHING_BELOW, _ALL_ABOVE = 25.0, 60.0
"""Hz; the deepest voices begin at 70."""


def mixed(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """One channel, as loud at its peak as the loudest of those given.

    Channels in opposite phase (one wire of a microphone turned round) would cancel: then it is the strongest one.

    Args:
        channels: float32 [n, channels].
    """
    if channels.shape[1] == 1 or not len(channels):
        return channels[:, 0]
    mean = channels.mean(axis=1)
    # Without the offset each channel may have, which is no sound.
    powers = channels.var(axis=0)
    if mean.var() < _CANCELLED * powers.sum() / channels.shape[1] ** 2:
        return np.ascontiguousarray(channels[:, powers.argmax()])
    peak = np.abs(mean).max()
    return np.asarray(mean * (np.abs(channels).max() / peak) if peak > 0 else mean, np.float32)


def delayed(samples: NDArray[np.float32], by: float) -> NDArray[np.float32]:
    """The sound later by a part of a sample."""
    if not len(samples) or not by:
        return samples
    turned = np.fft.rfft(samples) * np.exp(-2j * np.pi * by * np.fft.rfftfreq(len(samples))).astype(np.complex64)
    return np.asarray(np.fft.irfft(turned, len(samples)), np.float32)


def without_rumble(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sound without an offset and what lies below every voice, where there is enough of it to weigh.

    Args:
        samples: float32 [n], 16 kHz.
    """
    count = len(samples) // _BLOCK
    low = samples[: count * _BLOCK].reshape(count, _BLOCK) @ _SLOW
    if not count or np.mean(low**2) < _RUMBLE_SHARE * np.mean(samples**2):
        return samples
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum *= np.clip((hertz - _NOTHING_BELOW) / (_ALL_ABOVE - _NOTHING_BELOW), 0, 1).astype(np.float32)
    return np.clip(np.asarray(np.fft.irfft(spectrum, len(samples)), np.float32), -1.0, 1.0)
