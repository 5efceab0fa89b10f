"""A note as a telephone line lets it through: 300 to 3400 Hz, and nothing beside."""

from __future__ import annotations

import numpy as np

from worker.audio.waveform import SAMPLE_RATE, Waveform

LOWEST, HIGHEST = 300.0, 3400.0
"""Hertz: what every telephone passes, and a headset on a call."""
_SLOPE = 100.0
"""Hertz over which the sound fades out on either side."""


def narrowed(waveform: Waveform) -> Waveform:
    """The same note through the band.

    Prints of such notes and the notes that are compared with them go through this alike, so that what a line left above
    the band, which depends on its codec, says nothing.
    """
    size = len(waveform.samples)
    if not size:
        return waveform
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    inside = np.minimum(hertz - LOWEST, HIGHEST - hertz) / _SLOPE
    passed = 0.5 - 0.5 * np.cos(np.pi * np.clip(inside + 1, 0, 1))
    heard = np.fft.irfft(np.fft.rfft(waveform.samples) * passed, size)
    return Waveform(np.asarray(heard, np.float32))
