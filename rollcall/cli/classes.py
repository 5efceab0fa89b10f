"""``rollcall classes``: which classes there are, and who teaches them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Concatenate, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollcall.config.settings import Settings, load_settings
from rollcall.ops.logs import set_up_logging

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

P = ParamSpec("P")
T = TypeVar("T")

_out = Console(highlight=False)


def classes(
    archived: Annotated[bool, typer.Option("--archived", help="Also those in the archive")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
) -> None:
    """List the classes: number, title, teachers, how many students and lessons. No student and no mark."""
    from rollcall.usecases.overview import every_class

    found = look(settings_for("classes"), every_class, datetime.now(UTC))
    shown = [one for one in found if archived or one.archived is None]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in shown], ensure_ascii=False, indent=2, default=str))
        return
    table = Table("id", "title", "teachers", "students", "lessons", "archived", box=None, pad_edge=False)
    for one in shown:
        names = [f"{who.name} (until {who.until})" if who.until else who.name for who in one.teachers]
        since = str(one.archived) if one.archived is not None else ""
        teachers = escape(", ".join(names) or "nobody")
        table.add_row(str(one.id), escape(one.title), teachers, str(one.students), str(one.lessons), since)
    _out.print(table)


def look(settings: Settings, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a query finds in the installation's database; bots may go on meanwhile."""
    from rollcall.storage.database import Database, database_needed

    async def ask() -> T:
        database = Database(settings.effective_database_url)
        try:
            with database_needed():
                return await database.look(query, *args, **kwargs)
        finally:
            await database.close()

    return asyncio.run(ask())


def settings_for(command: str) -> Settings:
    """The installation's, for a command that prints."""
    settings = load_settings()
    set_up_logging(settings, command, "ERROR" if settings.log_level != "DEBUG" else None)
    return settings
