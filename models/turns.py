"""Do two people take turns in a note? What is heard in every other turn against what is heard in between.

For encoders that pool frames by mean and standard deviation: an embedding of any set of frames follows from sums over
them, so turns of every length, beginning at any time, can be tried from one pass. One person's halves sound alike
however a note is divided; of two people who take turns, one division has each of them alone. See `worker.blend` for
what one person's come to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stretches import statistics_of

LONGEST: Final = 10.0
"""Seconds of a note that are heard for this: the divisions to try grow with them."""
_SHORTEST_TURN, _LONGEST_TURN = 0.2, 1.2
"""Seconds. Longer ones are `models.stretches`' to find."""
_FINENESS: Final = 3
"""Rates of taking turns tried for each one that a note of its length can tell apart (one more change in all of it)."""
_BEGINNINGS: Final = 4
"""Times within a turn at which the first may have begun."""
_LEAST: Final = 0.8
"""Seconds of either side: with less, a voice is not itself."""


def agreement(
    frames: NDArray[np.float32], frame_rate: float, project: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> float:
    """The lowest cosine between the two sides of a note that is divided into turns.

    Args:
        frames: [channels, frames], what the encoder pools.
        frame_rate: of these, per second.
        project: [n, 2 · channels] of means and standard deviations → [n, dimension], embeddings of any length.

    Returns:
        A cosine; NaN for a note that is too short to be divided.
    """
    count = frames.shape[1]
    least = _LEAST * frame_rate
    sides = [side for side in _sides(count / frame_rate, count) if least <= side.sum() <= count - least]
    if not sides:
        return float("nan")
    chosen = np.array(sides, np.float64)
    # Sums of many squares: in half the digits, a variance near zero would be noise.
    wide = frames.astype(np.float64)
    powers = np.stack([wide, np.square(wide)])
    inside = powers @ chosen.T
    outside = powers.sum(axis=2, keepdims=True) - inside
    lengths = chosen.sum(axis=1).astype(np.int64)
    one = project(statistics_of(inside, lengths))
    other = project(statistics_of(outside, count - lengths))
    cosines = np.sum(one * other, axis=1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
    return float(cosines.min())


def _sides(seconds: float, count: int) -> Iterator[NDArray[np.bool_]]:
    """Which frames are one side's, for every length of a turn and every beginning."""
    at = np.arange(count) * (seconds / count)
    for rate in np.arange(0.5 / _LONGEST_TURN, 0.5 / _SHORTEST_TURN, 1 / (_FINENESS * seconds)):
        turn = 0.5 / rate
        for beginning in range(_BEGINNINGS):
            yield ((at + turn * beginning / _BEGINNINGS) // turn) % 2 == 1
