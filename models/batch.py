"""From any mix of waveforms to one row each: the rules that every encoder keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings, Hearing, Waveform, embeddable

Forward = Callable[[Sequence[Waveform]], NDArray[np.float32]]
"""One pass for waveforms of like measure; rows in order."""

_LARGEST: Final = 64
"""Notes in a pass: more bring a GPU nothing, and take memory."""


class Batcher:
    """Sorts waveforms into passes.

    On the CPU each goes alone: batches lose there (16 notes run at 0.6 of the speed), and alone the bits cannot depend
    on company. On a GPU those of equal or, where the network can be told what is padding, similar measure share a pass.
    """

    def __init__(
        self,
        dimension: int,
        minimum_samples: int,
        measure: Callable[[int], int] | None = None,
        padding: float = 1.0,
    ) -> None:
        """`measure` is of a number of samples what must be equal in one pass, such as the number of frames; None lets
        every waveform go alone. `padding` is how many times as large as the smallest the largest may be.
        """
        self._dimension = dimension
        self._minimum_samples = minimum_samples
        self._measure = measure
        self._padding = padding

    def embed(self, waveforms: Sequence[Waveform], forward: Forward) -> Embeddings:
        """See `Encoder.embed`: what cannot be embedded is a row of NaN."""
        return self.rows(waveforms, forward, self._dimension)

    def hear(self, waveforms: Sequence[Waveform], forward: Forward) -> Hearing:
        """See `Encoder.hear`; `forward`'s rows are an embedding each, and then the coherence."""
        rows = self.rows(waveforms, forward, self._dimension + 1)
        return Hearing(rows[:, :-1], rows[:, -1])

    def rows(self, waveforms: Sequence[Waveform], forward: Forward, width: int) -> NDArray[np.float32]:
        """A row of some width for each waveform, NaN where there is nothing to hear."""
        rows = np.full((len(waveforms), width), np.nan, dtype=np.float32)
        fit = [index for index, waveform in enumerate(waveforms) if embeddable(waveform, self._minimum_samples)]
        for group in self._groups(fit, waveforms):
            rows[group] = forward([waveforms[index] for index in group])
        return rows

    def _groups(self, fit: Iterable[int], waveforms: Sequence[Waveform]) -> list[list[int]]:
        if self._measure is None:
            return [[index] for index in fit]
        sizes = {index: self._measure(len(waveforms[index])) for index in fit}
        groups: list[list[int]] = []
        for index in sorted(sizes, key=sizes.__getitem__):
            last = groups[-1] if groups else []
            if last and len(last) < _LARGEST and sizes[index] <= self._padding * sizes[last[0]]:
                last.append(index)
            else:
                groups.append([index])
        return groups
