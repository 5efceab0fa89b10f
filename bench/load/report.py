"""The run as a table, and as JSON for a machine to read; several runs side by side."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.load.account import WORTH_A_WORD, Account
from bench.load.cost import Cost
from bench.load.watch import Sample


@dataclass(frozen=True)
class Setting:
    """What was run, on what."""

    code: str
    installation: str
    students: int
    classes: int
    seconds: float
    encoder: str
    workers: int
    database: str
    machine: str

    @property
    def name(self) -> str:
        """What tells it from those that it is compared with."""
        return f"{self.code}, {self.installation}"


@dataclass(frozen=True)
class Outcome:
    """What came out of one run.

    Attributes:
        busy: share of all processors' time that anybody used, others on the machine included.
    """

    setting: Setting
    account: Account
    cost: Cost
    samples: list[Sample]
    busy: float


@dataclass(frozen=True)
class Use:
    """What one process used: megabytes at first, at most, at last, and the growth in the run's second half."""

    first: float
    peak: float
    last: float
    growth: float


def uses(samples: Sequence[Sample]) -> dict[str, Use]:
    """By process, from the first note to the end."""
    half = samples[len(samples) // 2]
    return {
        name: Use(
            first=samples[0].memory[name],
            peak=max(sample.memory[name] for sample in samples),
            last=samples[-1].memory[name],
            growth=samples[-1].memory[name] - half.memory[name],
        )
        for name in samples[0].memory
    }


def markdown(outcome: Outcome) -> str:
    """The tables of one run."""
    setting, found, samples, cost = outcome.setting, outcome.account, outcome.samples, outcome.cost
    books = found.books
    verdicts = ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(books.verdicts.items()))
    rows = [
        ("sent, answered, answered twice", f"{found.notes:,}, {found.answered:,}, {found.answered_twice}"),
        ("marks in the database", f"{books.recorded:,} ({verdicts})"),
        ("not accepted for", ", ".join(f"{why} {count}" for why, count in sorted(books.refused_for.items())) or "–"),
        ("pending, owed, dead letters", f"{books.pending}, {books.owed}, {books.dead}"),
        ("offered, served, notes/s", f"{found.offered:.1f}, {found.served:.1f}"),
        ("to the answer, s: p50, p95, p99, most", _seconds(found.waits)),
        ("to the first sign (👀), s: p50, p95, p99, most", _seconds(found.seen)),
        ("to the answer where nobody else sends, s", _seconds(found.alone)),
        ("most that waited for an answer, for a worker", f"{max(s.waiting for s in samples)}, "
                                                        f"{max(s.jobs for s in samples)}"),
        (f"waited over {WORTH_A_WORD:.0f} s untold; the longest silence, s",
         f"{found.untold:,}; {found.untold_longest:.1f}"),
        ("told how long it would take", _told(found)),
        ("order of sending and answering, rank correlation", f"{found.order:.5f}"),
        ("overtaken by so many later notes: p50, p95, most", "{:.0f}, {:.0f}, {}".format(*found.overtaken)),
        ("Telegram's refusals (429)", _refusals(found)),
        ("messages in the fullest second", f"{found.most_in_a_second} of 30"),
        ("edits of boards", f"{found.edits:,}"),
        ("a note's stages, median ms", ", ".join(f"{stage} {ms:.0f}" for stage, ms in books.stages.items())),
    ]  # fmt: skip
    used = [
        (name, f"{use.first:.0f}", f"{use.peak:.0f}", f"{use.last:.0f}", f"{use.growth:+.1f}")
        for name, use in uses(samples).items()
    ]
    spent = [
        (kind, f"{at_load:.1f}", *(f"{part[kind]:.1f}" if kind in part else "–" for part in (cost.alone, cost.quiet)))
        for kind, at_load in cost.at_load.items()
    ]
    return "\n".join(
        [
            f"{setting.students:,} students in {setting.classes} classes within {setting.seconds:.0f} s; encoder "
            f"{setting.encoder}; {setting.name}; {setting.workers} worker{'s' if setting.workers > 1 else ''}, "
            f"{setting.database}; {setting.machine}, {outcome.busy:.0%} busy with this run and others'.",
            "",
            *_table(("", ""), rows),
            "",
            *_table(("processor", "ms a note at load", "ms a note alone", "quiet, ms a second"), spent),
            "",
            *_table(("process", "MB at first", "peak", "last", "growth in the second half"), used),
            "",
        ]
    )


