"""An audio fingerprint that survives re-encoding, trimming and volume: sign bits of band-energy differences.

Haitsma & Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002; with longer frames and a higher band, for
speech through Opus.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rollcall.fingerprint import FRAMES_A_SECOND
from worker.waveform import SAMPLE_RATE, Waveform

_WINDOW = 4096
"""Samples, 256 ms: long against the step, so that a copy trimmed anywhere still lines up."""
_STEP = SAMPLE_RATE // FRAMES_A_SECOND
_BANDS = 33
_LOWEST, _HIGHEST = 300.0, 3400.0
_HANN = np.hanning(_WINDOW).astype(np.float32)


def fingerprint(waveform: Waveform) -> bytes:
    """32 bits for each 40 ms, little-endian; empty for a note shorter than a window and a step."""
    samples = waveform.samples
    if len(samples) < _WINDOW + _STEP:
        return b""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_STEP]
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)) ** 2
    energy = np.add.reduceat(power, _band_starts(), axis=1)[:, :_BANDS]
    between_bands = np.diff(np.log(energy + 1e-10), axis=1)
    bits = np.diff(between_bands, axis=0) > 0
    return np.packbits(bits, axis=1, bitorder="little").tobytes()


def _band_starts() -> NDArray[np.intp]:
    """First spectrum bin of each band, logarithmically spaced, and where the last one ends."""
    edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1)
    return np.round(edges * _WINDOW / SAMPLE_RATE).astype(np.intp)
