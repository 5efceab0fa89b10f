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
    # The lower cut: a nervous first recording is no crime, and two good notes pull the centroid right.
    return float(scores(embedding[None], centroid(before)[None], point.cohort_mean)[0, 0]) < point.unsure
