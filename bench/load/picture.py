"""Rates, queue and memory over time, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.load.watch import Sample
from rollcall.report.drawing import FAINT, FLAGGED, HOLLOW, INK, LATE, MUTED, PAPER, PRESENT

_FAMILY = "DejaVu Sans"
_OVER = 10.0
"""Seconds that a rate is averaged over."""
_COLOURS = (PRESENT, LATE, FLAGGED, MUTED, HOLLOW, INK, FAINT, PRESENT)


def draw(samples: Sequence[Sample], title: str, footnote: str, path: Path) -> None:
    """Three panels with one time axis; the footnote may have two lines."""
    figure = Figure(figsize=(7.2, 7.6), dpi=150, facecolor=PAPER)
    FigureCanvasAgg(figure)
    rates, queue, memory = figure.subplots(3, 1, sharex=True)
    figure.subplots_adjust(left=0.1, right=0.82, top=0.9, bottom=0.1, hspace=0.32)
    at = np.array([sample.at - samples[0].at for sample in samples])
    _panel(rates, "Notes a second")
    _lines(rates, at, {
        "sent": _rate(at, [sample.sent for sample in samples]),
        "answered": _rate(at, [sample.answered for sample in samples]),
    })  # fmt: skip
    _panel(queue, "Notes that wait")
    _lines(queue, at, {
        "for the answer": np.array([sample.waiting for sample in samples]),
        "for a worker": np.array([sample.jobs for sample in samples]),
    })  # fmt: skip
    _panel(memory, "Resident memory, MB")
    names = list(samples[-1].memory)
    _lines(memory, at, {name: np.array([sample.memory[name] for sample in samples]) for name in names})
    memory.set_xlabel("seconds since the first note", fontsize=9, color=MUTED, family=_FAMILY)
    figure.text(0.02, 0.955, title, fontsize=12, weight="bold", color=INK, family=_FAMILY)
    figure.text(0.02, 0.02, footnote, fontsize=7, color=MUTED, family=_FAMILY)
    figure.savefig(path)


def _panel(axes: Any, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=INK, family=_FAMILY)
    axes.tick_params(labelsize=8, labelcolor=MUTED, color=FAINT)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)


def _lines(axes: Any, at: np.ndarray, lines: dict[str, np.ndarray]) -> None:
    top = 1.15 * max(1.0, *(float(values.max()) for values in lines.values()))
    axes.set_ylim(0, top)
    axes.set_xlim(0, at[-1])
    free = 0.0
    # Named at their ends, lowest first, none over another.
    for colour, (name, values) in sorted(
        zip(_COLOURS, lines.items(), strict=False), key=lambda line: float(line[1][1][-1])
    ):
        axes.plot(at, values, color=colour, linewidth=1.4, solid_capstyle="round")
        place = max(float(values[-1]), free)
        free = place + 0.11 * top
        axes.annotate(
            name, (1.01, place / top), xycoords="axes fraction", fontsize=8, color=colour, va="center", family=_FAMILY
        )


def _rate(at: np.ndarray, counts: Sequence[int]) -> np.ndarray:
    """Events a second, over the seconds before."""
    counted = np.array(counts, np.float64)
    earlier = np.maximum(at - _OVER, 0.0)
    return np.asarray((counted - np.interp(earlier, at, counted)) / np.maximum(at - earlier, 1.0))
