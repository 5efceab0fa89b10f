"""Where do the scores of telephone notes mean yes? ``python -m evaluation.telephone train cohort dev --calls digits``

Everybody enrols with three notes as usual. These, together with what the band of a telephone passes of them, are what
the later notes are compared with, which came over a telephone. Half of the first folder's people and half of the
strangers give mean voice, whitening, shift and line for the encoder's card; the figures are those of the other halves,
and of the further folders' people, under what the card says. Real telephone notes are taken as they are.

How far the whitening is shrunk was chosen within the fitting halves alone: docs/accuracy.md.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
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
from evaluation.calibration import ANY_LINE, LEAD, Conditions, Notes, fitted, outcomes, part, unjudged
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
from rollcall.domain.scoring import seen_from
from rollcall.domain.second_print import second_notes
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
"""Of whoever is shown; those who give the fit give all they have."""
WIDE = "wide"
"""Among the lines, the notes as they are."""
_SHRINKAGE = 0.7
"""Of the spread within people, so much is taken to be alike in all directions: sixty people do not show the rest."""
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


def seen_through(notes: Conditions) -> tuple[Conditions, Operating]:
    """The same notes with second prints, and what their scores are seen through: a point without cuts.

    Args:
        notes: by line, and by `WIDE` the notes as they are.
    """
    lines = [sides for name, sides in notes.items() if name != WIDE]
    sent = [mean_of_people([by_telephone(side) for side in sides]) for sides in lines]
    mean = np.asarray(np.mean(sent, axis=0), np.float32)
    shift = 2 * mean - mean_of_people([*lines[0]]) - mean_of_people([*notes[WIDE]])
    bare = replace(point_on(*ANY_LINE, LEAD, mean, measured=True), shift=shift)
    printed = with_second_prints(notes, bare)
    return printed, replace(bare, whitening=whitening([*printed.values()], mean))


def with_second_prints(notes: Conditions, point: Operating) -> Conditions:
    """By line, what enrols is what makes a second print; the notes as they are go."""

    def printed(side: Notes, wide: Notes) -> Notes:
        found = {}
        for name, own in side.items():
            clean, plain = (np.stack([note.clean for note in each]) for each in (own, wide[name]))
            second = second_notes(clean, plain, point)
            found[name] = [replace(note, clean=row) for note, row in zip(own, second, strict=True)]
        return found

    people, strangers = notes[WIDE]
    return {
        line: (printed(sides[0], people), printed(sides[1], strangers)) for line, sides in notes.items() if line != WIDE
    }


def whitening(lines: Sequence[tuple[Notes, Notes]], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Float32 [dimension, dimension], symmetric: the inverse root of how one person's notes spread, seen from the mean.

    One kind of enrolment note and every line's are all notes of one person. Its scale is of no account.
    """
    spread = np.zeros((len(mean), len(mean)))
    for people in zip(*lines, strict=True):  # the people by every line, then the strangers
        for name in people[0]:
            rows = [note.clean for note in people[0][name]] + [note.test for side in people for note in side[name]]
            around = seen_from(mean, np.stack(rows)).astype(np.float64)
            around -= around.mean(axis=0)
            spread += around.T @ around
    spread /= np.trace(spread) / len(mean)
    values, directions = np.linalg.eigh((1 - _SHRINKAGE) * spread + _SHRINKAGE * np.eye(len(mean)))
    return np.asarray((directions / np.sqrt(values)) @ directions.T, np.float32)


