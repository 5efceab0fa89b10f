"""Operating points: where each encoder's scores mean yes, perhaps and no, and how a score becomes a probability.

Cuts follow from the calibration: a score's log-likelihood ratio (LLR) tells how much likelier it is from the owner than
from someone else, and among other people's notes an LLR above ln(1/r) has a share of at most r. So the accept cut for a
target false accept rate r is where the LLR reaches ln(1/r). `evaluation.calibration` fits the line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rollcall.errors import UnknownEncoder

FALSE_ACCEPTS = 0.001
"""Target false accept rate: of a thousand notes by someone else, at most one is taken for the account's owner."""
_Score = TypeVar("_Score", float, NDArray[np.floating])
_UNSURE_LLR = math.log(1.0)


@dataclass(frozen=True)
class Operating:
    """An encoder's operating point, for scores as in `rollcall.domain.scoring`.

    Attributes:
        slope, offset: LLR = slope * score + offset (logistic calibration, natural logarithm).
        lead: how much the claimed identity must score above everyone else in the class.
        accept: score from which the claimed identity is accepted.
        unsure: score from which another note is asked for; below it the voice is someone else's.
        cohort_mean: float32 [dimension]; None where none was measured.
        measured: whether the figures were measured with these weights.
    """

    slope: float
    offset: float
    lead: float
    accept: float
    unsure: float
    cohort_mean: NDArray[np.float32] | None = field(default=None, compare=False)
    measured: bool = False

    def llr(self, score: _Score) -> _Score:
        """Log-likelihood ratio of "the owner speaks" against "someone else speaks"."""
        return self.slope * score + self.offset

    def confidence(self, score: float) -> float:
        """Posterior probability in [0, 1] that the owner speaks, at even prior odds."""
        # Half the ratio's tanh is the logistic function, and cannot overflow.
        return 0.5 * (1.0 + math.tanh(self.llr(score) / 2.0))

    def score_at(self, llr: float) -> float:
        """The score with this log-likelihood ratio."""
        return (llr - self.offset) / self.slope

    def stricter(self, by: float) -> Operating:
        """The same point with every cut, and the calibration's line, moved up by some score."""
        return replace(self, accept=self.accept + by, unsure=self.unsure + by, offset=self.offset - self.slope * by)


def operating_point(model: str, weight_hash: str) -> Operating:
    """The shipped operating point of an encoder with these weights.

    Args:
        model: the encoder's name.
        weight_hash: SHA-256 of the weights, hexadecimal. Weights that nobody measured get their architecture's point
            for plain cosines, for a cohort mean belongs to the weights that made it.

    Raises:
        UnknownEncoder: another architecture. Its scores lie elsewhere, and no other's cuts may stand in.
    """
    for weights, point in _MEASURED.items():
        if weight_hash.startswith(weights):
            return replace(point, cohort_mean=_cohort_mean(weights))
    if model not in _ESTIMATED:
        raise UnknownEncoder(
            f"nobody has measured where the scores of the encoder {model!r} mean yes: run python -m "
            "evaluation.calibration on recordings of your own and put the line into rollcall/domain/operating.py"
        )
    return _ESTIMATED[model]


def _point(slope: float, offset: float, lead: float = 0.05, *, measured: bool = False) -> Operating:
    line = Operating(slope, offset, lead, 0.0, 0.0, measured=measured)
    return replace(line, accept=line.score_at(math.log(1.0 / FALSE_ACCEPTS)), unsure=line.score_at(_UNSURE_LLR))


_MEASURED = {
    # `campplus` of models/weights.toml, fitted by `python -m evaluation.calibration`; docs/accuracy.md says on what.
    "92f29b94e6948786": _point(36.5, -9.5, measured=True),
    # `ecapa`, likewise, on half as many conditions.
    "0575cb64845e6b9a": _point(28.0, -5.1, measured=True),
}

# For plain cosines.
_ESTIMATED = {
    "campplus": _point(38.4, -14.4),
    # From the published score distributions.
    "ecapa": _point(30.0, -8.0),
    "rescnn": _point(27.0, -12.0),
    # The test encoder hears long-term spectra only, and those of all voices are much alike.
    "dummy": replace(_point(40.0, -34.0, lead=0.0), accept=0.90, unsure=0.80),
}


@cache
def _cohort_mean(weights: str) -> NDArray[np.float32]:
    with (resources.files("rollcall") / "cohorts" / f"{weights}.npy").open("rb") as file:
        mean: NDArray[np.float32] = np.load(file, allow_pickle=False)
    mean.setflags(write=False)
    return mean
