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
    "dir_at_fpir_1%": "DIR % at FPIR 1 %",
    "identification_accuracy": "top 1 %",
}
_PLAIN = {"min_dcf_0.01": "minDCF", "cllr": "Cllr", "min_cllr": "min Cllr"}


class Line(Protocol):
    """A row's facts."""

    @property
    def system(self) -> System: ...
    @property
    def condition(self) -> str: ...
    @property
    def figures(self) -> Mapping[str, Figure]: ...


def table(rows: Sequence[Line]) -> Table:
    """A line for each system and condition; intervals in brackets."""
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("system")
    drawn.add_column("condition")
    for heading in (*_PERCENT.values(), *_PLAIN.values()):
        drawn.add_column(heading, justify="right")
    for row in rows:
        drawn.add_row(row.system.name, row.condition, *cells(row.figures))
    return drawn


def cells(figures: Mapping[str, Figure]) -> list[str]:
    """The figures in the order of the columns; a dash where a system has none."""
    return [
        *(_cell(figures.get(name), 100.0, 2) for name in _PERCENT),
        *(_cell(figures.get(name), 1.0, 3) for name in _PLAIN),
    ]


def _cell(figure: Figure | None, factor: float, digits: int) -> str:
    if figure is None:
        return "–"
    value = f"{figure.value * factor:.{digits}f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ({figure.low * factor:.{digits}f}–{figure.high * factor:.{digits}f})"
