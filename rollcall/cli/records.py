"""Commands of an installation's record: ``audit``, ``backup`` and ``restore``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from rollcall.config.settings import Settings, load_settings
from rollcall.ops.logs import set_up_logging

audit_app = typer.Typer(help="What was done by whom, and that nobody changed the record of it.", no_args_is_help=True)

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


@audit_app.command("verify")
def verify_audit(
    head: Annotated[str | None, typer.Option(help="A head that was written down earlier: 1234:<hash>")] = None,
) -> None:
    """Follow the chain from end to end; exit code 1 where a record was changed, is missing or was cut off."""
    from rollcall.audit.check import Noted
    from rollcall.cli.audit import verify

    noted = Noted.parse(head) if head is not None else None
    verdict = verify(_settings("audit"), noted)
    for finding in verdict.findings:
        _say(f"[red]✗[/] {escape(finding)}")
    if verdict.findings:
        raise typer.Exit(1)
    _say(f"[green]✓[/] {verdict.records} records, unbroken; {verdict.marks} marks are as recorded")
    _say(f"the head is {verdict.end}\nwritten down elsewhere, it tells later whether anything was cut off: --head")


@audit_app.command("export")
def export_audit(
    since: Annotated[datetime | None, typer.Option(help="From this moment on, UTC")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this moment, UTC")] = None,
    action: Annotated[str, typer.Option(help="Such as mark.changed, or mark for both of its kinds")] = "",
    on: Annotated[str, typer.Option("--object", help="Such as lesson:7")] = "",
    names: Annotated[bool, typer.Option("--names", help="With full names beside the pseudonyms")] = False,
) -> None:
    """Print records as JSON lines."""
    from rollcall.cli.audit import Choice, export

    settings = _settings("audit")
    choice = Choice(_utc(since), _utc(until), action, on)
    for line in export(settings, choice, names=names):
        typer.echo(line)


def backup(file: Annotated[Path, typer.Argument(help="The file to make")]) -> None:
    """Write the whole database into one file; bots may go on. The voiceprint key is not in it."""
    from rollcall.ops.backup import backup as run

    settings = _settings("backup")
    with _progress() as tick:
        made = run(settings, file, tick)
    _say(f"{escape(str(file))}: {made.rows} rows of {len(made.manifest.tables)} tables\nSHA-256 {made.sha256}")
    _say(
        f"[bold]The voiceprint key ({made.manifest.key_id}) is not in it:[/] "
        "without the key no voiceprint in it can be opened. Keep the key, and keep it elsewhere."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file made by rollcall backup")],
    replace: Annotated[bool, typer.Option("--replace", help="Drop what is in the database")] = False,
) -> None:
    """Fill the database from a backup, on SQLite or PostgreSQL, whichever it was made on. Stop the bots first."""
    from rollcall.ops.restore import restore as run

    settings = _settings("restore")
    with _progress() as tick:
        restored = run(settings, file, tick, replace=replace)
    of = f"{restored.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    _say(f"the database is as it was on {of}: {sum(one.rows for one in restored.manifest.tables.values())} rows")
    _say("whoever asked to be forgotten after that day is in it again, and must be erased again")
    if not restored.key_held:
        key_id = restored.manifest.key_id
        _say(f"[bold]its voiceprints need the key {key_id}, which is not here:[/] put it into ROLLCALL_VOICEPRINT_KEY")
    if restored.galleries:
        _say("the galleries are made of it; now start the bots")
    else:
        _say("the queue does not run: start the bots, they make the galleries of it")


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=_err, transient=True
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def tick(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=total)
            bar.update(tasks[table], completed=done, total=total)

        yield tick


def _settings(process: str) -> Settings:
    settings = load_settings()
    set_up_logging(settings, process, "ERROR" if settings.log_level != "DEBUG" else None)
    return settings


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _say(line: str) -> None:
    _out.print(line, soft_wrap=True)
