"""``python -m evaluation.calibration``: fits an encoder's operating point and shows that it holds for other voices.

The line from score to log-likelihood ratio is fitted on clean and spoilt notes alike, so that one line serves a quiet
room and a tram. Its prior is one true claim in a hundred: the fit is then most exact about the high scores, where the
accept cut lies. The figures to believe are those of the cross-validation, in which the line and the cohort's mean come
from some speakers and the trials from others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import platformdirs
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evaluation import metrics, pictures
from evaluation.degrade import Degradation, parse
from evaluation.experiment import Note, Outcome, Plan, joined, run
from evaluation.figures import posteriors
from evaluation.library import Files, Library
from evaluation.recordings import find
from evaluation.systems import EncoderSystem
from models import registry
from models.card import COHORT
from models.encoder import Encoder
from rollcall.config.settings import Settings
from rollcall.domain.operating import Operating, point_on

CONDITIONS = (
    "babble:20,babble:10,babble:5,noise:20,noise:10,reverb:mild,reverb:hard,opus:16,phone,clip:20,"
    "short:3,short:2,short:1.5,short:1,babble:10+opus:16,babble:10+reverb:mild+opus:16,reverb:hard+short:3"
)
"""What notes are like beside clean ones; a quarter of them worse than the quality gate lets pass."""
CLASS_SIZES = (3, 5, 10)
PRIOR = 0.01
LEAD = 0.05
"""How much the claimed identity must score above everyone else, where nobody has found that it costs true claims."""
ANY_LINE = (30.0, -10.0)
"""A point for whoever asks only for scores."""
_DRAWS = 4

Notes = Mapping[str, Sequence[Note]]
Conditions = Mapping[str, tuple[Notes, Notes]]
"""By condition: the speakers who may enrol, and the strangers, who give one note each."""


@dataclass(frozen=True)
class Fold:
    """Trials of voices that had no part in the fit, judged by what was fitted without them."""

    point: Operating
    outcomes: Mapping[str, Outcome]


def fitted(outcomes: Sequence[Outcome], prior: float = PRIOR) -> tuple[float, float]:
    """Logistic regression of truth on score; every outcome weighs the same, and true claims `prior` of it.

    Returns:
        Slope and offset of the log-likelihood ratio, natural logarithm.
    """
    from sklearn.linear_model import LogisticRegression

    scores, truth, weights = [], [], []
    for outcome in outcomes:
        for found, is_target, share in ((outcome.trials.target, 1, prior), (outcome.trials.nontarget, 0, 1 - prior)):
            scores.append(found)
            truth.append(np.full(len(found), is_target))
            weights.append(np.full(len(found), share / len(found)))
    weight = np.concatenate(weights)
    line = LogisticRegression(C=1e9, tol=1e-8, max_iter=1000).fit(
        np.concatenate(scores)[:, None], np.concatenate(truth), weight * len(weight) / weight.sum()
    )
    return float(line.coef_[0, 0]), float(line.intercept_[0] - math.log(prior / (1 - prior)))


def mean_voice(strangers: Notes) -> NDArray[np.float32]:
    """The cohort's mean: float32 [dimension]."""
    embeddings = np.stack([note.clean for own in strangers.values() for note in own])
    return np.asarray(embeddings.mean(axis=0), np.float32)


def fit(encoder: Encoder, notes: Conditions, sizes: Sequence[int], seed: int) -> Operating:
    """An operating point from these voices: the cohort's mean, then the line."""
    mean = mean_voice(next(iter(notes.values()))[1])
    scored = outcomes(unjudged(encoder, mean), notes, sizes, seed)
    return point_on(*fitted(list(scored.values())), LEAD, mean)


def unjudged(encoder: Encoder, cohort_mean: NDArray[np.float32] | None = None) -> EncoderSystem:
    """An encoder of which only the scores are wanted, so that nobody need have measured it."""
    return EncoderSystem(encoder, point_on(*ANY_LINE, LEAD, cohort_mean))


