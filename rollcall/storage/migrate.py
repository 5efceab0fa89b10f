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
    if await is_current(database):
        return
    async with database.reshaping() as connection:
        await connection.run_sync(lambda sync: upgrade(sync, "head"))


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

    def compare(sync: Connection) -> bool:
        if not inspect(sync).has_table("alembic_version"):
            return False
        found = sync.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        return revisions()[-1:] == list(found)

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)
