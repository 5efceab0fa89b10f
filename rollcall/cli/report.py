"""``rollcall report``: a class's record as a file, for whoever runs the installation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rollcall.config.settings import Settings, load_settings
from rollcall.errors import Unavailable, WrongUse
from rollcall.ops.logs import set_up_logging
from rollcall.report.exports import Form, export
from rollcall.report.model import Report
from rollcall.report.moodle import sessions_table
from rollcall.texts import LANGUAGES, Texts, texts_in

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rollcall.storage.tables import SchoolClass

_SESSIONS = "moodle-sessions"
_Days = tuple[date | None, date | None]
_FORMS = (*Form, _SESSIONS)


def report(
    of: Annotated[str, typer.Option("--class", help="Its title or its number")],
    out: Annotated[Path, typer.Option(help="The file to make")],
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day")] = None,
    form: Annotated[str, typer.Option("--format", help=", ".join(_FORMS))] = Form.XLSX,
    language: Annotated[str, typer.Option("--lang", help=" or ".join(LANGUAGES))] = "en",
    course: Annotated[str, typer.Option(help="The course's short name in Moodle, for moodle-sessions")] = "",
) -> None:
    """Write a class's record into a file: a sheet, a register's page, a table, JSON, or what Moodle imports."""
    if form not in _FORMS:
        raise WrongUse(f"--format is one of {', '.join(_FORMS)}")
    if language not in LANGUAGES:
        raise WrongUse(f"--lang is one of {', '.join(LANGUAGES)}")
    if form == _SESSIONS and not course:
        raise WrongUse("--format moodle-sessions needs the course's short name: --course")
    if since is not None and until is not None and since > until:
        raise WrongUse("--from is after --to")
    days = (since.date() if since is not None else None, until.date() if until is not None else None)
    settings = load_settings()
    set_up_logging(settings, "report", "ERROR" if settings.log_level != "DEBUG" else None)
    found, vocabulary = asyncio.run(_read(settings, of, days, form))
    data = _made(found, form, texts_in(language).speaking(vocabulary), course)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise WrongUse(f"cannot write {out}: {error.strerror}") from error
    typer.echo(f"{out}: students: {len(found.students)}, lessons: {len(found.lessons)}")


async def _read(settings: Settings, of: str, days: _Days, form: str) -> tuple[Report, str]:
    from rollcall.storage.database import Database, database_needed

    database = Database.open(settings)
    try:
        with database_needed():
            return await database.run(_record, of, days, form, datetime.now(UTC))
    finally:
        await database.close()


def _record(session: Session, of: str, days: _Days, form: str, now: datetime) -> tuple[Report, str]:
    """The record, and the class's words."""
    from rollcall.storage.classes import classes_called
    from rollcall.usecases.report import record_of_days

    one = _the_one(of, classes_called(session, of))
    return record_of_days(session, one, *days, form, now), one.vocabulary


def _the_one(of: str, classes: Sequence[SchoolClass]) -> SchoolClass:
    if not classes:
        raise WrongUse(f"there is no class {of}")
    if len(classes) > 1:
        numbers = ", ".join(str(one.id) for one in classes)
        raise WrongUse(f"several classes are called {of}: say which by its number, {numbers}")
    return classes[0]


def _made(report: Report, form: str, texts: Texts, course: str) -> bytes:
    if form == _SESSIONS:
        return sessions_table(report, course)
    try:
        made = export(Form(form), report, texts)
    except ModuleNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed: pip install 'rollcall[bot]'") from error
    if not made.data:
        raise Unavailable("Moodle could not find the students: the class's list has neither ids nor e-mail addresses")
    if made.without:
        typer.echo(f"without {made.identifier}, and so left out: {', '.join(made.without)}", err=True)
    return made.data
