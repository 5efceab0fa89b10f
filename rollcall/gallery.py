"""The gallery: the people of a class who can be named by their voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Gallery:
    """The people of a class who can be named.

    Attributes:
        people: ids, in the order of the rows.
        centroids: float32 [people, dimension], rows L2-normalised.
        raised: by how much the class's own recalibration moves the cuts up; see `rollcall.outlook`.
    """

    people: tuple[int, ...]
    centroids: NDArray[np.float32]
    raised: float = 0.0

    @classmethod
    def empty(cls) -> Gallery:
        return cls((), np.zeros((0, 0), np.float32))
