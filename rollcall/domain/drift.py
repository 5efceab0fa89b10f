"""How a person's own score moves with the years: a trend from accepted notes, and when to invite a fresh enrolment.

Scores alone, no audio and no embeddings. The trend is Theil's and Sen's: the median of the slopes between pairs of
notes, which one bad morning in four does not move (Sen, "Estimates of the regression coefficient based on Kendall's
tau", 1968). Only notes that were sent alike are paired, for a file or a round video has another microphone and another
codec, and so another level: who changes from one to the other has not grown older by it.

Accepted notes are those at or above the cut, so the trend flattens the nearer it comes: it is looked at early.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import NormalDist, median

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.sent_as import SentAs

FEWEST = 12
"""Notes that a trend is told from."""
SPAN = 60.0
"""Days that they have to be spread over: a cold lasts a fortnight, a term's stress less than two months."""
LATE = 8
"""The last notes, whose median is the level of late."""
AHEAD = 90.0
"""Days: whoever is likely to be sent back within them is invited before."""
NEAR = 0.05
"""Of score above the cut: from there on single notes begin to fail."""
_SURE = NormalDist().inv_cdf(0.975)
_YEAR = 365.0
_TOGETHER = 1 / 86_400
"""Days: a second, and Telegram tells none shorter. Between two notes of one there is no slope."""


@dataclass(frozen=True)
class Heard:
    """An accepted note, by figures.

    Attributes:
        days: since the enrolment that it was compared with.
        score: of its sender's voiceprint.
        cut: from which on it was accepted.
        sent_as: the kind of message; None where nobody wrote it down.
    """

    days: float
    score: float
    cut: float
    sent_as: SentAs | None = None


@dataclass(frozen=True)
class Drift:
    """Where a person's score goes.

    Attributes:
        notes: that it was told from.
        days: between the first and the last of them.
        a_year: by how much the score changes in a year; None where no two notes were sent alike at different times.
        at_most: the same, at the upper end of its 95 % interval.
        late: the median score of late.
        cut: the median cut of late.
    """

    notes: int
    days: float
    a_year: float | None
    at_most: float | None
    late: float
    cut: float

    @property
    def falls(self) -> bool:
        """Whether the score falls, chance aside."""
        return self.at_most is not None and self.at_most < 0

    @property
    def ahead(self) -> float:
        """The score to expect `AHEAD` days from the last note."""
        return self.late + (self.a_year or 0.0) * AHEAD / _YEAR


def drift(notes: Sequence[Heard]) -> Drift | None:
    """The trend of one person's accepted notes against one enrolment; None for none.

    Args:
        notes: in any order; telephone notes, which are scored on another scale, left out.
    """
    if not notes:
        return None
    ordered = sorted(notes, key=lambda note: note.days)
    late = ordered[-LATE:]
    slopes, spread = _slopes(ordered)
    a_year, at_most = _middle_and_top(slopes, spread)
    return Drift(
        notes=len(ordered),
        days=ordered[-1].days - ordered[0].days,
        a_year=a_year,
        at_most=at_most,
        late=median(note.score for note in late),
        cut=median(note.cut for note in late),
    )


def wants_fresh(found: Drift) -> bool:
    """Whether to invite a fresh enrolment: the score falls, and will soon be where notes begin to fail."""
    enough = found.notes >= FEWEST and found.days >= SPAN
    return enough and found.falls and found.ahead < found.cut + NEAR


def _slopes(ordered: Sequence[Heard]) -> tuple[NDArray[np.float64], float]:
    """Every slope between two notes that were sent alike, in a year, sorted; the spread of Kendall's S among them."""
    found, variance = [], 0.0
    for _, some in groupby(sorted(ordered, key=_kind), key=_kind):
        own = list(some)
        days, score = np.array([note.days for note in own]), np.array([note.score for note in own])
        first, second = np.triu_indices(len(own), 1)
        apart = days[second] - days[first]
        paired = apart > _TOGETHER
        found.append(_YEAR * (score[second] - score[first])[paired] / apart[paired])
        variance += len(own) * (len(own) - 1) * (2 * len(own) + 5) / 18
    return np.sort(np.concatenate(found)), math.sqrt(variance)


def _middle_and_top(slopes: NDArray[np.float64], spread: float) -> tuple[float | None, float | None]:
    """The median slope, and that at the upper end of the interval, by the normal approximation of Kendall's S."""
    if not len(slopes):
        return None, None
    top = math.ceil((len(slopes) + _SURE * spread) / 2)
    return float(np.median(slopes)), float(slopes[top]) if top < len(slopes) else math.inf


def _kind(note: Heard) -> str:
    return note.sent_as or ""
