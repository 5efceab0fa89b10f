"""Where do the scores of telephone notes mean yes? ``python -m evaluation.telephone train cohort dev --calls digits``

Everybody enrols with three notes as usual. What the band of a telephone passes of these is what the later notes are
compared with, which came over a telephone. Half of the first folder's people and half of the strangers give the mean
voice and the line for the encoder's card; the figures are those of the other halves, and of the further folders'
people, under what the card says. Real telephone notes are taken as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import platformdirs
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from evaluation import metrics
from evaluation.calibration import LEAD, Conditions, Notes, fitted, outcomes, part, unjudged
from evaluation.degrade import parse
from evaluation.experiment import Note, Outcome, Plan, joined, run
from evaluation.library import Library
from evaluation.recipes.fit import mean_of_people
from evaluation.recordings import find
from evaluation.systems import EncoderSystem, Represented
from models import registry
from models.card import NARROW
from models.encoder import Encoder
from rollcall.config.settings import Settings
from rollcall.domain.operating import FALSE_ACCEPTS, Operating, narrow_point, point_on
from rollcall.domain.voiceprint import NOTES
from worker.audio.band import narrowed
from worker.audio.waveform import Waveform

LINES = "phone+opus:24,band+opus:24"
"""A telephone line of 8 bits, and its band alone, both as Telegram sends them on."""
CLASS_SIZES = (10, 25)
_MOST_ACCUSED = 0.01
"""Share of own notes that may be called another voice: who only calls from a bad line is asked to record otherwise."""
_STEP = 0.01
_MOST_NOTES = 6
_DRAWS = 5
_SEED = 0


class NarrowSystem(EncoderSystem):
    """An encoder that hears everything through the band of a telephone."""

    def __init__(self, encoder: Encoder, point: Operating | None = None) -> None:
        super().__init__(encoder, point)
        self.fingerprint += "-narrow"

    def represent(self, samples: NDArray[np.float32]) -> Represented:
        """See `System.represent`."""
        return super().represent(narrowed(Waveform(samples)).samples)


@dataclass(frozen=True)
class Row:
    """One line of the table: what was tried, and what became of it."""

    name: str
    outcome: Outcome


def fit(encoder: Encoder, notes: Conditions) -> Operating:
    """The operating point for telephone notes that these people and strangers give.

    The cuts are counted and not read off the line: the channel that all share leaves some strangers much alike, and
    where one in a thousand of them begins, the line lies far beside. Lead and raise are counted in.
    """
    mean = mean_of_people([*next(iter(notes.values()))])
    scored = list(outcomes(unjudged(encoder, mean), notes, CLASS_SIZES, _SEED).values())
    own = np.concatenate([outcome.trials.target for outcome in scored])
    point = replace(point_on(*fitted(scored), LEAD, mean, measured=True), unsure=float(np.quantile(own, _MOST_ACCUSED)))

    def taken(cut: float) -> float:
        """The share of others' notes that are accepted."""
        judging = EncoderSystem(encoder, replace(point, accept=cut))
        found = outcomes(judging, notes, CLASS_SIZES, _SEED).values()
        return float(np.mean(np.concatenate([outcome.falsely_accepted for outcome in found])))

    other = np.concatenate([outcome.trials.nontarget for outcome in scored])
    cut = math.ceil(metrics.cut_at_far(other, FALSE_ACCEPTS) / _STEP) * _STEP  # where neither lead nor raise helps
    while taken(cut - _STEP) <= FALSE_ACCEPTS:
        cut -= _STEP
    return replace(point, accept=cut)


def tried(system: EncoderSystem, people: Notes, strangers: Notes, minimum_speech: float = 0.0) -> Outcome:
    """Everybody's notes claim to be everybody, in classes of each size."""
    sizes = [size for size in CLASS_SIZES if size <= len(people)] or [len(people)]
    return joined(
        [
            run(system, people, strangers, Plan(NOTES, _DRAWS, size, minimum_speech, seed=_SEED))
            for size in sizes
        ]
    )  # fmt: skip


def by_telephone(people: Notes) -> Notes:
    """The same people where they had enrolled over the telephone as well."""
    return {name: [Note(note.test, note.test, note.seconds) for note in own] for name, own in people.items()}


def turned(people: Notes) -> Notes:
    """The same people where they had enrolled over the telephone, and send later notes as usual."""
    return {name: [Note(note.test, note.clean, note.seconds) for note in own] for name, own in people.items()}