def figures(outcome: Outcome) -> dict[str, float]:
    """What is compared between runs, by what it is called in the table."""
    found, cost = outcome.account, outcome.cost
    return {
        "served, notes/s": found.served,
        "first sign, s: p95": found.seen.get("p95", 0.0),
        "answer, s: p50": found.waits["p50"],
        "answer, s: p95": found.waits["p95"],
        "answer where nobody else sends, s: p50": found.alone.get("p50", 0.0),
        f"waited over {WORTH_A_WORD:.0f} s untold": float(found.untold),
        "overtaken by so many later notes: most": float(found.overtaken[2]),
        **{f"{kind}, ms a note at load": spent for kind, spent in _places(cost.at_load).items()},
        **{f"{kind}, ms a note alone": spent for kind, spent in _places(cost.alone).items()},
        "bots, MB: peak": max(
            sum(size for name, size in sample.memory.items() if name.startswith("bot")) for sample in outcome.samples
        ),
    }


def side_by_side(outcomes: Sequence[Outcome]) -> str:
    """Medians of every contestant's rounds, and the median of each round's ratio to the first contestant."""
    rounds: dict[str, list[dict[str, float]]] = {}
    for outcome in outcomes:
        rounds.setdefault(outcome.setting.name, []).append(figures(outcome))
    first, *others = rounds
    heading = ["", first, *(column for name in others for column in (name, "× the first"))]
    rows = []
    for what in rounds[first][0]:
        row = [what, _median(rounds[first], what)]
        for name in others:
            row += [_median(rounds[name], what), _ratio(rounds[name], rounds[first], what)]
        rows.append(row)
    return "\n".join([*_table(heading, rows), ""])


def save(outcome: Outcome, path: Path) -> None:
    """Everything."""
    start = outcome.samples[0].at
    told = {
        "setting": asdict(outcome.setting),
        "account": asdict(outcome.account),
        "cost": asdict(outcome.cost),
        "processes": {name: asdict(use) for name, use in uses(outcome.samples).items()},
        "samples": [{**asdict(sample), "at": round(sample.at - start, 2)} for sample in outcome.samples],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _places(spent: Mapping[str, float]) -> dict[str, float]:
    """Kinds by their place in the house: one's Valkey is another's Redis, and SQLite is within the bot."""
    names = {"valkey": "queue", "redis": "queue", "postgres": "database"}
    return {names.get(kind, kind): used for kind, used in spent.items()}


def _median(rounds: Sequence[Mapping[str, float]], what: str) -> str:
    return _figure(statistics.median(figures[what] for figures in rounds)) if what in rounds[0] else "–"


def _ratio(rounds: Sequence[Mapping[str, float]], first: Sequence[Mapping[str, float]], what: str) -> str:
    pairs = [(own.get(what), base[what]) for own, base in zip(rounds, first, strict=True)]
    ratios = [own / base for own, base in pairs if own is not None and base]
    return f"{statistics.median(ratios):.2f}" if ratios else "–"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def _seconds(values: dict[str, float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values.values()) or "–"


def _refusals(found: Account) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in found.refused_by_telegram.items() if number) or "none"


def _told(found: Account) -> str:
    if not found.told:
        return "nobody"
    off, far_off = found.told_off_by
    return (
        f"{found.told:,}; it took {found.told_ratio:.2f} of the time (median), off by {off:.0f} s (p95 {far_off:.0f} s)"
    )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heading, ["---", *("--:" for _ in heading[1:])], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
