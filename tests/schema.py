"""The present schema for a test's database: made by the migrations once a process, then copied or emptied."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from rollcall.storage.database import Database
from rollcall.storage.migrate import upgrade
from rollcall.storage.tables import Table
from rollcall.system.folders import make_folder


def lay_schema(url: str) -> None:
    """Put the file of an empty database of the present schema where a SQLite URL says, unless one is there.

    Before anything opens it. Whoever migrates it afterwards finds nothing to do. PostgreSQL is left to the migrations:
    its databases are one a process, emptied after each test.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return
    file = Path(parsed.database)
    if not file.exists():
        make_folder(file.parent)
        shutil.copyfile(_pattern(), file)


@cache
def _pattern() -> Path:
    """What is copied."""
    folder = tempfile.mkdtemp(prefix="rollcall-schema-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = Path(folder) / "schema.sqlite3"
    database = Database(f"sqlite:///{file}")
    with database.reshaping() as connection:
        upgrade(connection, "head")
    database.shut()  # the last connection leaves everything in the one file
    return file


def empty(session: Session) -> None:
    """Take every row out of a PostgreSQL database, and have its numbers begin anew.

    Not by TRUNCATE, which makes new files for each of the tables and indexes: there are hundreds, and hardly any row.
    """
    session.execute(text("SET LOCAL session_replication_role = replica"))  # the audit refuses otherwise
    session.execute(text("; ".join(f"DELETE FROM {table.name}" for table in Table.metadata.sorted_tables)))  # noqa: S608
    session.execute(
        text(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
            " FROM pg_sequences WHERE schemaname = current_schema()"
        )
    )
