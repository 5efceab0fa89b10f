"""A voiceprint that follows its owner: small steps towards strong notes, and never far from what was enrolled.

Whoever could choose which way it goes would lead it to another voice. Two rules stand against that. A step is taken
only by a note that is plainly the owner's against the *enrolled* voiceprint too, not only against what has become of
it. And all steps together are bounded by an angle: half of that between the two cuts. A voice that was called
another's before lies beyond the lower cut; if every step led straight to it, it would still be only half-way to the
upper one. docs/accuracy.md says what that costs and saves.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.operating import Operating
from rollcall.domain.scoring import scores

_Voice = NDArray[np.float32]

STRONG = 0.10
"""So much more than the cut a note has to score."""
CLEAR = 0.15
"""So far a note has to be ahead of everybody else of the class."""
SPEECH_SECONDS = 3.0
"""Net speech that a note has to hold."""
WEIGHT = 0.15
"""Of a note in a step."""
SHARE = 0.5
"""Of the angle between the cuts, how far all steps together may lead."""
_HALVINGS = 20


def is_strong(score: float, cut: float, runner_up: float | None, speech_seconds: float) -> bool:
    """Whether what is known of an accepted note lets it take part in a renewal.

    Args:
        score: against the owner's present voiceprint, in the class.
        cut: from which on it was accepted there.
        runner_up: the highest score of anybody else; None in a class of one.
    """
    ahead = score - runner_up if runner_up is not None else math.inf
    return score >= cut + STRONG and ahead >= CLEAR and speech_seconds >= SPEECH_SECONDS


def alike(one: _Voice, other: _Voice, point: Operating) -> float:
    """How alike two voices are, each float32 [dimension], L2-normalised, as notes are scored where nobody else is."""
    return float(scores(one[None], other[None], point.cohort_mean)[0, 0])


def nearest(point: Operating) -> float:
    """How alike, at least, a renewed voiceprint is to the enrolled one."""
    return math.cos(SHARE * (math.acos(_cosine(point.unsure)) - math.acos(_cosine(point.accept))))


def step(enrolled: _Voice, present: _Voice, note: _Voice, point: Operating) -> _Voice | None:
    """The voiceprint after one more note; None where the note may not take part.

    Args:
        enrolled: the centroid of the enrolment, float32 [dimension], L2-normalised.
        present: what has become of it so far, likewise.
        note: an accepted note for which `is_strong` holds, likewise.
        point: the encoder's operating point.
    """
    strong = point.accept + STRONG
    if min(alike(note, enrolled, point), alike(note, present, point)) < strong:
        return None
    return bounded(enrolled, _between(present, note, WEIGHT), point)


def bounded(enrolled: _Voice, wanted: _Voice, point: Operating) -> _Voice:
    """What is wanted, drawn back towards the enrolled voiceprint as far as `nearest` asks for."""
    least = nearest(point)
    if alike(wanted, enrolled, point) >= least:
        return wanted
    too_far, near = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (too_far + near) / 2
        if alike(_between(wanted, enrolled, middle), enrolled, point) >= least:
            near = middle
        else:
            too_far = middle
    return _between(wanted, enrolled, near)


def _between(one: _Voice, other: _Voice, share: float) -> _Voice:
    """So much of the way from one to the other, L2-normalised."""
    mixed = (1.0 - share) * one + share * other
    return np.asarray(mixed / np.linalg.norm(mixed), np.float32)


def _cosine(score: float) -> float:
    return min(1.0, max(-1.0, score))
