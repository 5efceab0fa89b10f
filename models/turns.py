"""Do two people take turns in a note? What is heard in every other turn against what is heard in between.

For encoders that pool frames by mean and standard deviation: an embedding of any set of frames follows from sums over
them, so turns of every length, beginning at any time, can be tried from one pass. One person's halves sound alike
however a note is divided; of two people who take turns, one division has each of them alone. See `worker.audio.blend`
for what one person's come to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.pooling import Project, likeness, powers

LONGEST: Final = 10.0
"""Seconds that are heard at a time: the divisions to try grow with them, and no voice agrees with itself the more."""
_SHORTEST_TURN, _LONGEST_TURN = 0.2, 1.2
"""Seconds. Longer ones are `models.stretches`' to find."""
_FINENESS: Final = 3
"""Rates of taking turns tried for each one that a note of its length can tell apart (one more change in all of it)."""
_BEGINNINGS: Final = 4
"""Times within a turn at which the first may have begun."""
_LEAST: Final = 0.8
"""Seconds of either side: with less, a voice is not itself."""


def agreement(frames: NDArray[np.float32], frame_rate: float, project: Project) -> float:
    """The lowest cosine between the two sides of a note that is divided into turns.

    A long note is heard part by part: who takes turns in one of them takes turns.

    Args:
        frames: [channels, frames], what the encoder pools.
        frame_rate: of these, per second.

    Returns:
        A cosine; NaN for a note that is too short to be divided.
    """
    size = round(LONGEST * frame_rate)
    parts = -(-frames.shape[1] // size)
    starts = np.linspace(0, max(0, frames.shape[1] - size), parts).astype(int)
    return min(_agreement(frames[:, start : start + size], frame_rate, project) for start in starts)


def _agreement(frames: NDArray[np.float32], frame_rate: float, project: Project) -> float:
    count = frames.shape[1]
    least = _LEAST * frame_rate
    sides = [side for side in _sides(count / frame_rate, count) if least <= side.sum() <= count - least]
    if not sides:
        return float("nan")
    chosen = np.array(sides, np.float64)
    all_of_it = powers(frames)
    lengths = chosen.sum(axis=1).astype(np.int64)
    return float(likeness(all_of_it @ chosen.T, all_of_it.sum(axis=2), lengths, count, project).min())


def _sides(seconds: float, count: int) -> Iterator[NDArray[np.bool_]]:
    """Which frames are one side's, for every length of a turn and every beginning."""
    at = np.arange(count) * (seconds / count)
    for rate in np.arange(0.5 / _LONGEST_TURN, 0.5 / _SHORTEST_TURN, 1 / (_FINENESS * seconds)):
        turn = 0.5 / rate
        for beginning in range(_BEGINNINGS):
            yield ((at + turn * beginning / _BEGINNINGS) // turn) % 2 == 1
