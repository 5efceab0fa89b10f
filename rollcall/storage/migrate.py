"""Bringing a database to the present schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from rollcall.storage.database import Database


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file: the migrations lie beside this module."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    configuration.attributes["connection"] = connection
    return configuration


async def migrate(database: Database) -> None:
    """Apply every migration that the database has not seen."""
    async with database.engine.connect() as connection:
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
        await connection.commit()


async def is_current(database: Database) -> bool:
    """Whether the database has the present schema."""

    def compare(sync: Connection) -> bool:
        heads = set(ScriptDirectory.from_config(config()).get_heads())
        return set(MigrationContext.configure(sync).get_current_heads()) == heads

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)
