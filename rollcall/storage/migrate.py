"""Bringing a database to the present schema with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from rollcall.storage.database import Database

if TYPE_CHECKING:
    # Alembic takes most of a second to import, and nearly every start finds the database as it should be.
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file: the migrations lie beside this module."""
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS))
    configuration.attributes["connection"] = connection
    return configuration


async def migrate(database: Database) -> None:
    """Apply every migration that the database has not seen."""
    if not await is_current(database):
        await database.apart(_to_the_newest, database)


def _to_the_newest(database: Database) -> None:
    with database.reshaping() as connection:
        upgrade(connection, "head")


def upgrade(connection: Connection, revision: str) -> None:
    """Apply the migrations up to a revision, in the connection's transaction."""
    from alembic import command

    command.upgrade(config(connection), revision)


def revisions() -> list[str]:
    """Every revision there is, oldest first."""
    # One line of migrations, numbered: a file's name begins with the revision that it leads to.
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


async def is_current(database: Database) -> bool:
    """Whether the database has the present schema."""
    return await database.apart(has_the_newest, database)


def has_the_newest(database: Database) -> bool:
    """The same in the caller's own thread."""
    with database.snapshot() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        return revisions()[-1:] == list(found)
