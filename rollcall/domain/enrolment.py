"""Do the notes of an enrolment belong together, and to one person? Pure rules, applied in the bot's transaction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.operating import Operating
from rollcall.domain.scoring import scores
from rollcall.domain.voiceprint import NOTES, centroid

DOUBT = "doubt"
"""The fact about a note that says whether two people speak in it, laid over each other or taking turns;
`worker.audio.blend` measures it, in units that make the same two limits hold for every encoder."""
MOST_DOUBT = 1.0
"""A note with so much is not taken."""
MOST_DOUBT_OF_THREE = 0.0
"""Three notes with so much on average make no voiceprint: what one note leaves open, three tell."""
SHORTEST = 1.5
"""Seconds of net speech that make one note of an enrolment, pauses left out: about 2.5 s of recording.

A recording with less counts together with the next one."""


def whole_notes(seconds: Sequence[float]) -> list[slice]:
    """Which recordings make up each whole note of an enrolment so far.

    Whoever speaks briefly would otherwise be sent back for ever. What is left at the end waits for another recording.

    Args:
        seconds: of net speech in each recording, in the order in which they came.
    """
    found, begun, heard = [], 0, 0.0
    for place, one in enumerate(seconds, start=1):
        heard += one
        if heard >= SHORTEST:
            found.append(slice(begun, place))
            begun, heard = place, 0.0
    return found


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


def of_two_people(doubts: Sequence[float]) -> bool:
    """Whether all the notes of an enrolment together are rather two people's than one's.

    Args:
        doubts: of each note, as far as it was measured.
    """
    return len(doubts) >= NOTES and float(np.mean(doubts)) >= MOST_DOUBT_OF_THREE
