"""Is an enrolment's note one person's alone, or two laid over each other or taking turns?

Stricter than `models.coherence`, which every note has to pass: a voiceprint of two opens the door to both for good. Two
witnesses are heard. One network says how much of the speech is two speakers' at once; it knows overlaid voices. The
encoder says how alike every other turn is to the turns in between, for turns of every length (`models.turns`).
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np

from models import segmentation
from models.encoder import Encoder, HearsTurns
from models.errors import ModelError
from models.segmentation import Segmentation
from models.turns import LONGEST
from rollcall.config.settings import load_settings
from rollcall.errors import Unavailable
from worker.audio.waveform import SAMPLE_RATE, Waveform

_log = logging.getLogger(__name__)

_AGAIN_AFTER: Final = 60.0
"""Seconds: a note must not wait for a fetch that has just failed."""
_MOST_SURPRISE: Final = 8.0
_LITTLE: Final = 0.005
"""Shares below this differ by nothing that matters: it is added before the logarithm."""


@dataclass(frozen=True)
class OnePerson:
    """What turns agree to where one person speaks, by the seconds of speech: the longer, the more alike.

    Attributes:
        mean: cosine at one second, and what each factor e of the length adds to it.
        spread: logarithm of the standard deviation, likewise.
    """

    mean: tuple[float, float]
    spread: tuple[float, float]

    def surprise(self, agreement: float, seconds: float) -> float:
        """By how many standard deviations an agreement is below what one person's is; beyond eight all are alike."""
        length = float(np.log(seconds))
        expected = self.mean[0] + self.mean[1] * length
        return min(_MOST_SURPRISE, (expected - agreement) / float(np.exp(self.spread[0] + self.spread[1] * length)))


@dataclass(frozen=True)
class Weighing:
    """How the witnesses are put together: log-odds that two people speak, at even prior odds.

    Attributes:
        together: of the logarithm of the share of speech that is two speakers' at once.
        turns: of the surprise about the turns.
        most: from these log-odds on, a note of an enrolment is not taken.
        most_of_three: likewise of the mean of three notes. One word can mislead both witnesses, three sentences seldom.
    """

    offset: float
    together: float
    turns: float
    most: float
    most_of_three: float

    def odds(self, together: float, surprise: float) -> float:
        """Log-odds, natural logarithm."""
        return self.offset + self.together * float(np.log(together + _LITTLE)) + self.turns * surprise

    def doubt(self, together: float, surprise: float = 0.0) -> float:
        """The same as `rollcall.domain.enrolment` counts it: 1 is the most for a note, 0 for three together."""
        return (self.odds(together, surprise) - self.most_of_three) / (self.most - self.most_of_three)


_BY_COMPANY: Final = Weighing(**segmentation.CARD.weighing)
"""Where there is no other witness, and above what the other says."""


class Chaperon:
    """Sees to it that whoever enrols is alone. May be used from several threads at once, as far as the encoder may."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._measured = _measured(encoder)
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

    def doubt(self, sent: Waveform, speech: Waveform, together: float) -> float:
        """Whether two people speak, on the scale of `rollcall.domain.enrolment`.

        Args:
            sent: the note as it came.
            speech: the same, its long silences left out.
        """
        company = _BY_COMPANY.doubt(together)
        if self._measured is None or not isinstance(self._encoder, HearsTurns):
            return company
        one_person, weighing = self._measured
        # Whoever joins two voices does so before or after the silences are gone.
        heard = [speech] if len(sent.samples) == len(speech.samples) else [speech, sent]
        agreement = min(self._encoder.turns(one.samples) for one in heard)
        if not np.isfinite(agreement):
            return company
        seconds = min(len(speech.samples) / SAMPLE_RATE, LONGEST)  # what is not heard makes nobody agree more
        # Two voices that blend well, as a synthesiser's do, are near to each other and still two.
        return max(company, weighing.doubt(together, one_person.surprise(agreement, seconds)))


def _measured(encoder: Encoder) -> tuple[OnePerson, Weighing] | None:
    """What the encoder's card says of turns, where it was measured with these weights."""
    card = encoder.card
    if not card.one_person or encoder.weight_hash != card.sha256:
        return None
    (mean, more), (spread, wider) = card.one_person["mean"], card.one_person["spread"]
    return OnePerson((mean, more), (spread, wider)), Weighing(**card.weighing)
