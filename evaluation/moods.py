"""What does a note in another mood score? ``python -m evaluation.moods FOLDER…``, or ``--calm neutral --lively angry``

Everybody enrols with three calm notes, or with two and one that is lively, and comes later in every mood. Of recordings
without moods these are made: pace, loudness and vocal effort are changed (`evaluation.effort`). Of a labelled set,
``FOLDER/<speaker>/<mood>/*``, they are taken as they are. Half of the people give the cut at which one in a thousand
claims of others is accepted; the figures are those of the other half. They stand in docs/accuracy.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import platformdirs
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from evaluation import metrics
from evaluation.degrade import parse
from evaluation.library import Files, Library
from evaluation.recordings import find
from evaluation.systems import with_cuts
from rollcall.config.settings import Settings
from rollcall.domain.operating import FALSE_ACCEPTS, Operating
from rollcall.domain.scoring import class_mean, scores, seen_from
from rollcall.domain.voiceprint import NOTES, centroid
from rollcall.errors import WrongUse

MADE = "tempo:0.85,tempo:1.2,gain:-12,effort:-6,effort:4,effort:8"
LIVELY = "effort:6"
"""Of the note that enrols louder, "as across the room"."""
_MOST_NOTES = 6
_SEED = 0

Rows = Sequence[NDArray[np.float32]]
"""Embeddings, float32 [dimension] each."""
Compared = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Scores against each note of the print to one score: float32 [tests, people, notes] to [tests, people]."""

WAYS: Mapping[str, Compared | None] = {
    "one mean": None,
    "the best of three": lambda found: found.max(axis=2),
    "the best two of three": lambda found: np.sort(found, axis=2)[:, :, 1:].mean(axis=2),
}
"""How a note is compared with a print; None as the product does."""


@dataclass(frozen=True)
class Found:
    """One way to enrol and compare, in one mood.

    Attributes:
        own: scores of true claims, float [n].
        other: of false ones.
    """

    own: NDArray[np.float32]
    other: NDArray[np.float32]

    def refused(self, cut: float) -> float:
        """Share of true claims below the cut."""
        return float((self.own < cut).mean())

    def taken(self, cut: float) -> float:
        """Share of false ones at or above it."""
        return float((self.other >= cut).mean())


def tried(prints: Mapping[str, Rows], tests: Mapping[str, Rows], way: Compared | None, point: Operating) -> Found:
    """Everybody's notes claim to be everybody.

    Args:
        prints: the notes that enrolled each person, all as many.
        tests: later notes; who has none makes no claims.
    """
    names = sorted(prints)
    rows = np.concatenate([np.stack(tests[name]) for name in names if name in tests])
    owner = np.concatenate([np.full(len(tests[name]), place) for place, name in enumerate(names) if name in tests])
    middles = np.stack([centroid(prints[name]) for name in names])
    if way is None:
        found = scores(rows, middles, point.cohort_mean)
    else:
        # From the middle of the class as well: what is compared changes, not where it is looked at from.
        mean = class_mean(middles, point.cohort_mean)
        notes = np.stack([seen_from(mean, np.stack(prints[name])) for name in names])
        found = way(np.einsum("td,pnd->tpn", seen_from(mean, rows), notes))
    own = owner[:, None] == np.arange(len(names))
    return Found(found[own], found[~own])


