"""``rollcall teachers``: who may teach, one more, one less."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollcall.cli.classes import look, settings_for
from rollcall.errors import WrongUse

teachers_app = typer.Typer(help="Who may teach.", invoke_without_command=True)

_out = Console(highlight=False)


@teachers_app.callback()
def list_teachers(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
) -> None:
    """List those who may teach: number, name, Telegram id, classes. See also invite and remove."""
    if context.invoked_subcommand is not None:
        return
    from rollcall.usecases.overview import every_teacher

    settings = settings_for("teachers")
    found = look(settings, every_teacher, settings.admins, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "name", "Telegram id", "role", "classes", box=None, pad_edge=False)
    for one in found:
        role = "admin" if one.admin else "substitute" if one.guest else "teacher"
        table.add_row(str(one.id), escape(one.name), str(one.telegram_id), role, escape(", ".join(one.classes)))
    _out.print(table)


@teachers_app.command("invite")
def invite() -> None:
    """Print a link that makes its first user a teacher."""
    from rollcall.ops.doctor import bot_name
    from rollcall.storage.database import Database, database_needed
    from rollcall.storage.invites import create_invite

    settings = settings_for("teachers")

    async def make() -> str:
        database = Database.open(settings)
        try:
            with database_needed():
                return await database.run(create_invite, None, settings.invite_valid, datetime.now(UTC))
        finally:
            await database.close()

    name, token = asyncio.run(bot_name(settings)), asyncio.run(make())
    if name is not None:
        typer.echo(f"https://t.me/{name}?start=teach-{token}")
    else:
        typer.echo(f"teach-{token}")
        typer.echo("Telegram does not tell the bot's name: the teacher sends this code to the bot", err=True)


@teachers_app.command("remove")
def remove(number: Annotated[int, typer.Argument(metavar="ID", help="As rollcall teachers lists it")]) -> None:
    """End somebody's right to teach. The classes and their records stay, for the day they are invited again."""
    from rollcall.storage.database import Database, database_needed
    from rollcall.usecases.teaching import unteach

    settings = settings_for("teachers")

    async def end() -> str | None:
        database = Database.open(settings)
        try:
            with database_needed():
                ended = await database.run(unteach, None, number, settings.admins, datetime.now(UTC))
                return ended.full_name if ended is not None else None
        finally:
            await database.close()

    name = asyncio.run(end())
    if name is None:
        raise WrongUse(f"{number} is nobody's who teaches by an invitation: see rollcall teachers")
    _out.print(f"{escape(name)} does not teach any more", soft_wrap=True)
