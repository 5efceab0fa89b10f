"""``make load``: will this machine carry my school? Exit code 1 where a note was lost, or counted twice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from bench.load.account import offences
from bench.load.picture import draw
from bench.load.report import markdown, save
from bench.load.run import Plan, Progress, run
from rollcall.errors import RollcallError, WrongUse

_err = Console(stderr=True, highlight=False)


def main(
    students: Annotated[int, typer.Option(min=2, help="Everyone sends one note.")] = 2_000,
    classes: Annotated[int, typer.Option(min=1, help="Each with a teacher and an open lesson.")] = 60,
    minutes: Annotated[float, typer.Option(min=0.01, help="All notes are sent within.")] = 5.0,
    encoder: Annotated[str, typer.Option(help="dummy measures everything else; campplus is the real one.")] = "dummy",
    workers: Annotated[int, typer.Option(min=1)] = 1,
    postgres: Annotated[
        str | None, typer.Option(help="URL of a PostgreSQL server on which a database may be made; else SQLite.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where table, figures and picture go.")] = Path("load-output"),
    seed: Annotated[int, typer.Option(help="Of who sends when.")] = 0,
) -> None:
    """Check a whole school in at once, through a local Telegram that enforces Telegram's limits."""
    plan = Plan(students, classes, minutes * 60, encoder, workers, postgres, seed)
    try:
        if students < classes:
            raise WrongUse(f"{students} students do not fill {classes} classes")
        found = asyncio.run(run(plan, _tell))
    except RollcallError as error:
        _err.print(f"[bold red]load:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(error.exit_code)
    out.mkdir(parents=True, exist_ok=True)
    table = markdown(found.setting, found.account, found.samples, found.busy)
    (out / f"load-{encoder}.md").write_text(table, encoding="utf-8")
    save(found.setting, found.account, found.samples, out / f"load-{encoder}.json")
    title = f"{students:,} students in {classes} classes check in within {minutes:g} min; {encoder}"
    draw(found.samples, title, f"{found.setting.machine}; {found.setting.database}", out / f"load-{encoder}.png")
    Console().print(Markdown(table))
    _err.print(f"table, figures and picture: {out}")
    wrong = offences(found.account)
    for line in wrong:
        _err.print(f"[bold red]✗[/] {line}")
    sys.exit(1 if wrong else 0)


def _tell(progress: Progress) -> None:
    end = "\n" if progress.done or not sys.stderr.isatty() else "\r"
    _err.print(f"\x1b[K{progress}" if end == "\r" else str(progress), end=end)


if __name__ == "__main__":
    typer.run(main)
