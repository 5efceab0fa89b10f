"""``rollcall evaluate``: how well do the encoders tell these people apart, clean and spoilt?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evaluation import metrics, pictures
from evaluation.degrade import Degradation, parse
from evaluation.experiment import Outcome, Plan, run
from evaluation.figures import Figure, figures, posteriors
from evaluation.library import Files, Library
from evaluation.recordings import find
from evaluation.systems import EncoderSystem, GmmUbm, MeanMfcc, PlainCosine, System
from evaluation.table import markdown, table
from models import registry
from models.errors import ModelError
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongUse

_BASELINES: dict[str, Callable[[], list[System]]] = {
    "mfcc": lambda: [MeanMfcc("cosine"), MeanMfcc("Euclidean")],
    "gmm": lambda: [GmmUbm()],
}


@dataclass(frozen=True)
class Row:
    """One system under one condition."""

    system: System
    condition: str
    outcome: Outcome
    figures: dict[str, Figure]


@dataclass
class Measured:
    """A whole evaluation."""

    facts: dict[str, Any]
    rows: list[Row] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    """Systems that could not run, and why."""


def main(
    settings: Settings,
    folder: Path,
    names: Sequence[str],
    plan: Plan,
    *,
    strangers: Path | None,
    degrade: str,
    as_json: bool,
    out: Path,
) -> int:
    """Evaluate, write report and pictures into ``out``, print the table (or JSON alone); the exit code."""
    say = Console(stderr=True, highlight=False)
    measured = measure(settings, folder, names, plan, strangers=strangers, degrade=degrade, say=say)
    out.mkdir(parents=True, exist_ok=True)
    report = report_of(measured)
    (out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")
    (out / "report.md").write_text(markdown(measured.rows), encoding="utf-8")
    if measured.rows:
        draw(measured.rows, list(measured.facts["speakers"]), out)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        Console(highlight=False).print(table(measured.rows))
        say.print(f"report and pictures: {out}", soft_wrap=True)
    for name, why in measured.absent.items():
        say.print(f"{name} was left out: {why}", soft_wrap=True, markup=False)
    return 0 if measured.rows else 1


def measure(
    settings: Settings,
    folder: Path,
    names: Sequence[str],
    plan: Plan,
    *,
    strangers: Path | None,
    degrade: str,
    say: Console,
) -> Measured:
    """Every system under every condition.

    Raises:
        WrongUse: an unknown system or degradation, no folder, or too few speakers with enough notes.
        Unavailable: none of the systems asked for can run here.
    """
    conditions: list[Degradation | None] = [None, *(parse(degrade) if degrade else [])]
    systems, absent = _systems(names, settings)
    if not systems:
        raise Unavailable("; ".join(f"{name}: {why}" for name, why in absent.items()))
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
    speakers, others = _split(find(folder), find(strangers) if strangers else {}, plan.enrol)
    if len(speakers) < 2:
        raise WrongUse(
            f"{folder} needs two speakers or more with {plan.enrol + 1} recordings each (--enrol {plan.enrol})"
        )
    facts = {
        "folder": folder.name,
        "speakers": {name: len(own) for name, own in speakers.items()},
        "strangers": len(others),
        "plan": asdict(plan),
    }
    measured = Measured(facts, absent=absent)
    files = sum(map(len, speakers.values())) + sum(map(len, others.values()))
    with _progress(say) as bar:
        for system in systems:
            for condition in conditions:
                label = f"{system.name} · {condition.name if condition else 'clean'}"
                task = bar.add_task(label, total=files)
                outcome = _outcome(system, speakers, others, condition, plan, library, lambda: bar.advance(task))  # noqa: B023
                measured.rows.append(
                    Row(system, condition.name if condition else "clean", outcome, figures(outcome, system.point))
                )
                bar.remove_task(task)
    for complaint in library.complaints:
        say.print(f"left out: {complaint}", soft_wrap=True, markup=False)
    facts["left_out"] = len(library.complaints)
    return measured


def _outcome(
    system: System,
    speakers: Files,
    others: Files,
    condition: Degradation | None,
    plan: Plan,
    library: Library,
    tick: Callable[[], None],
) -> Outcome:
    babblers = library.babblers(others or speakers) if condition is not None else []
    members = library.notes(system, speakers, condition, babblers, tick)
    rest = library.notes(system, others, condition, babblers, tick)
    for name, own in list(members.items()):
        if len(own) <= plan.enrol:  # some of the files could not be used
            rest[name] = members.pop(name)
    background = [note.clean for own in (rest or members).values() for note in own]
    system.learn(background)
    return run(system, members, rest, plan)


def _split(own: Files, strangers: Files, enrol: int) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Who enrols, and who has too few notes and only ever claims to be somebody."""
    speakers = {name: list(paths) for name, paths in own.items() if len(paths) > enrol}
    others = {name: list(paths) for name, paths in own.items() if len(paths) <= enrol}
    return speakers, others | {f"stranger {name}": list(paths) for name, paths in strangers.items()}


def _systems(names: Sequence[str], settings: Settings) -> tuple[list[System], dict[str, str]]:
    found: list[System] = []
    absent: dict[str, str] = {}
    known = [card.name for card in registry.known()]
    for name in names:
        if name in _BASELINES:
            found += _BASELINES[name]()
            continue
        try:
            encoder = registry.load(name, settings.models_dir, settings.device, None, 1, settings.backend)
        except ModelError as error:
            if name not in known and not Path(name).exists():
                raise WrongUse(f"there is no model {name}: choose of {', '.join([*known, *_BASELINES])}") from error
            absent[name] = str(error)
            continue
        system = EncoderSystem(encoder)
        found.append(system)
        if system.point is not None and system.point.cohort_mean is not None:
            found.append(PlainCosine(encoder))
    return found, absent


def report_of(measured: Measured) -> dict[str, Any]:
    """Everything measured, for a machine to read."""
    rows = [
        {
            "system": row.system.name,
            "condition": row.condition,
            "trials": {
                "target": len(row.outcome.trials.target),
                "nontarget": len(row.outcome.trials.nontarget),
                "of_strangers": int(row.outcome.outsider.sum()),
            },
            "cuts": {"accept": point.accept, "unsure": point.unsure, "lead": point.lead} if point else None,
            "figures": {name: figure.as_json() for name, figure in row.figures.items()},
        }
        for row in measured.rows
        for point in [row.system.point]
    ]
    return {"measured_on": measured.facts, "rows": rows, "left_out": measured.absent}


def draw(rows: Sequence[Row], speakers: Sequence[str], out: Path) -> None:
    """The pictures: one DET curve for all, the rest for the first system, clean."""
    curves = {}
    for row in rows:
        name = row.system.name if row.condition == "clean" else f"{row.system.name}, {row.condition}"
        curves[name] = metrics.det_points(row.outcome.trials.target, row.outcome.trials.nontarget)
    pictures.det_curve(curves, out / "det.png")
    first = rows[0]
    pictures.confusion_matrix(first.outcome.confusion, speakers, out / "confusion.png")
    point = first.system.point
    if point is not None:
        trials = first.outcome.trials
        title = f"{first.system.name}: scores"
        pictures.score_histogram(trials.target, trials.nontarget, point.accept, point.unsure, out / "scores.png", title)
        promised = metrics.reliability(*posteriors(first.outcome, point))
        pictures.reliability_plot(*promised, out / "reliability.png", f"{first.system.name}: is the percent right?")


def _progress(say: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=say, transient=True,
    )  # fmt: skip
