"""Who speaks? An open-set decision over the class: pure functions, called by the worker."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollcall.gallery import Gallery
from rollcall.verdict import Reason, Verdict


@dataclass(frozen=True)
class Operating:
    """An encoder's operating point.

    Attributes:
        accept: cosine from which the claimed identity is accepted.
        unsure: cosine from which another note is asked for; below it the voice is someone else's.
        lead: how much the claimed identity must score above everyone else in the class.
        slope, offset: LLR = slope * cosine + offset (logistic calibration, natural logarithm).
    """

    accept: float
    unsure: float
    lead: float
    slope: float
    offset: float

    def confidence(self, cosine: float) -> float:
        """Posterior probability of the claim, at even prior odds."""
        return 1.0 / (1.0 + math.exp(-(self.slope * cosine + self.offset)))


OPERATING = {
    # Measured on students' own recordings (13 mixed conditions): with at least 2 s of speech these cuts accept
    # 99.8 % of owners at once and no classmate; calibration Cllr 0.10.
    "campplus": Operating(accept=0.55, unsure=0.40, lead=0.05, slope=38.4, offset=-14.4),
    # The test encoder hears long-term spectra only.
    "dummy": Operating(accept=0.90, unsure=0.80, lead=0.0, slope=40.0, offset=-34.0),
}

_CAUTIOUS = OPERATING["campplus"]


def operating_point(model: str) -> Operating:
    """The encoder's operating point; own weights of a known architecture share its point."""
    return OPERATING.get(model, _CAUTIOUS)


SURE_SPEECH_SECONDS = 2.0
"""From here on errors vanish; with less net speech a match must score `SHORT_MARGIN` more."""
SHORT_MARGIN = 0.05
"""Notes of 1 to 2 s: owners measure 0.65 and more (8 of 8 accepted), strangers 0.46 at most (2,450 trials)."""


@dataclass(frozen=True)
class Decision:
    """The verdict on a check-in, with what explains it."""

    verdict: Verdict
    reason: Reason
    score: float
    threshold: float
    runner_up: float | None
    confidence: float


def decide(
    embedding: NDArray[np.float32], gallery: Gallery, claimed: int, speech_seconds: float, point: Operating
) -> Decision:
    """Judge whether the account's owner speaks.

    Args:
        embedding: float32 [dimension], L2-normalised.
        gallery: the class's centroids; the claimed person is one of them.
        claimed: the account's owner.
        speech_seconds: net speech in the note.
        point: the encoder's operating point.

    Raises:
        KeyError: the claimed person is not in the gallery.
    """
    if claimed not in gallery.people:
        raise KeyError(claimed)
    scores = gallery.centroids @ embedding
    row = gallery.people.index(claimed)
    own = float(scores[row])
    others = np.delete(scores, row)
    runner_up = float(others.max()) if others.size else None
    lead = own - runner_up if runner_up is not None else math.inf

    accept = point.accept + (SHORT_MARGIN if speech_seconds < SURE_SPEECH_SECONDS else 0.0)

    if own >= accept and lead >= point.lead:
        verdict, reason = Verdict.ACCEPTED, Reason.MATCH
    elif runner_up is not None and runner_up >= point.accept and lead < 0:
        verdict, reason = Verdict.ANOTHER_VOICE, Reason.OTHER_VOICE
    elif own >= point.unsure and lead > -point.lead:
        verdict, reason = Verdict.UNSURE, Reason.UNSURE
    else:
        verdict, reason = Verdict.UNKNOWN, Reason.UNKNOWN_VOICE
    return Decision(verdict, reason, own, accept, runner_up, point.confidence(own))
