"""What a run found, as JSON and as tables."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.contestants import CONTESTANTS
from bench.race import Standing, ratios
from bench.service import Service
from bench.stages import Stages


@dataclass(frozen=True)
class Results:
    """One run."""

    machine: str
    ffmpeg: str
    notes: str
    standings: list[Standing]
    absent: list[str]
    stages: Stages
    service: Service


def machine() -> str:
    """The processor, as far as the system tells."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    width = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_tile") if flag in flags]
    return f"{name}, {os.cpu_count()} cores, {' '.join(width)}"


def save(results: Results, path: Path) -> None:
    """Everything, for a machine to read."""
    path.write_text(json.dumps(asdict(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def markdown(results: Results) -> str:
    """The tables."""
    return "\n".join(
        [
            f"{results.machine}; {results.notes}; one thread a process; pydub with {results.ffmpeg}.",
            "",
            *_race(results),
            "",
            *_stages(results.stages),
            "",
            *_growth(results.stages),
            "",
            *_service(results),
            "",
        ]
    )


def _race(results: Results) -> list[str]:
    against = {base: dict(ratios(results.standings, base)) for base in ("a", "b")}
    rows = [
        [
            CONTESTANTS[standing.name][0],
            f"{statistics.median(standing.alone):.0f}",
            f"{statistics.median(standing.pair):.1f}",
            *(f"{own[standing.name]:.2f}" if standing.name in own else "–" for own in against.values()),
            f"{statistics.median(standing.start):.1f}",
            f"{standing.megabytes:.0f}",
        ]
        for standing in results.standings
    ]
    heading = ["note bytes → embedding", "1 process, ms a note", "2 processes, notes/s", "× A", "× B",
               "start → first embedding, s", "peak MB"]  # fmt: skip
    missing = [f"\nNot here: {', '.join(results.absent)}."] if results.absent else []
    return [*_table(heading, rows), *missing]


def _stages(found: Stages) -> list[str]:
    rows = [
        [
            stage,
            f"{own:.1f}",
            ", ".join(f"{peer} {its:.1f} ({its / own:.1f} ×)" for peer, its in found.theirs[stage].items()) or "–",
        ]
        for stage, own in found.ours.items()
    ]
    peak = f"Matrix products peak at {found.peak:.0f} GFLOP/s; CAM++ in fp32 reaches {found.reached:.0%} of it."
    return [*_table(["stage", "ms a note", "beside it"], rows), "", peak]


def _growth(found: Stages) -> list[str]:
    lengths = _table(
        ["seconds of note", *map(str, found.lengths)],
        [["embedding, ms", *(f"{ms:.0f}" for ms in found.lengths.values())]],
    )
    classes = _table(
        ["enrolled", *(f"{people:,}" for people in found.classes)],
        [
            ["one decision, ms", *(f"{ms:.2f}" for ms, _ in found.classes.values())],
            ["gallery, MB", *(f"{megabytes:.1f}" for _, megabytes in found.classes.values())],
        ],
    )
    return [*lengths, "", *classes]


def _service(results: Results) -> list[str]:
    found = results.service
    bare = {each.name: statistics.median(each.alone) for each in results.standings}
    rows = [["idle, one note at a time", *_percentiles(found.idle)]]
    rows += [[f"{load:.0%} load", *_percentiles(times)] for load, times in found.loads.items()]
    median = statistics.median(found.idle)
    parts = ", ".join(f"{stage} {ms:.1f}" for stage, ms in found.stages.items())
    rest = median - sum(found.stages.values())
    return [
        *_table(["update → answer, through the sandbox", "p50, ms", "p95, ms"], rows),
        "",
        f"Idle p50 is {_times(median, bare.get('campplus-int8'))} the bare note → embedding in eight bits, "
        f"{_times(median, bare.get('campplus'))} in single precision. Of it, ms: {parts}, bookkeeping {rest:.1f}. "
        f"`rollcall up` answered its first note {found.first:.1f} s after its start.",
    ]


def _times(whole: float, part: float | None) -> str:
    return "– ×" if part is None else f"{whole / part:.1f} ×"


def _percentiles(times: Sequence[float]) -> list[str]:
    ordered = sorted(times)
    return [f"{statistics.median(ordered):.0f}", f"{ordered[int(0.95 * (len(ordered) - 1))]:.0f}"]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heading, ["---", *("--:" for _ in heading[1:])], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
