"""The coherence of a note from one pass over it, for encoders that pool frames by mean and standard deviation.

Any stretch's embedding follows from sums over its frames, so every split can be tried at next to no cost, and each side
is heard as a whole. See `models.coherence` for what the figure means.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.coherence import SHORTEST
from models.pooling import Project, likeness, powers

_MOST_POINTS: Final = 25
_FINEST_STEP: Final = 0.24
"""Seconds between two places where a stretch may begin or end, in notes of up to 6 s; in longer ones a 24th of them."""


def coherence(frames: NDArray[np.float32], frame_rate: float, project: Project) -> float:
    """The coherence from one pass over the note.

    Args:
        frames: [channels, frames], what the encoder pools.
        frame_rate: of these, per second.

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
    pieces = np.add.reduceat(powers(frames), points[:-1], axis=2)
    sums = np.concatenate([np.zeros((*pieces.shape[:2], 1)), pieces.cumsum(axis=2)], axis=2)
    inside = sums[:, :, ends] - sums[:, :, starts]
    lengths = np.diff(np.array(points)[np.stack([starts, ends])], axis=0)[0]
    return float(likeness(inside, sums[:, :, -1], lengths, count, project).min())
