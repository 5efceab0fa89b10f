"""The table that people read first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.table import Table

from evaluation.figures import Figure
from evaluation.systems import System

_PERCENT = {
    "eer": "EER %",
    "frr_at_far_1%": "FRR % at FAR 1 %",
    "frr_at_far_0.1%": "FRR % at FAR 0.1 %",
    "accepted": "accepted %",
    "unsure": "asked again %",
    "false_accepts": "false accepts %",
    "false_accepts_of_strangers": "strangers accepted %",
    "dir_at_fpir_1%": "DIR % at FPIR 1 %",
    "fpir": "FPIR %",
    "identification_accuracy": "top 1 %",
    "true_positive_rate": "TPR %",
    "accuracy": "accuracy %",
    "calibration_error": "ECE %",
}
_PLAIN = {
    "min_dcf_0.01": "minDCF(0.01)",
    "f_measure": "F1",
    "best_f_measure": "best F1",
    "cllr": "Cllr",
    "min_cllr": "min Cllr",
}
_GLANCE = ("eer", "frr_at_far_0.1%", "accepted", "unsure", "false_accepts", "cllr")
"""What fits on a screen; the rest is in the report files."""


class Line(Protocol):
    """A row's facts."""

    @property
    def system(self) -> System: ...
    @property
    def condition(self) -> str: ...
    @property
    def figures(self) -> Mapping[str, Figure]: ...


def table(rows: Sequence[Line]) -> Table:
    """A line for each system and condition, the figures that people ask for first."""
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("system")
    drawn.add_column("condition")
    for name in _GLANCE:
        drawn.add_column((_PERCENT | _PLAIN)[name], justify="right")
    for row in rows:
        drawn.add_row(row.system.name, row.condition, *(_cell(row.figures, name) for name in _GLANCE))
    return drawn


def markdown(rows: Sequence[Line]) -> str:
    """Every figure, with its interval in brackets: a line for each system and condition."""
    names = [name for name in _PERCENT | _PLAIN if any(name in row.figures for row in rows)]
    headings = ["system", "condition", *((_PERCENT | _PLAIN)[name] for name in names)]
    body = [
        [row.system.name, row.condition, *(_cell(row.figures, name, interval=True) for name in names)] for row in rows
    ]
    lines = [headings, ["---", "---", *("--:" for _ in names)], *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _cell(figures: Mapping[str, Figure], name: str, *, interval: bool = False) -> str:
    """A dash where a system has no such figure."""
    figure = figures.get(name)
    if figure is None:
        return "–"
    factor, digits = (100.0, 2) if name in _PERCENT else (1.0, 3)
    value = f"{figure.value * factor:.{digits}f}"
    if not interval or figure.low is None or figure.high is None:
        return value
    return f"{value} ({figure.low * factor:.{digits}f}–{figure.high * factor:.{digits}f})"
