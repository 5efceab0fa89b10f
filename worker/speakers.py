"""More than one speaker in a note? Windows of it are embedded, and split in the two groups that differ most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from worker.waveform import SAMPLE_RATE, Waveform

_WINDOW_SECONDS = 1.5
"""Long enough to tell a voice, short enough to fall between two of them."""
_MOST_WINDOWS = 6
"""Evenly over a longer note: the check costs about one more embedding of an ordinary note, of 9 s at most."""

_DIFFERENT_BELOW = 0.35
"""Cosine between the groups' centroids. Joined notes of two dev speakers, 30 to 50 % from the second: 43 of 43 below;
notes of one speaker: 2 of 207 below."""
_DIFFERENT_BELOW_OF_TWO = 0.22
"""With only two windows each group is a single one, and a single window varies more."""

Embed = Callable[[Sequence[NDArray[np.float32]]], NDArray[np.float32]]


def several(waveform: Waveform, embed: Embed) -> bool:
    """Whether the note, already without its long silences, holds more than one speaker.

    Args:
        waveform: below two windows nothing is embedded, and the answer is no.
        embed: n waveforms → float32 [n, dimension], rows L2-normalised or NaN.
    """
    windows = _windows(waveform.samples)
    if len(windows) < 2:
        return False
    embeddings = embed(windows)
    embeddings = embeddings[np.isfinite(embeddings).all(axis=1)]
    if len(embeddings) < 2:
        return False
    cut = _DIFFERENT_BELOW if len(embeddings) > 2 else _DIFFERENT_BELOW_OF_TWO
    return min(_similarity(embeddings, group) for group in _groups(len(embeddings))) < cut


def _windows(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    count = int(len(samples) / SAMPLE_RATE // _WINDOW_SECONDS)
    if count <= _MOST_WINDOWS:
        return np.array_split(samples, count) if count else []
    size = round(_WINDOW_SECONDS * SAMPLE_RATE)
    starts = np.linspace(0, len(samples) - size, _MOST_WINDOWS).astype(int)
    return [samples[start : start + size] for start in starts]


def _groups(count: int) -> Iterator[NDArray[np.bool_]]:
    """Every way in which one stretch of windows can be the other voice: at an end, or in the middle."""
    order = np.arange(count)
    for start in range(count):
        for end in range(start + 1, count + 1):
            if end - start < count:
                yield (order >= start) & (order < end)


def _similarity(embeddings: NDArray[np.float32], group: NDArray[np.bool_]) -> float:
    one, other = embeddings[group].mean(axis=0), embeddings[~group].mean(axis=0)
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