def cross_validate(encoder: Encoder, notes: Conditions, draws: int) -> Iterator[Fold]:
    """Half of the speakers and of the strangers fit and the other halves are judged, then the reverse: two folds."""
    clean = next(iter(notes.values()))
    for number in range(draws):
        rng = np.random.default_rng(number)
        first = [set(rng.permutation(list(side))[: len(side) // 2].tolist()) for side in clean]
        for chosen in (True, False):
            fits = part(notes, first, chosen)
            tests = part(notes, first, not chosen)
            sizes = [size for size in CLASS_SIZES if size <= len(clean[0]) // 2]
            point = fit(encoder, fits, sizes, number)
            yield Fold(point, outcomes(EncoderSystem(encoder, point), tests, sizes, number))


def part(notes: Conditions, first: Sequence[set[str]], chosen: bool) -> Conditions:
    """The chosen speakers and strangers, or all the others."""

    def pick(side: Notes, names: set[str]) -> Notes:
        return {name: own for name, own in side.items() if (name in names) == chosen}

    return {name: (pick(own, first[0]), pick(others, first[1])) for name, (own, others) in notes.items()}


def outcomes(system: EncoderSystem, notes: Conditions, sizes: Sequence[int], seed: int) -> dict[str, Outcome]:
    """Every trial by condition, in classes of these sizes."""
    return {
        condition: joined([run(system, own, others, Plan(draws=_DRAWS, class_size=size, seed=seed)) for size in sizes])
        for condition, (own, others) in notes.items()
    }


def gathered(encoder: Encoder, speakers: Files, strangers: Files, library: Library, conditions: str) -> Conditions:
    """Every note, clean and in every condition."""
    degradations: list[Degradation | None] = [None, *(parse(conditions) if conditions else [])]
    babblers = library.babblers(strangers or speakers)
    system = unjudged(encoder)
    return {
        degradation.name if degradation else "clean": (
            library.notes(system, speakers, degradation, babblers, lambda: None),
            library.notes(system, strangers, degradation, babblers, lambda: None),
        )
        for degradation in track(degradations, "listening", transient=True)
    }


def table(folds: Sequence[Fold]) -> Table:
    """What the held-out voices came to, by condition and all together."""
    drawn = Table("condition", box=None, pad_edge=False)
    for heading in ("EER %", "accepted %", "asked again %", "false accepts %", "Cllr", "min Cllr", "ECE %"):
        drawn.add_column(heading, justify="right")
    for condition in [*folds[0].outcomes, "all"]:
        parts = [
            (fold.point, outcome)
            for fold in folds
            for name, outcome in fold.outcomes.items()
            if condition in (name, "all")
        ]
        drawn.add_row(condition, *_cells(parts))
    return drawn


def _cells(parts: Sequence[tuple[Operating, Outcome]]) -> list[str]:
    same, other = _llr(parts)
    promised, came = promises(parts)
    accepted = np.concatenate([outcome.accepted for _, outcome in parts])
    unsure = np.concatenate([outcome.unsure for _, outcome in parts])
    false = np.concatenate([outcome.falsely_accepted for _, outcome in parts])
    return [
        f"{100 * metrics.eer(same, other):.2f}",
        f"{100 * accepted.mean():.2f}",
        f"{100 * unsure.mean():.2f}",
        f"{100 * false.mean():.3f}",
        f"{metrics.cllr(same, other):.4f}",
        f"{metrics.min_cllr(same, other):.4f}",
        f"{100 * metrics.calibration_error(promised, came):.2f}",
    ]


def _llr(parts: Sequence[tuple[Operating, Outcome]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (
        np.concatenate([point.llr(outcome.trials.target) for point, outcome in parts]),
        np.concatenate([point.llr(outcome.trials.nontarget) for point, outcome in parts]),
    )


def promises(parts: Sequence[tuple[Operating, Outcome]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Every posterior of the folds, and what was so."""
    found = [posteriors(outcome, point) for point, outcome in parts]
    return np.concatenate([promised for promised, _ in found]), np.concatenate([came for _, came in found])


def main(
    folder: Annotated[Path, typer.Argument(help="DIR/<speaker>/*: those who enrol, ten notes each or more.")],
    cohort: Annotated[Path, typer.Argument(help="DIR/<speaker>/*: many others, one note each.")],
    model: Annotated[str, typer.Option(help="The encoder.")] = "campplus",
    draws: Annotated[int, typer.Option(help="Draws of the cross-validation, two folds each.")] = 5,
    out: Annotated[Path, typer.Option(help="Where the reliability plot goes.")] = Path(),
    conditions: Annotated[
        str, typer.Option(help="Beside clean notes, as for rollcall evaluate --degrade.")
    ] = CONDITIONS,
    write: Annotated[bool, typer.Option(help="Write the cohort's mean into the encoder's folder.")] = False,
) -> None:
    """Fit, cross-validate, print the line to put into the encoder's card."""
    settings = Settings()
    encoder = registry.load(model, settings.models_dir, settings.device, None, 1, settings.backend)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    notes = gathered(encoder, find(folder), find(cohort), library, conditions)
    point = fit(encoder, notes, CLASS_SIZES, seed=0)
    say = Console(highlight=False)
    say.print(
        f"{model} {encoder.weight_hash[:16]}: LLR = {point.slope:.2f} * score {point.offset:+.2f}, "
        f"accept from {point.accept:.3f}, unsure from {point.unsure:.3f}"
    )
    judged = list(track(cross_validate(encoder, notes, draws), "cross-validation", 2 * draws, transient=True))
    lines = ", ".join(f"{fold.point.slope:.1f} {fold.point.offset:+.1f}" for fold in judged)
    say.print(f"lines of the folds: {lines}")
    say.print(table(judged))
    parts = [(fold.point, outcome) for fold in judged for outcome in fold.outcomes.values()]
    out.mkdir(parents=True, exist_ok=True)
    pictures.reliability_plot(
        *metrics.reliability(*promises(parts)), out / f"reliability-{model}.png", f"{model}: held-out voices"
    )
    if write:
        np.save(Path(str(encoder.card.folder / COHORT)), mean_voice(notes["clean"][1]))


if __name__ == "__main__":
    typer.run(main)
