"""Do the notes of an enrolment belong together? A pure rule, applied where the notes meet: in the bot's transaction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rollcall.operating import Operating
from rollcall.scoring import scores
from rollcall.voiceprint import centroid


def differs_from_before(
    embedding: NDArray[np.float32], before: Sequence[NDArray[np.float32]], point: Operating
) -> bool:
    """Whether a note is in another voice than the notes before it: those must not blend into one centroid.

    Args:
        embedding: float32 [dimension], L2-normalised.
        before: the good notes so far, likewise.
        point: the encoder's operating point.
    """
    if not before:
        return False
    # Midway between the cuts. A nervous first recording is no crime; a friend's voice among the three would open the
    # door to the friend for good. Single notes of one dev speaker agree at 0.36 and more (0.5 % below 0.39), those of
    # two at 0.36 at most.
    agree = (point.unsure + point.accept) / 2
    return float(scores(embedding[None], centroid(before)[None], point.cohort_mean)[0, 0]) < agree


def is_another_voice(new: NDArray[np.float32], old: NDArray[np.float32], point: Operating) -> bool:
    """Whether an enrolment is in another voice than the one before: then a teacher has to stand for it.

    Args:
        new, old: the centroids of the two, float32 [dimension], L2-normalised.
        point: the encoder's operating point.
    """
    # What passes here would mostly pass at check-in as well. docs/accuracy.md says how often either errs.
    return float(scores(new[None], old[None], point.cohort_mean)[0, 0]) < point.accept
