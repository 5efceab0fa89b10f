"""What a cheat may do to an old note so that it is not the same any more. Float32 [n] at 16 kHz in and out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluation.degrade import reverb, white_noise
from evaluation.rates import Samples
from worker.audio.waveform import SAMPLE_RATE

_JOINT = SAMPLE_RATE // 100
"""Samples over which pieces are faded into each other, as an editor does."""
_LOUDSPEAKER = (250.0, 6000.0)
"""Hz: what a telephone's loudspeaker plays."""


def backwards(samples: Samples) -> Samples:
    """The end first."""
    return samples[::-1].copy()


def over_the_air(samples: Samples, rng: np.random.Generator) -> Samples:
    """Played by a small loudspeaker in a room and recorded again, with a little noise."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    low, high = _LOUDSPEAKER
    spectrum *= (frequency / low) ** 2 / (1 + (frequency / low) ** 2) / (1 + (frequency / high) ** 4)
    played = np.fft.irfft(spectrum, len(samples)).astype(np.float32)
    return white_noise(reverb(played, (), 0.3, 5.0, rng), (), 25, rng)


def pieces(sources: Sequence[Samples], seconds: float, rng: np.random.Generator) -> Samples:
    """A piece of so many seconds from a random place of each of the sources, one after the other."""
    size = round(seconds * SAMPLE_RATE)
    joined = np.zeros(0, np.float32)
    fade = np.linspace(0, 1, _JOINT, dtype=np.float32)
    for source in sources:
        start = int(rng.integers(0, max(1, len(source) - size)))
        piece = source[start : start + size].copy()
        if len(joined) and len(piece) > _JOINT:
            joined[-_JOINT:] = joined[-_JOINT:] * (1 - fade) + piece[:_JOINT] * fade
            piece = piece[_JOINT:]
        joined = np.concatenate((joined, piece))
    return joined
