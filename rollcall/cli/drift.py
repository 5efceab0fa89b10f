"""``rollcall drift``: how the school's voices move away from their voiceprints, without a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from rollcall.cli.classes import look, settings_for
from rollcall.errors import Unavailable, WrongUse

if TYPE_CHECKING:
    from rollcall.domain.drift import Drift, Heard

_FEWEST_DAYS = 7.0
_MOST_SHOWN = 20

_out = Console(highlight=False)


def show_drift(
    out: Annotated[Path | None, typer.Option(help="Draw it too: a PNG, score against days since enrolment")] = None,
) -> None:
    """Show how scores of accepted notes move with the days since enrolment, by voices without a name."""
    from rollcall.domain.drift import FEWEST
    from rollcall.storage.scored_notes import scored_notes

    found = look(settings_for("drift"), scored_notes)
    notes = [note for own in found.values() for note in own]
    if len(notes) < FEWEST or max(note.days for note in notes) < _FEWEST_DAYS:
        raise Unavailable(
            f"too little to tell: {len(notes)} accepted notes with a score; it takes {FEWEST}, "
            f"and {_FEWEST_DAYS:.0f} days since somebody's enrolment"
        )
    from rollcall.report.chart_drift import drift_chart

    if out is not None:
        try:
            out.write_bytes(drift_chart(notes, len(found)))
        except OSError as error:
            raise WrongUse(f"cannot write {out}: {error.strerror}") from error
    _out.print(_by_kind(notes))
    _out.print()
    _out.print(_by_voice(found))
    if out is not None:
        typer.echo(f"{out}: voices: {len(found)}, notes: {len(notes)}")


def _by_kind(notes: Sequence[Heard]) -> Table:
    from rollcall.report.chart_drift import KINDS, kind_of

    table = Table("sent as", box=None, pad_edge=False)
    for heading in ("notes", "median score", "lowest", "median cut"):
        table.add_column(heading, justify="right")
    for kind in KINDS:
        own = [note for note in notes if kind_of(note.sent_as) == kind]
        if own:
            score, cut = median(note.score for note in own), median(note.cut for note in own)
            lowest = min(note.score for note in own)
            table.add_row(kind, str(len(own)), f"{score:.2f}", f"{lowest:.2f}", f"{cut:.2f}")
    return table


def _by_voice(found: Mapping[int, Sequence[Heard]]) -> Table:
    """Those that come nearest to the cut first. The numbers are of this table alone, and lead to nobody."""
    from rollcall.domain.drift import drift

    trends = [trend for own in found.values() if (trend := drift(own)) is not None]
    trends.sort(key=lambda one: one.ahead - one.cut)
    table = Table("voice", box=None, pad_edge=False)
    for heading in ("notes", "over days", "of late", "cut", "a year", ""):
        table.add_column(heading, justify="right" if heading else "left")
    for number, one in enumerate(trends[:_MOST_SHOWN], start=1):
        figures = (f"{one.days:.0f}", f"{one.late:.2f}", f"{one.cut:.2f}", _a_year(one))
        table.add_row(str(number), str(one.notes), *figures, _word(one))
    if len(trends) > _MOST_SHOWN:
        table.caption = f"and {len(trends) - _MOST_SHOWN} more, farther from the cut"
        table.caption_justify = "left"
    return table


def _a_year(one: Drift) -> str:
    return "–" if one.a_year is None else f"{one.a_year:+.2f}"


def _word(one: Drift) -> str:
    from rollcall.domain.drift import wants_fresh

    if wants_fresh(one):
        return "should record anew"
    return "falls" if one.falls else ""
