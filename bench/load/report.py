"""The run as a table, and as JSON for a machine to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.load.account import Account
from bench.load.watch import Sample


@dataclass(frozen=True)
class Setting:
    """What was run, on what."""

    students: int
    classes: int
    seconds: float
    encoder: str
    workers: int
    database: str
    machine: str


@dataclass(frozen=True)
class Use:
    """What one process used: megabytes at first, at most, at last, and the growth in the run's second half."""

    first: float
    peak: float
    last: float
    growth: float
    cpu_seconds: float


def uses(samples: Sequence[Sample]) -> dict[str, Use]:
    """By process, from the first note to the end."""
    half = samples[len(samples) // 2]
    return {
        name: Use(
            first=samples[0].memory[name],
            peak=max(sample.memory[name] for sample in samples),
            last=samples[-1].memory[name],
            growth=samples[-1].memory[name] - half.memory[name],
            cpu_seconds=samples[-1].cpu[name] - samples[0].cpu[name],
        )
        for name in samples[0].memory
    }


def markdown(setting: Setting, found: Account, samples: Sequence[Sample], busy: float) -> str:
    """The tables."""
    books = found.books
    verdicts = ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(books.verdicts.items()))
    rows = [
        ("sent, answered, answered twice", f"{found.notes:,}, {found.answered:,}, {found.answered_twice}"),
        ("marks in the database", f"{books.recorded:,} ({verdicts})"),
        ("pending, owed, dead letters", f"{books.pending}, {books.owed}, {books.dead}"),
        ("offered, served, notes/s", f"{found.offered:.1f}, {found.served:.1f}"),
        ("to the answer, s: p50, p95, p99, most", _seconds(found.waits)),
        ("to the first sign (👀), s: p50, p95, p99, most", _seconds(found.seen)),
        ("most that waited for an answer, for a worker", f"{max(s.waiting for s in samples)}, "
                                                        f"{max(s.jobs for s in samples)}"),
        ("told how long it would take", _told(found)),
        ("order of sending and answering, rank correlation", f"{found.order:.5f}"),
        ("overtaken by so many later notes: p50, p95, most", "{:.0f}, {:.0f}, {}".format(*found.overtaken)),
        ("Telegram's refusals (429), fullest second", f"{found.refused_by_telegram}, {found.most_in_a_second} of 30"),
        ("edits of boards", f"{found.edits:,}"),
        ("a note's stages, median ms", ", ".join(f"{stage} {ms:.0f}" for stage, ms in books.stages.items())),
    ]  # fmt: skip
    used = [
        (name, f"{use.first:.0f}", f"{use.peak:.0f}", f"{use.last:.0f}", f"{use.growth:+.1f}",
         f"{1000 * use.cpu_seconds / max(1, found.notes):.0f}")
        for name, use in uses(samples).items()
    ]  # fmt: skip
    return "\n".join(
        [
            f"{setting.students:,} students in {setting.classes} classes within {setting.seconds:.0f} s; encoder "
            f"{setting.encoder}; one bot, {setting.workers} worker{'s' if setting.workers > 1 else ''}, Valkey, "
            f"{setting.database}; {setting.machine}, {busy:.0%} busy with this run and others'.",
            "",
            *_table(("", ""), rows),
            "",
            *_table(
                ("process", "MB at first", "peak", "last", "growth in the second half", "processor, ms a note"), used
            ),
            "",
        ]
    )


def save(setting: Setting, found: Account, samples: Sequence[Sample], path: Path) -> None:
    """Everything."""
    start = samples[0].at
    told = {
        "setting": asdict(setting),
        "account": asdict(found),
        "processes": {name: asdict(use) for name, use in uses(samples).items()},
        "samples": [{**asdict(sample), "at": round(sample.at - start, 2)} for sample in samples],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _seconds(values: dict[str, float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values.values()) or "–"


def _told(found: Account) -> str:
    if not found.told:
        return "nobody: nobody had to wait so long"
    off, far_off = found.told_off_by
    return (
        f"{found.told:,}; it took {found.told_ratio:.2f} of the time (median), off by {off:.0f} s (p95 {far_off:.0f} s)"
    )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heading, ["---", *("--:" for _ in heading[1:])], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
