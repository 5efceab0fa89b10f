"""What a recogniser gives: what it read in a note, and how likely other readings are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""float32 [n] at 16 kHz, in [-1, 1]."""
TAIL: Final = 6
"""Seconds of a note's end that are read: four digits that are said slowly take four."""


class Reading(Protocol):
    """Holds what somebody said: it is for a moment of memory, and for no log."""

    @property
    def text(self) -> str:
        """Read freely."""

    def likelihoods(self, start: int, continuations: Sequence[str]) -> list[float]:
        """How likely it is that after `text[:start]` the note goes on so: natural logarithms of probabilities.

        Args:
            start: where a word begins, or the end.
            continuations: none of them empty.
        """


class Recogniser(Protocol):
    """Reads speech. One for each process, used by one thread at a time."""

    @property
    def name(self) -> str:
        """For logs."""

    def read(self, samples: Samples, language: str) -> Reading:
        """Read the last `TAIL` seconds of a note.

        Args:
            samples: see there.
            language: of two letters, that of the person who speaks.
        """
