"""The coherence of a note from one pass over it, for encoders that pool frames by mean and standard deviation.

Any stretch's embedding follows from sums over its frames, so every split can be tried at next to no cost, and each side
is heard as a whole. See `models.coherence` for what the figure means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.coherence import SHORTEST

_MOST_POINTS: Final = 25
_FINEST_STEP: Final = 0.24
"""Seconds between two places where a stretch may begin or end, in notes of up to 6 s; in longer ones a 24th of them."""


def coherence(
    frames: NDArray[np.float32], frame_rate: float, project: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> float:
    """The coherence from one pass over the note.

    Args:
        frames: [channels, frames], what the encoder pools.
        frame_rate: of these, per second.
        project: [n, 2 · channels] of means and standard deviations → [n, dimension], embeddings of any length.

    Returns:
        A cosine; NaN for a note that is too short to be divided.
    """
    count = frames.shape[1]
    least = round(SHORTEST * frame_rate)
    step = max(round(_FINEST_STEP * frame_rate), -(-count // (_MOST_POINTS - 1)))
    points = [*range(0, count, step), count]
    # A stretch at the end is the rest of one at the beginning.
    stretches = [
        (start, end)
        for start in range(len(points))
        for end in range(start, len(points))
        if points[end] - points[start] >= least
        and count - (points[end] - points[start]) >= least
        and not (start > 0 and points[end] == count)
    ]
    if not stretches:
        return float("nan")
    starts, ends = np.array(stretches).T
    # Sums of many squares: in half the digits, a variance near zero would be noise.
    pieces = np.add.reduceat(np.stack([frames, np.square(frames)]), points[:-1], axis=2, dtype=np.float64)
    sums = np.concatenate([np.zeros((*pieces.shape[:2], 1)), pieces.cumsum(axis=2)], axis=2)
    inside = sums[:, :, ends] - sums[:, :, starts]
    outside = sums[:, :, -1:] - inside
    lengths = np.diff(np.array(points)[np.stack([starts, ends])], axis=0)[0]
    one = project(statistics_of(inside, lengths))
    other = project(statistics_of(outside, count - lengths))
    cosines = np.sum(one * other, axis=1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
    return float(cosines.min())


def statistics(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """[channels, frames] → [2 · channels]: mean and unbiased standard deviation."""
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1, ddof=1)])


def statistics_of(sums: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
    """[2, channels, n] of sums and sums of squares → [n, 2 · channels]: mean, unbiased standard deviation.

    Args:
        lengths: [n], frames in each sum.
    """
    total, squares = sums
    mean = total / lengths
    variance = (squares - lengths * mean**2) / (lengths - 1)
    return np.concatenate([mean, np.sqrt(np.maximum(variance, 0))]).T.astype(np.float32)
