"""The gallery: the people of a class who can be named by their voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.scoring import class_mean, seen_from

_Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Gallery:
    """The people of a class who can be named.

    Attributes:
        people: ids, in the order of the rows.
        centroids: float32 [people, dimension], rows L2-normalised.
        raised: by how much the class's own recalibration moves the cuts up; see `rollcall.domain.recalibration`.
        generation: of the class's voices; see `rollcall.storage.generations`.
        narrow: the second prints, for telephone notes, of those who have one, with a raise of their own; None where
            nobody has.
    """

    people: tuple[int, ...]
    centroids: NDArray[np.float32]
    raised: float = 0.0
    generation: int = 0
    narrow: Gallery | None = field(default=None, compare=False, repr=False)
    _seen: list[tuple[_Rows | None, _Rows | None, _Rows, _Rows]] = field(
        default_factory=list, compare=False, repr=False
    )

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Each person's row."""
        return {person: row for row, person in enumerate(self.people)}

    def scores(
        self, embedding: _Rows, cohort_mean: _Rows | None, whitening: _Rows | None = None
    ) -> NDArray[np.float32]:
        """`rollcall.domain.scoring.scores` of one note: float32 [people].

        What does not depend on the note is computed once: of 100,000 people it takes longer than all the rest.
        """
        if not self._seen or self._seen[0][0] is not cohort_mean or self._seen[0][1] is not whitening:
            mean = class_mean(self.centroids, cohort_mean)
            self._seen[:] = [(cohort_mean, whitening, mean, seen_from(mean, self.centroids, whitening))]
        _, _, mean, centred = self._seen[0]
        return np.asarray(centred @ seen_from(mean, embedding[None], whitening)[0])

    def wipe(self) -> None:
        """Overwrite every voice in it: memory that is given back keeps what was there. Not to be used after that."""
        for rows in (self.centroids, *(part for *_, mean, centred in self._seen for part in (mean, centred))):
            rows.fill(0)
        self._seen.clear()
        if self.narrow is not None:
            self.narrow.wipe()

    @classmethod
    def empty(cls, generation: int = 0) -> Gallery:
        return cls((), np.zeros((0, 0), np.float32), generation=generation)