def fit(encoder: Encoder, notes: Conditions) -> Operating:
    """The operating point for telephone notes that these people and strangers give.

    The cuts are counted and not read off the line: the channel that all share leaves some strangers much alike, and
    where one in a thousand of them begins, the line lies far beside. Lead and raise are counted in.

    Args:
        notes: by line, and by `WIDE` the notes as they are.
    """
    notes, through = seen_through(notes)
    scored = list(outcomes(EncoderSystem(encoder, through), notes, CLASS_SIZES, _SEED).values())
    own = np.concatenate([outcome.trials.target for outcome in scored])
    slope, offset = fitted(scored)
    point = replace(through, slope=slope, offset=offset, unsure=float(np.quantile(own, _MOST_ACCUSED)))

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
    write: Annotated[bool, typer.Option(help="Write what scores are seen through into the encoder's folder.")] = False,
) -> None:
    """Fit on one half, show the other, print the line to put into the encoder's card."""
    settings = Settings()
    encoder = registry.load(model, settings.models_dir, settings.device, None, 1, settings.backend)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    system = NarrowSystem(encoder)

    rng = np.random.default_rng(_SEED)
    first = [
        set(rng.permutation(names)[: len(names) // 2].tolist()) for names in map(list, map(find, (folder, cohort)))
    ]

    def heard(place: Path, all_of: Collection[str] = ()) -> Mapping[str, Notes]:
        files = {name: paths if name in all_of else paths[:_MOST_NOTES] for name, paths in find(place).items()}
        found = {one.name: library.notes(system, files, one, [], lambda: None) for one in parse(lines)}
        return {**found, WIDE: library.notes(unjudged(encoder), files, None, [], lambda: None)}

    people, strangers = (heard(place, chosen) for place, chosen in zip((folder, cohort), first, strict=True))
    notes = {line: (people[line], strangers[line]) for line in people}
    found = fit(encoder, part(notes, first, chosen=True))
    say = Console(highlight=False)
    say.print(
        f"{encoder.name} {encoder.weight_hash[:16]}: LLR = {found.slope:.2f} * score {found.offset:+.2f}, "
        f"accept from {found.accept:.3f}, unsure from {found.unsure:.3f}"
    )
    if write:
        keep(found, Path(str(encoder.card.folder / NARROW)))
    point = narrow_point(encoder.weight_hash) or found
    judging = NarrowSystem(encoder, point)
    shown = part(notes, first, chosen=False)
    further: dict[str, Conditions] = {
        place.name: {line: (own, {}) for line, own in heard(place).items()} for place in others or ()
    }
    printed = with_second_prints(shown, point)
    rows = []
    for line, (own, rest) in printed.items():
        own = {name: each for name, each in own.items() if len(each) > NOTES}
        outside = {**rest, **_named({name: one[line][0] for name, one in further.items()})}
        rows.append(Row(f"{folder.name}, {line}", tried(judging, own, outside)))
        rows.append(Row(f"{folder.name}, {line}, 2 s", tried(judging, own, outside, 2.0)))
        for name, one in further.items():
            members, _ = with_second_prints(one, point)[line]
            rows.append(Row(f"{name}, {line}", tried(judging, members, {**rest, **own})))
        called = {name: shown[line][0][name] for name in own}
        others_called = {**shown[line][1], **_named({name: one[line][0] for name, one in further.items()})}
        rows.append(Row("enrolled by telephone", tried(judging, by_telephone(called), by_telephone(others_called))))
        rows.append(Row("enrolled by telephone, wide", tried(judging, turned(called), turned(others_called))))
    if calls is not None:
        real = library.notes(system, find(calls), None, [], lambda: None)
        own, rest = next(iter(printed.values()))
        rows.append(Row(calls.name, tried(judging, real, {**rest, **own})))
    say.print(table(rows, point))


def keep(point: Operating, file: Path) -> None:
    """Write what scores are seen through, for `rollcall.domain.operating`; two bytes a figure are enough to whiten."""
    if point.cohort_mean is None or point.whitening is None or point.shift is None:
        raise ValueError("a point for telephone notes has all three")
    np.savez_compressed(
        file, cohort_mean=point.cohort_mean, whitening=point.whitening.astype(np.float16), shift=point.shift
    )


def _named(folders: Mapping[str, Notes]) -> dict[str, Sequence[Note]]:
    """Everybody of several folders."""
    return {f"{name}/{who}": own for name, one in folders.items() for who, own in one.items()}


app = typer.Typer(add_completion=False)
app.command()(main)

if __name__ == "__main__":
    app()
