"""Is an enrolment's note one person's alone, or two laid over each other or taking turns?

Stricter than `models.coherence`, which every note has to pass: a voiceprint of two opens the door to both for good. Two
witnesses are heard. One network says how much of the speech is two speakers' at once; it knows overlaid voices. The
encoder says how near to the whole note its stretches are, each heard by itself; it knows turns.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings, Encoder
from models.errors import ModelError
from models.segmentation import Segmentation
from rollcall.errors import Unavailable
from rollcall.settings import load_settings
from worker.waveform import SAMPLE_RATE, Waveform

_log = logging.getLogger(__name__)

_STRETCH: Final = round(0.8 * SAMPLE_RATE)
_FEWEST, _MOST = 3, 10
"""Stretches that are heard by themselves: with two, one odd word would decide; more cost more than they tell."""
_AGAIN_AFTER: Final = 60.0
"""Seconds: a note must not wait for a fetch that has just failed."""
_LITTLE: Final = 0.005
"""Shares below this differ by nothing that matters: it is added before the logarithm."""


@dataclass(frozen=True)
class Weighing:
    """How the witnesses are put together: log-odds that two people speak, at even prior odds.

    Attributes:
        together: of the logarithm of the share of speech that is two speakers' at once.
        near: of the mean cosine between a stretch and the whole note.
        most: from these log-odds on, a note of an enrolment is not taken.
        most_of_three: likewise of the mean of three notes. One word can mislead both witnesses, three sentences seldom.
    """

    offset: float
    together: float
    near: float
    most: float
    most_of_three: float

    def odds(self, together: float, near: float) -> float:
        """Log-odds, natural logarithm."""
        return self.offset + self.together * float(np.log(together + _LITTLE)) + self.near * near

    def doubt(self, together: float, near: float = 0.0) -> float:
        """The same on the scale of `rollcall.enrolment`: 1 is the most for a note, 0 the most for the mean of three."""
        return (self.odds(together, near) - self.most_of_three) / (self.most - self.most_of_three)


_BY_COMPANY: Final = Weighing(offset=0.0, together=1.0, near=0.0, most=-0.72, most_of_three=-1.3)
"""Where there is no other witness, and above what the other says: shares of a half and a quarter. Of honest people's
notes 0.15 is the most, of one buzzing synthetic voice that speaks slowly 0.36; of two synthetic ones laid over each
other nine in ten have more than 0.5."""
_MEASURED: Final = {
    # CAM++, by the beginning of the weights' hash; docs/accuracy.md says on what.
    "92f29b94e6948786": Weighing(offset=32.8, together=1.79, near=-43.6, most=4.5, most_of_three=1.05),
}


class Chaperon:
    """Sees to it that whoever enrols is alone. May be used from several threads at once, as far as the encoder may."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._weighing = _MEASURED.get(encoder.weight_hash[:16])
        self._segmentation: Segmentation | None = None
        self._loading = threading.Lock()
        self._next_try = float("-inf")
        # Whoever is enrolled checks in without it all the same; after an upgrade there may be no way to fetch it yet.
        with suppress(Unavailable):
            self._load()

    def together(self, waveform: Waveform) -> float:
        """The share of a note's speech, its long silences left out, that is two speakers' at once: in [0, 1].

        Raises:
            Unavailable: the network that tells speakers apart cannot be had.
        """
        return self._load().together(waveform.samples)

    def _load(self) -> Segmentation:
        with self._loading:
            if self._segmentation is None:
                if time.monotonic() < self._next_try:
                    raise Unavailable("the segmentation of speakers is not here yet")
                try:
                    self._segmentation = Segmentation(load_settings().models_dir)
                except ModelError as error:
                    self._next_try = time.monotonic() + _AGAIN_AFTER
                    _log.error("nobody can enrol until it is here, all others check in", extra={"why": str(error)})
                    raise Unavailable(str(error)) from error
            return self._segmentation

    def doubt(self, waveform: Waveform, embedding: NDArray[np.float32], together: float) -> float:
        """Whether two people speak, on the scale of `rollcall.enrolment`.

        Args:
            embedding: the whole note's, float32 [dimension], L2-normalised.
        """
        company = _BY_COMPANY.doubt(together)
        stretches = self._stretches(waveform)
        if len(stretches) < _FEWEST or self._weighing is None:
            return company
        # Two voices that blend well, as a synthesiser's do, are near to each other and still two.
        return max(company, self._weighing.doubt(together, float((stretches @ embedding).mean())))

    def _stretches(self, waveform: Waveform) -> Embeddings:
        """Stretches of the note, evenly spread, each embedded by itself; none where they tell nothing."""
        count = min(len(waveform.samples) // _STRETCH, _MOST)
        if count < _FEWEST or self._weighing is None:
            return np.empty((0, self._encoder.dimension), np.float32)
        starts = np.linspace(0, len(waveform.samples) - _STRETCH, count).astype(int)
        rows = self._encoder.embed([waveform.samples[start : start + _STRETCH] for start in starts])
        return rows[np.isfinite(rows).all(axis=1)]
