"""Embeddings of any set of frames from sums over them, for encoders that pool by mean and standard deviation.

So a note is divided in hundreds of ways at the price of one pass: `models.stretches` and `models.turns`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Project = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""[n, 2 · channels] of means and standard deviations → [n, dimension], embeddings of any length."""


def statistics(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """[channels, frames] → [2 · channels]: mean and unbiased standard deviation."""
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1, ddof=1)])


def powers(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """[channels, frames] → [2, channels, frames]: what is to be summed, each value and its square.

    Of many squares in half the digits a variance near zero would be noise.
    """
    wide = frames.astype(np.float64)
    return np.stack([wide, np.square(wide)])


def likeness(
    inside: NDArray[np.float64],
    total: NDArray[np.float64],
    lengths: NDArray[np.int64],
    count: int,
    project: Project,
) -> NDArray[np.float32]:
    """The cosines between some frames of a note and all its other ones, for n choices of frames: [n].

    Args:
        inside: [2, channels, n], sums of `powers` over the chosen frames.
        total: [2, channels], likewise over all.
        lengths: [n], how many are chosen.
        count: of all frames.
    """
    one = project(_statistics_of(inside, lengths))
    other = project(_statistics_of(total[..., None] - inside, count - lengths))
    cosines = np.sum(one * other, axis=1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
    return np.asarray(cosines, np.float32)


def _statistics_of(sums: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
    """[2, channels, n] of sums and sums of squares → [n, 2 · channels]: mean, unbiased standard deviation."""
    first, squares = sums
    mean = first / lengths
    variance = (squares - lengths * mean**2) / (lengths - 1)
    return np.concatenate([mean, np.sqrt(np.maximum(variance, 0))]).T.astype(np.float32)