def table(rows: Sequence[Row], point: Operating) -> Table:
    """All figures, under one operating point."""
    drawn = Table("set", box=None, pad_edge=False)
    for heading in ("own notes", "others'", "EER %", "accepted %", "sent back %", "below %", "false accepts %"):
        drawn.add_column(heading, justify="right")
    for row in rows:
        trials = row.outcome.trials
        accepted, unsure = row.outcome.accepted, row.outcome.unsure
        drawn.add_row(
            row.name,
            f"{len(trials.target):,}", f"{len(trials.nontarget):,}",
            f"{100 * metrics.eer(trials.target, trials.nontarget):.2f}",
            f"{100 * accepted.mean():.1f}", f"{100 * unsure.mean():.1f}", f"{100 * (~accepted & ~unsure).mean():.1f}",
            f"{100 * row.outcome.falsely_accepted.mean():.3f}",
        )  # fmt: skip
    drawn.caption = f"accepted from {point.accept:.3f}, below {point.unsure:.3f} somebody else's"
    return drawn


def main(
    folder: Annotated[Path, typer.Argument(help="DIR/<speaker>/*: half of them fit, half are shown.")],
    cohort: Annotated[Path, typer.Argument(help="DIR/<speaker>/*: strangers, likewise.")],
    others: Annotated[list[Path] | None, typer.Argument(help="Further people, only shown.")] = None,
    calls: Annotated[Path | None, typer.Option(help="Real telephone notes, only shown.")] = None,
    model: Annotated[str, typer.Option(help="The encoder.")] = "campplus",
    lines: Annotated[str, typer.Option(help="As for rollcall evaluate --degrade.")] = LINES,
    write: Annotated[bool, typer.Option(help="Write the mean voice into the encoder's folder.")] = False,
) -> None:
    """Fit on one half, show the other, print the line to put into the encoder's card."""
    settings = Settings()
    encoder = registry.load(model, settings.models_dir, settings.device, None, 1, settings.backend)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    system = NarrowSystem(encoder)

    def heard(place: Path) -> Mapping[str, Notes]:
        files = {name: paths[:_MOST_NOTES] for name, paths in find(place).items()}
        return {one.name: library.notes(system, files, one, [], lambda: None) for one in parse(lines)}

    people, strangers = heard(folder), heard(cohort)
    notes = {line: (people[line], strangers[line]) for line in people}
    rng = np.random.default_rng(_SEED)
    first = [set(rng.permutation(list(side))[: len(side) // 2].tolist()) for side in next(iter(notes.values()))]
    found = fit(encoder, part(notes, first, chosen=True))
    say = Console(highlight=False)
    say.print(
        f"{encoder.name} {encoder.weight_hash[:16]}: LLR = {found.slope:.2f} * score {found.offset:+.2f}, "
        f"accept from {found.accept:.3f}, unsure from {found.unsure:.3f}"
    )
    if write and found.cohort_mean is not None:
        np.save(Path(str(encoder.card.folder / NARROW)), found.cohort_mean)
    point = narrow_point(encoder.weight_hash) or found
    judging = NarrowSystem(encoder, point)
    shown = part(notes, first, chosen=False)
    rows = []
    for line, (own, rest) in shown.items():
        own = {name: each for name, each in own.items() if len(each) > NOTES}
        further = {place.name: heard(place)[line] for place in others or ()}
        outside = {**rest, **{f"{name}/{who}": each for name, one in further.items() for who, each in one.items()}}
        rows.append(Row(f"{folder.name}, {line}", tried(judging, own, outside)))
        rows.append(Row(f"{folder.name}, {line}, 2 s", tried(judging, own, outside, 2.0)))
        for name, one in further.items():
            rows.append(Row(f"{name}, {line}", tried(judging, one, {**rest, **own})))
        rows.append(Row("enrolled by telephone", tried(judging, by_telephone(own), by_telephone(outside))))
        rows.append(Row("enrolled by telephone, wide", tried(judging, turned(own), turned(outside))))
    if calls is not None:
        real = library.notes(system, find(calls), None, [], lambda: None)
        own, rest = next(iter(shown.values()))
        rows.append(Row(calls.name, tried(judging, real, {**rest, **own})))
    say.print(table(rows, point))


app = typer.Typer(add_completion=False)
app.command()(main)

if __name__ == "__main__":
    app()
