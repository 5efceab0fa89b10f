"""How alike is a note to itself? The lowest cosine between a stretch of it and the rest: low where two people speak.

Here windows of the note are embedded one by one, and split in the two groups that differ most: right for every encoder,
at the price of another embedding. `models.stretches` does it for nothing where the encoder's pooling allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings, Waveform

SHORTEST: Final = 1.5
"""Seconds of either side: with less, a voice is not itself (single speakers then fall to 0.45, as pairs do)."""
_FEWEST_WINDOWS, _MOST_WINDOWS = 3, 6

Embed = Callable[[Sequence[Waveform]], Embeddings]


def of_windows(waveforms: Sequence[Waveform], sample_rate: int, embed: Embed) -> NDArray[np.float32]:
    """The coherence of each waveform.

    Args:
        sample_rate: hertz.
        embed: as `Encoder.embed`.

    Returns:
        float32 [waveforms], cosines; NaN for a note that is too short to be divided.
    """
    return np.array(
        [_coherence(embed(_windows(waveform, round(SHORTEST * sample_rate)))) for waveform in waveforms], np.float32
    )


def _coherence(embeddings: Embeddings) -> float:
    embeddings = embeddings[np.isfinite(embeddings).all(axis=1)]
    return min((_similarity(embeddings, group) for group in _groups(len(embeddings))), default=np.nan)


def _windows(samples: Waveform, size: int) -> list[Waveform]:
    """Three to six, spread evenly; they overlap in a short note."""
    if len(samples) < 2 * size:
        return []
    count = min(max(len(samples) // size, _FEWEST_WINDOWS), _MOST_WINDOWS)
    return [samples[start : start + size] for start in np.linspace(0, len(samples) - size, count).astype(int)]


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
