"""A recogniser for tests only: no weights, a millisecond a note. It understands whistles, and no speech.

Digits are whistled: a quarter of a second at 5000 Hz for a nought, 187.5 Hz higher for each one more
(`sandbox.saying.saying`). So a test that is about what becomes of a challenge needs neither weights nor luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.recogniser.reading import Samples

NAME: Final = "dummy"
_RATE: Final = 16_000
_FFT: Final = 1024
_HOP: Final = 256
_WHISTLES_HZ: Final = 5000.0 + 187.5 * np.arange(10)
_ABOVE_SPEECH: Final = 25.0
"""How much stronger a whistle is than the band around it: speech's own harmonics are no more, or not for long."""
_SHORTEST: Final = 6
"""Frames of 16 ms."""
_SURE, _NEVER = 0.0, -60.0
_SWALLOWED = -7.0
"""Neither one nor the other: between the two cuts of the recogniser for people, whose card both are judged by."""


class Whistled:
    """The `Reading` of whistles.

    What is whistled is certain; a number of which one digit was left out may have been meant; others are impossible.
    """

    def __init__(self, digits: Sequence[str]) -> None:
        self.text = " ".join(digits)

    def likelihoods(self, start: int, continuations: Sequence[str]) -> list[float]:
        """See `Reading.likelihoods`."""
        heard = _digits(self.text[start:])
        return [_likelihood(_digits(one), heard) for one in continuations]


class Dummy:
    """The `Recogniser` that tests use."""

    name = NAME

    def read(self, samples: Samples, _language: str) -> Whistled:
        """See `Recogniser.read`."""
        return Whistled(_whistled(samples))


def _likelihood(said: Sequence[str], heard: Sequence[str]) -> float:
    if said == heard:
        return _SURE
    without_one = [[*said[:place], *said[place + 1 :]] for place in range(len(said))]
    return _SWALLOWED if len(heard) > 1 and heard in without_one else _NEVER


def _digits(text: str) -> list[str]:
    return [letter for letter in text if letter.isdigit()]


def _whistled(samples: Samples) -> list[str]:
    if len(samples) < _FFT:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP] * np.hanning(_FFT).astype(np.float32)
    power: NDArray[np.float64] = np.abs(np.fft.rfft(frames)) ** 2
    bins = np.rint(_WHISTLES_HZ * _FFT / _RATE).astype(int)
    found = power[:, bins]
    band = power[:, bins[0] - 4 : bins[-1] + 5].mean(axis=1) + 1e-12
    best = found.argmax(axis=1)
    certain = found.max(axis=1) / band > _ABOVE_SPEECH
    said = np.where(certain, best, -1)
    runs = [digit for digit, run in groupby(said.tolist()) if digit >= 0 and len(list(run)) >= _SHORTEST]
    # A whistle may break off for a moment; no challenge says a digit twice in a row.
    return [str(digit) for digit, _ in groupby(runs)]
