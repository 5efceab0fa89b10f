"""How often does a voice that is recorded anew wait for a teacher? ``python -m evaluation.reenrolments FOLDER…``

Everybody enrols with three clean notes, and again with three others: as they are, on another phone, in other rooms, in
noise, hoarse. The same is tried with every other person's notes. The figures stand in docs/accuracy.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from evaluation.degrade import Degradation, parse
from evaluation.library import Library
from evaluation.rates import speed
from evaluation.recordings import find
from evaluation.systems import with_cuts
from rollcall.config.settings import Settings
from rollcall.domain.enrolment import is_another_voice
from rollcall.domain.operating import Operating
from rollcall.domain.scoring import scores
from rollcall.domain.voiceprint import NOTES, centroid

CONDITIONS = ("reverb:mild+opus:16", "noise:10")
HOARSE = 0.94
"""A cold lowers the voice by a semitone; its formants go with it here, which is harder than a cold."""

Notes = Mapping[str, NDArray[np.float32]]
"""By speaker: float32 [notes, dimension]."""


@dataclass(frozen=True)
class Found:
    """What became of the second enrolments.

    Attributes:
        own, waits: of the same person: how many, and how many were made to wait.
        others, taken: of other people: likewise, and how many were taken at once.
        lowest, highest: the lowest score of an own one, the highest of another's.
    """

    own: int
    waits: int
    others: int
    taken: int
    lowest: float
    highest: float


def enrolled_again(first: Notes, second: Notes, point: Operating) -> Found:
    """Everybody's second enrolment against everybody's first."""
    names = sorted(first)
    olds = np.stack([centroid(list(first[name])) for name in names])
    news = np.stack([centroid(list(second[name])) for name in names])
    another = np.array([[is_another_voice(new, old, point) for old in olds] for new in news])
    score = np.array([[scores(new[None], old[None], point.cohort_mean)[0, 0] for old in olds] for new in news])
    same = np.eye(len(names), dtype=bool)
    return Found(
        own=len(names), waits=int(another[same].sum()), others=int((~same).sum()), taken=int((~another)[~same].sum()),
        lowest=float(score[same].min()), highest=float(score[~same].max()),
    )  # fmt: skip


def alike(first: Notes, point: Operating) -> int:
    """How many pairs of different people a teacher of one class with all of them would be asked about."""
    names = sorted(first)
    centroids = np.stack([centroid(list(first[name])) for name in names])
    found = np.array([scores(first[name], centroids, point.cohort_mean).mean(axis=0) for name in names])
    return int((found[np.tril_indices(len(names), -1)] >= point.accept).sum())


def main(*folders: str) -> None:
    """Print every figure."""
    settings = Settings()
    system, point = with_cuts("campplus", settings)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    files = {f"{folder}/{name}": paths for folder in folders for name, paths in find(Path(folder)).items()}
    files = {name: paths for name, paths in files.items() if len(paths) >= 2 * NOTES}
    babblers = library.babblers(files)

    def heard(part: slice, degradation: Degradation | None) -> Notes:
        chosen = {name: paths[part] for name, paths in files.items()}
        notes = library.notes(system, chosen, degradation, babblers, lambda: None)
        return {name: np.stack([note.test for note in each]) for name, each in notes.items()}

    first = heard(slice(0, NOTES), None)
    print(f"{len(first)} people; pairs that sound alike: {alike(first, point)} of {len(first) * (len(first) - 1) // 2}")
    again = slice(NOTES, 2 * NOTES)
    hoarse = Degradation("hoarse", (lambda samples, _at, _rng, _others: speed(samples, HOARSE),))
    for condition in (None, *parse(",".join(CONDITIONS)), hoarse):
        found = enrolled_again(first, heard(again, condition), point)
        print(f"{condition.name if condition else 'clean'}: {found}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
