"""What the figures look like: trade-offs, scores, calibration and confusions, in the colours of the reports.

Matplotlib's object-oriented interface only, as in `rollcall.report.drawing`. Every picture is a PNG, 1080 pixels wide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import NullLocator, PercentFormatter
from numpy.typing import ArrayLike, NDArray

from evaluation.metrics import equal_error
from rollcall.report.drawing import (
    FAINT,
    FLAGGED,
    HOLLOW,
    INK,
    LATE,
    LATE_ZONE,
    MUTED,
    PAPER,
    PRESENT,
    WIDTH,
    drawable,
    text_width,
)

_DPI = 150
_FAMILY = "DejaVu Sans"
LINES = (PRESENT, FLAGGED, LATE, "#5B5EA6", "#4C9F70", INK, "#B565A7", HOLLOW)
_TICKS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99)
_LONGEST_NAME = 26
_NUMBERED_CELLS = 20
"""Up to so many people, each cell of a confusion matrix shows its number."""


def det_curve(systems: Mapping[str, tuple[ArrayLike, ArrayLike]], path: Path) -> None:
    """False rejects against false accepts of each system, axes warped by the probit, equal error rates marked.

    Martin et al., "The DET curve in assessment of detection task performance", Eurospeech 1997.

    Args:
        systems: false accept and false reject rates by name, [points] each, as `metrics.det_points` gives them.
    """
    curves = {name: (np.asarray(far, float), np.asarray(frr, float)) for name, (far, frr) in systems.items()}
    errors = {name: equal_error(far, frr) for name, (far, frr) in curves.items()}
    low = max((tick for tick in _TICKS if tick <= min(errors.values(), default=0.0) / 8), default=_TICKS[0])
    high = min(tick for tick in _TICKS if tick >= min(max(0.4, 1.5 * max(errors.values(), default=0.0)), 0.99))
    below = 120 + 31 * len(curves)
    height = round(135 + 0.82 * WIDTH + below)
    subtitle = "Lower left is better; rings mark equal error rates"
    figure, axes = _sheet(height, "Detection error trade-off", subtitle, bottom=below / height)
    edges = _probit([low, high])
    axes.plot(edges, edges, color=HOLLOW, linewidth=1, linestyle=(0, (3, 3)))
    for place, (name, (far, frr)) in enumerate(curves.items()):
        colour = LINES[place % len(LINES)]
        shown = (far <= 1.2 * high) & (frr <= 1.2 * high)
        label = f"{_name(name)}: EER {_percent(errors[name])}"
        axes.plot(_probit(far[shown]), _probit(frr[shown]), color=colour, linewidth=2, label=label, zorder=3)
        ring = _probit([errors[name]])
        axes.plot(ring, ring, "o", markersize=9, markerfacecolor=PAPER, markeredgecolor=colour, markeredgewidth=2)
        axes.lines[-1].set_zorder(4)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(_probit(ticks), [f"{100 * tick:g}" for tick in ticks], fontsize=8)
    axes.set(xlim=edges, ylim=edges, aspect="equal")
    axes.grid(color=FAINT, linewidth=1)
    _label(axes, "False accepts, %", "False rejects, %")
    if curves:
        _legend(axes, -85 / (0.82 * WIDTH))
    _save(figure, path)


def score_histogram(
    target: ArrayLike, nontarget: ArrayLike, accept: float, unsure: float, path: Path, title: str
) -> None:
    """Scores of the same speaker, [n], and of different ones, [m], with both cuts: how far apart they lie.

    Args:
        accept: from this score on a voice is accepted.
        unsure: from this score on, and below ``accept``, it is asked to speak again; below it is refused.
    """
    same, different = np.asarray(target, float), np.asarray(nontarget, float)
    subtitle = "Each kind of trial fills the same area, however many there are"
    figure, axes = _sheet(820, title, subtitle, left=0.08, bottom=0.22)
    ends = np.concatenate((same, different, [accept, unsure]))
    ends = ends[np.isfinite(ends)]
    margin = 0.03 * (np.ptp(ends) or 1.0)
    span = (float(ends.min() - margin), float(ends.max() + margin))
    edges = np.linspace(*span, 81)
    highest = 0.0
    for scores, colour, kind in ((different, FLAGGED, "Different speakers"), (same, PRESENT, "Same speaker")):
        height, _ = np.histogram(scores, edges, density=True) if len(scores) else (np.zeros(80), edges)
        highest = max(highest, float(height.max()))
        shares = _shares(scores, accept, unsure)
        axes.stairs(height, edges, fill=True, color=colour, alpha=0.28, zorder=2)
        axes.stairs(height, edges, color=colour, linewidth=1.8, label=f"{kind}: {shares}", zorder=3)
    axes.axvspan(unsure, accept, color=LATE_ZONE, zorder=0)
    for cut, words, side in (
        (unsure, f"unsure from {unsure:.2f} ", "right"),
        (accept, f" accept from {accept:.2f}", "left"),
    ):
        axes.axvline(cut, color=INK, linewidth=1.2, linestyle=(0, (3, 3)), zorder=4)
        axes.text(cut, 1.13 * highest, words, ha=side, va="center", color=INK, fontproperties=_font(9), zorder=5)
    axes.set(xlim=span, ylim=(0, 1.22 * highest or 1))
    axes.yaxis.set_ticks([])
    _label(axes, "Score", "Share of trials")
    _legend(axes, -0.17, reverse=True)
    _save(figure, path)


def reliability_plot(mean_posterior: ArrayLike, observed: ArrayLike, counts: ArrayLike, path: Path, title: str) -> None:
    """What was promised against what came, [bins] each as `metrics.reliability` gives them, and how often."""
    promised, came, times = np.asarray(mean_posterior, float), np.asarray(observed, float), np.asarray(counts, float)
    error = float(np.sum(np.abs(promised - came) * times) / max(times.sum(), 1))
    figure, axes = _sheet(
        1240, title, f"On the diagonal promises are kept; mean gap (ECE) {_percent(error)}", bottom=0.27
    )
    axes.plot([0, 1], [0, 1], color=HOLLOW, linewidth=1.2, linestyle=(0, (3, 3)), zorder=1)
    axes.vlines(promised, np.minimum(promised, came), np.maximum(promised, came), color=LATE, linewidth=5, alpha=0.6)
    axes.plot(promised, came, color=PRESENT, linewidth=2, marker="o", markersize=8, markeredgecolor=PAPER, zorder=3)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.grid(color=FAINT, linewidth=1)
    _label(axes, "", "Were the same speaker")
    below = _axes(figure, (0.13, 0.085, 0.82, 0.155))
    below.bar(promised, times, width=0.035, color=PRESENT, alpha=0.75, zorder=2)
    below.set(xlim=(-0.02, 1.02), yscale="log", ylim=(0.7, max(float(times.max(initial=1.0)), 1.0) * 2.5))
    below.yaxis.set_minor_locator(NullLocator())
    below.grid(color=FAINT, linewidth=1, axis="y")
    _label(below, "Promised probability of the same speaker", "Trials")
    for axis in (axes.xaxis, axes.yaxis, below.xaxis):
        axis.set_ticks(np.linspace(0, 1, 6), [f"{share} %" for share in range(0, 101, 20)])
    axes.xaxis.set_ticklabels([])
    _save(figure, path)


@dataclass(frozen=True)
class Curve:
    """A stretch of a training: batches done, [points], with what they came to; None where nobody looked."""

    steps: Sequence[int]
    loss: Sequence[float | None]
    right: Sequence[float | None]
    eer: Sequence[float | None]


def training_curves(stages: Mapping[str, Curve], path: Path) -> None:
    """Loss, share of crops taken for their own speaker, and EER of held-out people, over the batches of each stage.

    Args:
        stages: by the name of their loss, in order. Losses of different kinds are not comparable: each has its colour.
    """
    figure, axes = _sheet(1240, "Training", "Over batches; held-out people are never trained on", bottom=0.70)
    panels = [axes, _axes(figure, (0.13, 0.405, 0.82, 0.215)), _axes(figure, (0.13, 0.11, 0.82, 0.215))]
    names = "Loss", "Own speaker", "EER, held out"
    for place, (stage, curve) in enumerate(stages.items()):
        colour = LINES[place % len(LINES)]
        for panel, values in zip(panels, (curve.loss, curve.right, curve.eer), strict=True):
            points = [(step, value) for step, value in zip(curve.steps, values, strict=True) if value is not None]
            if points:
                panel.plot(*zip(*points, strict=True), color=colour, linewidth=2, marker="o", markersize=4, label=stage)
    for panel, name in zip(panels, names, strict=True):
        panel.grid(color=FAINT, linewidth=1)
        panel.set_ylim(bottom=0)
        _label(panel, "Batches" if panel is panels[-1] else "", name)
    for panel in panels[1:]:
        panel.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    _legend(panels[-1], -0.30)
    _save(figure, path)


def confusion_matrix(matrix: ArrayLike, names: Sequence[str], path: Path) -> None:
    """Who was taken for whom: counts, int [people, people], a row for each speaker. Shades are shares of the row."""
    counts = np.asarray(matrix)
    people = len(names)
    if counts.shape != (people, people):
        raise ValueError("a confusion matrix has a row and a column for every name")
    right, total = int(np.trace(counts)), int(counts.sum())
    every = max(1, -(-people // 50))
    shown, labels = range(0, people, every), [_name(name) for name in names[::every]]
    size = min(10.0, 300 / max(len(shown), 1))
    widest = max((text_width(words, size * _DPI / 72) for words in labels), default=0.0)
    lying = widest < 700 / max(len(shown), 1)
    left, below = 70 + widest, 90.0 if lying else 70 + widest
    height = round(135 + (WIDTH - left - 50) + below)
    subtitle = f"{right} of {total} right; a row is a speaker, a column the answer"
    figure, axes = _sheet(
        height, "Who was taken for whom", subtitle, left=left / WIDTH, bottom=below / height, right=1 - 50 / WIDTH
    )
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    diagonal = np.eye(people, dtype=bool)
    for part, colour in ((diagonal, PRESENT), (~diagonal, FLAGGED)):
        shades = LinearSegmentedColormap.from_list("", [PAPER, colour])
        axes.imshow(np.ma.masked_array(np.sqrt(share), ~part), cmap=shades, vmin=0, vmax=1, aspect="auto")
    if people <= _NUMBERED_CELLS:
        digits = _font(min(11.0, 130 / max(people, 1)))
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = PAPER if share[row, column] > 0.3 else INK
            words = str(counts[row, column])
            axes.text(column, row, words, ha="center", va="center", color=colour, fontproperties=digits)
    axes.xaxis.set_ticks(shown, labels, rotation=0 if lying else 90)
    axes.yaxis.set_ticks(shown, labels)
    if people <= 50:
        axes.set_xticks(np.arange(people + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(people + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=FAINT, linewidth=1)
    axes.tick_params(which="both", length=0)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_font(size))
    _save(figure, path)


def _sheet(
    height: int, title: str, subtitle: str, *, left: float = 0.13, bottom: float | None = None, right: float = 0.95
) -> tuple[Figure, Any]:
    """A figure of ``height`` pixels with a heading, and the axes under it; edges are shares of the figure."""
    figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    for words, drop, size, colour, bold in ((title, 62, 15, INK, True), (subtitle, 100, 9.5, MUTED, False)):
        figure.text(0.05, 1 - drop / height, drawable(words, bold=bold), color=colour, fontproperties=_font(size, bold))
    floor = 100 / height if bottom is None else bottom
    return figure, _axes(figure, (left, floor, right - left, 1 - 135 / height - floor))


def _axes(figure: Figure, box: tuple[float, float, float, float]) -> Any:
    axes: Any = figure.add_axes(box, facecolor=PAPER)
    for side, spine in axes.spines.items():
        spine.set(color=HOLLOW, visible=side in {"left", "bottom"})
    axes.tick_params(color=HOLLOW, labelcolor=MUTED, labelsize=9, labelfontfamily=_FAMILY)
    axes.set_axisbelow(True)
    return axes


def _label(axes: Any, across: str, up: str) -> None:
    axes.set_xlabel(across, color=INK, fontproperties=_font(10), labelpad=8)
    axes.set_ylabel(up, color=INK, fontproperties=_font(10), labelpad=8)


def _legend(axes: Any, drop: float, *, reverse: bool = False) -> None:
    """What the lines are, under the axes: ``drop`` is a share of their height."""
    place = {"loc": "upper left", "bbox_to_anchor": (-0.01, drop), "borderaxespad": 0}
    axes.legend(**place, prop=_font(9), frameon=False, labelcolor=INK, reverse=reverse)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=_DPI)


def _probit(rates: ArrayLike) -> NDArray[np.float64]:
    """Rates as normal deviates, [n]; 0 and 1 are far outside the picture, but finite."""
    inside, place = np.unique(np.clip(rates, 1e-9, 1 - 1e-9), return_inverse=True)
    return np.array([NormalDist().inv_cdf(rate) for rate in inside.tolist()])[place]


def _shares(scores: NDArray[np.float64], accept: float, unsure: float) -> str:
    if not len(scores):
        return "no trials"
    accepted, refused = float(np.mean(scores >= accept)), float(np.mean(scores < unsure))
    parts = (accepted, "accepted"), (1 - accepted - refused, "unsure"), (refused, "refused")
    return ", ".join(f"{_percent(share)} {word}" for share, word in parts)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if 0 < share < 0.1 else f"{100 * share:.1f} %"


def _name(name: str) -> str:
    plain = drawable(name)
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1].rstrip() + "…"


def _font(size: float, bold: bool = False) -> FontProperties:
    return FontProperties(family=_FAMILY, weight="bold" if bold else "normal", size=size)
