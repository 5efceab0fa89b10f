"""``make load``: will this machine carry my school? Exit code 1 where a note was lost, or counted twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from bench.load.account import offences
from bench.load.installation import Kind
from bench.load.picture import draw
from bench.load.report import Outcome, markdown, save, side_by_side
from bench.load.run import Plan, Progress, run
from rollcall.errors import RollcallError, WrongUse

_POSTGRES = "ROLLCALL_TEST_POSTGRES_URL"
_SERVICES = Path(__file__).parents[2] / "scripts" / "services"
_KINDS: dict[str, tuple[Kind, ...]] = {"one": ("one",), "several": ("several",), "both": ("one", "several")}
_err = Console(stderr=True, highlight=False)


def main(
    students: Annotated[int, typer.Option(min=2, help="Everyone sends one note.")] = 2_000,
    classes: Annotated[int, typer.Option(min=1, help="Each with a teacher and an open lesson.")] = 60,
    minutes: Annotated[float, typer.Option(min=0.01, help="All notes are sent within.")] = 5.0,
    encoder: Annotated[str, typer.Option(help="dummy measures everything else; campplus is the real one.")] = "dummy",
    workers: Annotated[int, typer.Option(min=1)] = 1,
    installation: Annotated[
        Literal["one", "several", "both"],
        typer.Option(
            help="one: rollcall up. several: two bots behind a webhook, two workers, Redis, PostgreSQL. both: in turns."
        ),
    ] = "one",
    postgres: Annotated[
        str | None,
        typer.Option(
            help="URL of a PostgreSQL server on which databases may be made; else SQLite, or for several a "
            "server of its own."
        ),
    ] = None,
    beside: Annotated[
        str | None, typer.Option(metavar="COMMIT", help="A commit whose code takes turns with this folder's.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is run.")] = 1,
    alone: Annotated[int, typer.Option(min=0, help="So many of the students send after all others, one by one.")] = 20,
    challenge: Annotated[
        Literal["off", "require"],
        typer.Option(help="require: everyone asks for a number first; the notes do not hold it, the dearer case."),
    ] = "off",
    out: Annotated[Path, typer.Option(help="Where tables, figures and pictures go.")] = Path("load-output"),
    seed: Annotated[int, typer.Option(help="Of who sends when.")] = 0,
) -> None:
    """Check a whole school in at once, through a local Telegram that enforces Telegram's limits."""
    if installation != "one" and postgres is None:
        postgres = os.environ.get(_POSTGRES) or _with_services()
    plan = Plan(
        students, classes, minutes * 60, encoder, workers, postgres, seed, alone,
        installations=_KINDS[installation], beside=beside, rounds=rounds, numbers=challenge == "require",
    )  # fmt: skip
    try:
        if students - alone < max(2, classes):
            raise WrongUse(f"{students - alone} students do not fill {classes} classes")
        outcomes = asyncio.run(run(plan, _tell))
    except RollcallError as error:
        _err.print(f"[bold red]load:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(error.exit_code)
    out.mkdir(parents=True, exist_ok=True)
    console = Console()
    for number, outcome in enumerate(outcomes):
        name = f"load-{encoder}" if len(outcomes) == 1 else f"load-{encoder}-{number + 1}"
        console.print(Markdown(_keep(outcome, out, name)))
    if len(outcomes) > 1:
        table = side_by_side(outcomes)
        (out / f"load-{encoder}.md").write_text(table, encoding="utf-8")
        console.print(Markdown(table))
    _err.print(f"tables, figures and pictures: {out}")
    wrong = [f"{outcome.setting.name}: {line}" for outcome in outcomes for line in offences(outcome.account)]
    for line in wrong:
        _err.print(f"[bold red]✗[/] {line}")
    sys.exit(1 if wrong else 0)


def _keep(outcome: Outcome, out: Path, name: str) -> str:
    """Table, figures and picture of a run; returns the table."""
    table = markdown(outcome)
    (out / f"{name}.md").write_text(table, encoding="utf-8")
    save(outcome, out / f"{name}.json")
    setting = outcome.setting
    title = f"{setting.students:,} students in {setting.classes} classes check in within {setting.seconds / 60:g} min"
    spent = ", ".join(f"{kind} {milliseconds:.1f}" for kind, milliseconds in outcome.cost.at_load.items())
    footnote = (
        f"{setting.encoder}; {setting.name}; {setting.machine}; {setting.database}\n"
        f"processor, ms a note at load: {spent}"
    )
    draw(outcome.samples, title, footnote, out / f"{name}.png")
    return table


def _with_services() -> str:
    """Start once more, beside a PostgreSQL and a Redis.

    Raises:
        SystemExit: there is no PostgreSQL to start.
    """
    if os.environ.get("ROLLCALL_LOAD_SERVICES"):
        raise SystemExit("load: no PostgreSQL: run scripts/services install, or name one with --postgres")
    os.environ["ROLLCALL_LOAD_SERVICES"] = "1"
    os.execv(_SERVICES, [str(_SERVICES), "run", "--", sys.executable, "-m", "bench.load", *sys.argv[1:]])  # noqa: S606


def _tell(progress: Progress) -> None:
    end = "\n" if progress.done or not sys.stderr.isatty() else "\r"
    _err.print(f"\x1b[K{progress}" if end == "\r" else str(progress), end=end)


if __name__ == "__main__":
    # Whoever ends it early, with timeout(1) perhaps, leaves no process behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    typer.run(main)
