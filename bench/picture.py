"""The race, as bars."""

from __future__ import annotations

import statistics
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.contestants import CONTESTANTS
from bench.report import Results
from rollcall.report.drawing import INK, MUTED, PAPER, PRESENT

_OURS = PRESENT
_FAMILY = "DejaVu Sans"


def draw(results: Results, path: Path) -> None:
    """Notes a second of each contestant, two processes at once; ours in colour."""
    standings = sorted(results.standings, key=lambda standing: statistics.median(standing.pair))
    figure = Figure(figsize=(7.2, 0.9 + 0.5 * len(standings)), dpi=150, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.42, 0.13, 0.5, 0.72), facecolor=PAPER)
    names = [CONTESTANTS[standing.name][0] for standing in standings]
    rates = [statistics.median(standing.pair) for standing in standings]
    colours = [_OURS if name.startswith("Rollcall") else MUTED for name in names]
    bars = axes.barh(names, rates, color=colours, height=0.62)
    axes.bar_label(bars, [f"{rate:.1f}" for rate in rates], padding=4, color=INK, fontsize=9, family=_FAMILY)
    axes.set_xlim(0, max(rates) * 1.15)
    axes.tick_params(axis="y", length=0, labelsize=9, labelcolor=INK)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.text(0.02, 0.93, "Voice notes a second, two processes on two cores", fontsize=12, weight="bold", color=INK,
                family=_FAMILY)  # fmt: skip
    figure.text(0.02, 0.03, f"{results.notes}; {results.machine}", fontsize=7, color=MUTED, family=_FAMILY)
    figure.savefig(path)