def halves(names: Sequence[str], seed: int = _SEED) -> tuple[frozenset[str], frozenset[str]]:
    """The people whose scores give the cuts, and those who are shown."""
    order = np.random.default_rng(seed).permutation(sorted(names)).tolist()
    return frozenset(order[: len(order) // 2]), frozenset(order[len(order) // 2 :])


def table(
    enrolments: Mapping[str, Mapping[str, Rows]], tests: Mapping[str, Mapping[str, Rows]], point: Operating
) -> Table:
    """Every enrolment, way and mood."""
    drawn = Table("enrolled by", "compared with", "mood", box=None, pad_edge=False)
    for heading in ("own notes", "EER %", "refused %", "taken %", "cut", "refused % there", "taken % there"):
        drawn.add_column(heading, justify="right")
    fitting, shown = halves(list(next(iter(enrolments.values()))))
    tests = {mood: own for mood, own in tests.items() if fitting & own.keys() and shown & own.keys()}
    for enrolled, prints in enrolments.items():
        for name, way in WAYS.items():

            def of(people: frozenset[str], mood: str, way: Compared | None = way) -> Found:
                return tried(_of(prints, people), _of(tests[mood], people), way, point)  # noqa: B023

            cut = metrics.cut_at_far(np.concatenate([of(fitting, mood).other for mood in tests]), FALSE_ACCEPTS)
            for mood in tests:
                found = of(shown, mood)
                drawn.add_row(
                    enrolled, name, mood, f"{len(found.own):,}", f"{100 * metrics.eer(found.own, found.other):.2f}",
                    f"{100 * found.refused(point.accept):.1f}", f"{100 * found.taken(point.accept):.2f}",
                    f"{cut:.2f}", f"{100 * found.refused(cut):.1f}", f"{100 * found.taken(cut):.2f}",
                )  # fmt: skip
    return drawn


def _of(notes: Mapping[str, Rows], people: frozenset[str]) -> Mapping[str, Rows]:
    return {name: rows for name, rows in notes.items() if name in people}


def main(
    folders: Annotated[list[Path], typer.Argument(help="DIR/<speaker>/*, or with --calm DIR/<speaker>/<mood>/*")],
    model: Annotated[str, typer.Option(help="The encoder.")] = "campplus",
    moods: Annotated[str, typer.Option(help="Made moods, as for rollcall evaluate --degrade.")] = MADE,
    calm: Annotated[str, typer.Option(help="Of a labelled set, the mood that enrols.")] = "",
    lively: Annotated[str, typer.Option(help="And that of one note in three; or how it is made.")] = LIVELY,
) -> None:
    """Print every figure."""
    settings = Settings()
    system, point = with_cuts(model, settings)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")

    def heard(files: Files, condition: str = "") -> dict[str, Rows]:
        (degradation,) = parse(condition) if condition else (None,)
        notes = library.notes(system, files, degradation, [], lambda: None)
        return {name: rows for name, each in notes.items() if (rows := _usable([note.test for note in each]))}

    files = {f"{folder.name}/{name}": own for folder in folders for name, own in find(folder).items()}
    if calm:
        labelled = {
            label: {name: [path for path in own if path.parent.name == label] for name, own in files.items()}
            for label in sorted({path.parent.name for own in files.values() for path in own})
        }
        if not {calm, lively} <= labelled.keys():
            raise WrongUse(f"no {calm} or no {lively} among the moods: {', '.join(labelled)}")
        whole = {label: heard(each) for label, each in labelled.items()}
        names = [name for name in whole[calm] if len(whole[calm][name]) > NOTES and name in whole[lively]]
        first, raised = whole[calm], {name: whole[lively][name][:1] for name in names}
        used = {calm: NOTES, lively: 1}
        tests: dict[str, dict[str, Rows]] = {
            label: {name: rest for name in names if (rest := each.get(name, ())[used.get(label, 0) :])}
            for label, each in whole.items()
        }
    else:
        files = {name: own[:_MOST_NOTES] for name, own in files.items() if len(own) > NOTES}
        first, raised = heard(files), heard({name: own[NOTES - 1 : NOTES] for name, own in files.items()}, lively)
        later = {name: own[NOTES:] for name, own in files.items()}
        tests = {"as they are": heard(later), **{mood: heard(later, mood) for mood in moods.split(",") if mood}}
        names = [name for name in first if len(first[name]) > NOTES and name in raised]
    enrolments: dict[str, dict[str, Rows]] = {
        "three calm notes": {name: first[name][:NOTES] for name in names},
        f"the third {lively}": {name: [*first[name][: NOTES - 1], *raised[name]] for name in names},
    }
    Console(highlight=False, width=150).print(table(enrolments, tests, point))


def _usable(rows: Rows) -> Rows:
    return [row for row in rows if np.isfinite(row).all()]


app = typer.Typer(add_completion=False)
app.command()(main)

if __name__ == "__main__":
    app()
