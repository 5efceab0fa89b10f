"""``rollcall models fit``: where an own encoder's scores mean yes, found on recordings of one's own, for its card.

The people are split in two halves. Each half's notes, clean and spoilt, claim to be everybody in small classes of it,
scored from the mean voice of the other half: from a mean that one is part of, one stands out too well. The line is
fitted on all these trials; the mean voice that is kept is everybody's. The figures that are shown are each half's under
the line and from the mean of the other one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from rich.console import Console

from evaluation.calibration import (
    CLASS_SIZES,
    CONDITIONS,
    LEAD,
    Conditions,
    Fold,
    Notes,
    fitted,
    gathered,
    outcomes,
    part,
    table,
    unjudged,
)
from evaluation.experiment import Outcome
from evaluation.library import Files, Library
from evaluation.recipes.one_voice import OneVoice, one_voice
from evaluation.recordings import find
from evaluation.systems import EncoderSystem
from models import registry
from models.card import CARD, COHORT, read_own
from models.encoder import Encoder
from models.errors import ModelError
from rollcall.config.settings import Settings
from rollcall.domain.operating import Operating, point_on
from rollcall.errors import Unavailable, WrongUse

LEAST_PEOPLE, LEAST_NOTES = 8, 5
"""Halves of fewer people make no classes, and of fewer notes nothing is left to be told when three have enrolled."""
_LEADS = tuple(round(LEAD - 0.01 * step, 2) for step in range(round(LEAD / 0.01) + 1))
_MOST_LOST = 0.005
"""Share of the true claims that the lead may cost."""
_SEED = 0

_TEXT = """\
# Made by rollcall models fit on {people} people with {notes} recordings, and {strangers} strangers.
architecture = "{architecture}"
file = {file}
sha256 = "{sha256}"
{one_voice}
# Where scores mean yes: the line from a score, seen from the mean voice of cohort.npy, to its log-likelihood ratio.
[judgement]
slope = {slope:.2f}
offset = {offset:.2f}
lead = {lead:.2f}
"""


_ONE_VOICE = """\
# Of notes of one person {single:.1f} % have a lower coherence, of notes of two {joined:.1f} %.
one_voice_from = {limit:.2f}
"""
_MOST_JOINED = 6
"""Recordings of a person, of which notes of one voice and of two are made."""


@dataclass(frozen=True)
class Half:
    """The trials of half of the people, and the mean voice of the other half, that they are scored from."""

    notes: Conditions
    mean: NDArray[np.float32]
    line: tuple[float, float]
    scored: Sequence[Outcome]


@dataclass(frozen=True)
class Fitted:
    """What recordings gave: the point with the mean voice of all of them, and what it came to for held-out voices."""

    point: Operating
    folds: Sequence[Fold]


def main(
    settings: Settings, folder: Path, model: str, *, cohort: Path | None = None, conditions: str = CONDITIONS
) -> int:
    """Fit, show what it comes to, and write the card beside the weights.

    Raises:
        WrongUse: a bad folder, a model that has its figures already, or recordings that are too few.
        Unavailable: the encoder cannot be had.
    """
    weights_of(model, settings.models_dir)
    found = find(folder)
    people = {name: paths for name, paths in found.items() if len(paths) >= LEAST_NOTES}
    strangers = {name: paths for name, paths in found.items() if name not in people}
    strangers |= {f"stranger {name}": paths for name, paths in (find(cohort) if cohort else {}).items()}
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    carded(settings, model, people, strangers, library, conditions, folder)
    return 0


def carded(
    settings: Settings,
    model: str,
    people: Files,
    strangers: Files,
    library: Library,
    conditions: str,
    folder: Path,
) -> Path:
    """Fit on these people, show what it comes to, and write the card.

    Args:
        folder: what a complaint names as the place where more of them are wanted.

    Raises:
        WrongUse, Unavailable: as `main`.
    """
    weights = weights_of(model, settings.models_dir)
    _enough(folder, len(people))
    try:
        encoder = registry.load(
            model, settings.models_dir, settings.device, None, 1, settings.backend, with_card=False
        )  # fmt: skip
    except ModelError as error:
        raise Unavailable(str(error)) from error
    notes = usable(gathered(encoder, people, strangers, library, conditions))
    say = Console(highlight=False)
    for complaint in library.complaints:
        say.print(f"left out: {complaint}", soft_wrap=True, markup=False)
    members, others = notes["clean"]
    _enough(folder, len(members))
    result = fit(encoder, notes)
    limit = one_voice(encoder, {name: _speech(library, people[name]) for name in members})
    place = write(weights, encoder, result.point, members, others, limit)
    point = result.point
    say.print(table(result.folds))
    say.print(
        f"{place}: LLR = {point.slope:.2f} * score {point.offset:+.2f}, lead {point.lead:.2f}, "
        f"accept from {point.accept:.3f}, unsure from {point.unsure:.3f}",
        soft_wrap=True,
    )
    if limit:
        say.print(
            f"one voice from {limit.limit:.2f}: {100 * limit.single:.1f} % of notes of one person lie below, "
            f"{100 * limit.joined:.1f} % of those of two",
            soft_wrap=True,
        )
    return place


def _speech(library: Library, paths: Sequence[Path]) -> list[NDArray[np.float32]]:
    return [samples for path in paths[:_MOST_JOINED] if (samples := library.speech(path)) is not None]


def weights_of(model: str, models_dir: Path) -> Path:
    """The file of own weights that the card shall be of.

    Raises:
        WrongUse: there are none, or they are no own ones.
    """
    try:
        place = registry.resolve(model, models_dir)
    except ModelError as error:
        raise WrongUse(str(error)) from error
    if place.pinned or not place.card.file:
        raise WrongUse(f"{model} comes with its card: give --model the path of a folder with weights of your own")
    if not place.path.is_file():
        raise WrongUse(f"there are no weights at {place.path}: put them there, or give --model their path")
    card = place.path.parent / CARD
    if card.is_file() and (other := read_own(card.parent).file) != place.path.name:
        raise WrongUse(f"{card} is of {other}: give {place.path.name} a folder of its own")
    return place.path


def usable(notes: Conditions) -> Conditions:
    """Without recordings that have no embedding, and with whoever is left with too few of them as a stranger."""
    found = {}
    for condition, sides in notes.items():
        fit = [
            {name: [note for note in own if np.isfinite(note.clean).all()] for name, own in side.items()}
            for side in sides
        ]
        people = {name: own for name, own in fit[0].items() if len(own) >= LEAST_NOTES}
        strangers = {name: own for side in fit for name, own in side.items() if own and name not in people}
        found[condition] = people, strangers
    return found


def fit(encoder: Encoder, notes: Conditions) -> Fitted:
    """The operating point that these voices give.

    Raises:
        WrongUse: they do not tell where yes begins.
    """
    halves = _halves(encoder, notes)
    scored = [outcome for half in halves for outcome in half.scored]
    line = _sound(fitted(scored), scored)
    lead = next(lead for lead in _LEADS if _lost(encoder, halves, lead) <= _MOST_LOST)
    mean = mean_of_people([*notes["clean"]])
    return Fitted(point_on(*line, lead, mean, measured=True), _folds(encoder, halves, lead))


def mean_of_people(sides: Sequence[Notes]) -> NDArray[np.float32]:
    """The mean voice, float32 [dimension]: everybody counts the same, whoever has sent how many notes."""
    voices = [np.mean([note.clean for note in own], axis=0) for side in sides for own in side.values()]
    return np.asarray(np.mean(voices, axis=0), np.float32)


def write(
    weights: Path, encoder: Encoder, point: Operating, people: Notes, strangers: Notes, limit: OneVoice | None
) -> Path:
    """The card and the mean voice, beside the weights.

    Raises:
        Unavailable: the folder cannot be written.
    """
    card = weights.parent / CARD
    one = _ONE_VOICE.format(single=100 * limit.single, joined=100 * limit.joined, limit=limit.limit) if limit else ""
    text = _TEXT.format(
        people=len(people), notes=sum(map(len, people.values())), strangers=len(strangers),
        architecture=encoder.name, file=_quoted(weights.name), sha256=encoder.weight_hash,
        slope=point.slope, offset=point.offset, lead=point.lead, one_voice=one,
    )  # fmt: skip
    try:
        with tempfile.TemporaryDirectory(dir=weights.parent) as beside:
            made = Path(beside)
            (made / CARD).write_text(text, encoding="utf-8")
            np.save(made / COHORT, np.asarray(point.cohort_mean, np.float32))
            for name in (COHORT, CARD):  # the card last: with it, all is there
                (made / name).replace(weights.parent / name)
    except OSError as error:
        raise Unavailable(f"{card} cannot be written: {error.strerror}") from error
    return card


def _enough(folder: Path, people: int) -> None:
    if people < LEAST_PEOPLE:
        raise WrongUse(
            f"{folder} has {people} people with {LEAST_NOTES} usable recordings or more: "
            f"{LEAST_PEOPLE} are needed to find the cuts, and twenty find them better"
        )


def _halves(encoder: Encoder, notes: Conditions) -> list[Half]:
    rng = np.random.default_rng(_SEED)
    first = [set(rng.permutation(list(side))[: len(side) // 2].tolist()) for side in notes["clean"]]
    parts = [part(notes, first, chosen) for chosen in (True, False)]
    halves = []
    for own, other in zip(parts, reversed(parts), strict=True):
        mean = mean_of_people(other["clean"])
        scored = list(outcomes(unjudged(encoder, mean), own, _sizes(own), _SEED).values())
        halves.append(Half(own, mean, fitted(scored), scored))
    return halves


def _sizes(notes: Conditions) -> list[int]:
    return [size for size in CLASS_SIZES if size <= len(notes["clean"][0])]


def _sound(line: tuple[float, float], scored: Sequence[Outcome]) -> tuple[float, float]:
    """The line, if it can be one to judge by."""
    lowest = min(outcome.trials.target.min() for outcome in scored)
    highest = max(outcome.trials.nontarget.max() for outcome in scored)
    if lowest > highest:
        raise WrongUse(
            "no two voices here are as alike as any two notes of one, which leaves open where yes begins: "
            "add people, and notes that were recorded elsewhere"
        )
    if line[0] <= 0 or point_on(*line, LEAD).accept >= 1:
        raise WrongUse(
            "this encoder does not tell these people apart well enough to judge by: train it further, or see whether "
            "every recording lies in its speaker's folder"
        )
    return line


def _folds(encoder: Encoder, halves: Sequence[Half], lead: float) -> list[Fold]:
    """Each half under the line of the other one."""
    found = []
    for half, other in zip(halves, reversed(halves), strict=True):
        point = point_on(*other.line, lead, half.mean)
        found.append(Fold(point, outcomes(EncoderSystem(encoder, point), half.notes, _sizes(half.notes), _SEED)))
    return found


def _lost(encoder: Encoder, halves: Sequence[Half], lead: float) -> float:
    """The share of true claims that are accepted without a lead, and not with this one."""

    def accepted(lead: float) -> float:
        folds = _folds(encoder, halves, lead)
        return float(np.mean(np.concatenate([each.accepted for fold in folds for each in fold.outcomes.values()])))

    return accepted(0.0) - accepted(lead)


def _quoted(text: str) -> str:
    """A string as TOML has it; JSON's form of it is one."""
    return json.dumps(text)
