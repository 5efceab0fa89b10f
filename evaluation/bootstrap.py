"""How far a figure may be trusted: trials of one speaker are alike, so speakers are drawn anew, not trials."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evaluation.trials import Trials

Statistic = Callable[[NDArray[np.floating], NDArray[np.floating]], float]
"""A figure of target scores, float [n], and non-target scores, float [m]: `metrics.eer`, for one."""


def interval(
    statistic: Statistic, trials: Trials, draws: int = 200, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """The percentile interval of a figure over bootstrap draws of the claimed speakers.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13. Only claimed speakers are drawn; the voices
    that make false claims stay as they are, so for non-targets the interval is a little too narrow.

    Returns:
        The low and the high end that hold a share ``level`` of the draws, in the statistic's own unit.
    """
    if not 0 < level < 1 or draws < 1:
        raise ValueError("an interval needs a level between 0 and 1 and at least one draw")
    rng = np.random.default_rng(seed)
    drawn = (trials.resampled(rng) for _ in range(draws))
    figures = [statistic(sample.target, sample.nontarget) for sample in drawn]
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
