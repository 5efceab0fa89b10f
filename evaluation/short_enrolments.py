"""What do short recordings make of a voiceprint? ``python -m evaluation.short_enrolments FOLDER…``

Everybody enrols with three notes: as they are, cut to the least speech that makes a note, and each put together from
two recordings with a second of speech. The later notes of everybody are tried against all. The figures stand in
docs/accuracy.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from evaluation.degrade import parse
from evaluation.library import Library
from evaluation.metrics import eer
from evaluation.recordings import find
from evaluation.systems import with_cuts
from rollcall.config.settings import Settings
from rollcall.domain.enrolment import SHORTEST, differs_from_before
from rollcall.domain.operating import Operating
from rollcall.domain.scoring import scores
from rollcall.domain.voiceprint import NOTES, centroid

BRIEF = 1.0
"""Seconds of speech in a recording: the least that is listened to."""

Rows = Sequence[NDArray[np.float32]]
"""Embeddings, float32 [dimension] each."""


@dataclass(frozen=True)
class Found:
    """What became of an enrolment by such recordings.

    Attributes:
        people: that were tried.
        sent_back: recordings refused as another voice's than those before, of all recordings.
        eer: equal error rate of later notes, a share.
        refused: share of own later notes below the cut.
        taken: share of others' notes at or above it.
    """

    people: int
    sent_back: tuple[int, int]
    eer: float
    refused: float
    taken: float


def enrolled(recordings: Mapping[str, Rows], tests: Mapping[str, Rows], point: Operating, parts: int) -> Found:
    """Everybody's voiceprint of recordings, so many to a note, against everybody's tests."""
    names = sorted(recordings)
    back = sum(
        differs_from_before(one, own[:place], point)
        for own in recordings.values()
        for place, one in enumerate(own)
    )  # fmt: skip
    notes = {
        name: [centroid(own[begin : begin + parts]) for begin in range(0, len(own), parts)]
        for name, own in recordings.items()
    }
    prints = np.stack([centroid(notes[name]) for name in names])
    tried = np.concatenate([np.stack(tests[name]) for name in names])
    owner = np.concatenate([np.full(len(tests[name]), place) for place, name in enumerate(names)])
    found = scores(tried, prints, point.cohort_mean)
    own = owner[:, None] == np.arange(len(names))
    return Found(
        people=len(names), sent_back=(back, sum(map(len, recordings.values()))),
        eer=eer(found[own], found[~own]),
        refused=float((found[own] < point.accept).mean()), taken=float((found[~own] >= point.accept).mean()),
    )  # fmt: skip


def main(*folders: str) -> None:
    """Print every figure."""
    settings = Settings()
    system, point = with_cuts("campplus", settings)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    files = {f"{folder}/{name}": paths for folder in folders for name, paths in find(Path(folder)).items()}
    files = {name: paths for name, paths in files.items() if len(paths) > 2 * NOTES}

    def heard(part: slice, condition: str) -> Mapping[str, Rows]:
        (degradation,) = parse(condition) if condition else (None,)
        chosen = {name: paths[part] for name, paths in files.items()}
        notes = library.notes(system, chosen, degradation, [], lambda: None)
        return {name: [note.test for note in each] for name, each in notes.items()}

    tests = heard(slice(2 * NOTES, None), "")
    for name, part, condition, parts in (
        ("as they are", slice(NOTES), "", 1),
        (f"{SHORTEST} s each", slice(NOTES), f"short:{SHORTEST}", 1),
        (f"twice {BRIEF} s each", slice(2 * NOTES), f"short:{BRIEF}", 2),
    ):
        print(f"{name}: {enrolled(heard(part, condition), tests, point, parts)}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
