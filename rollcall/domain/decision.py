"""Who speaks? An open-set decision over the class: pure functions, called by the worker."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import Operating
from rollcall.domain.verdict import Reason, Verdict

SURE_SPEECH_SECONDS = 2.0
"""From here on errors vanish; with less net speech a match must score `SHORT_MARGIN` more."""
SHORT_MARGIN = 0.05


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

    The claim is the prior: the owner's score alone must reach the cut. The rest of the class has a say twice: through
    its mean, and because nobody else may score as high.

    Args:
        embedding: float32 [dimension], L2-normalised.
        gallery: the class's centroids; the claimed person is one of them.
        claimed: the account's owner.
        speech_seconds: net speech in the note.
        point: the encoder's operating point; the class's own recalibration is added here.

    Raises:
        KeyError: the claimed person is not in the gallery.
    """
    row = gallery.places[claimed]
    point = point.stricter(gallery.raised)
    against = gallery.scores(embedding, point.cohort_mean, point.whitening)
    own = float(against[row])
    against[row] = -np.inf
    runner_up = float(against.max()) if len(against) > 1 else None
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
