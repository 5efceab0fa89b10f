"""Faults of a store that waiting does not mend, as SQLite and PostgreSQL themselves tell them."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rollcall.errors import Damaged
from rollcall.storage.database import Database, database_needed
from rollcall.storage.faults import Trouble, trouble_of

READ_ONLY = {"sqlite": "PRAGMA query_only=ON", "postgresql": "SET TRANSACTION READ ONLY"}
SPACE = "CREATE TABLE much (bytes TEXT)"


async def test_a_database_that_cannot_be_written_is_told_from_one_that_is_away(database: Database) -> None:
    async def write() -> None:
        with database.session() as session:
            session.execute(text(READ_ONLY[database.engine.dialect.name]))
            session.execute(text("UPDATE chores SET name = name"))

    with pytest.raises(SQLAlchemyError) as refused:
        await write()
    database._writing.dispose()
    assert trouble_of(refused.value) is Trouble.READ_ONLY
    assert database.troubles.present == {Trouble.READ_ONLY}
    with pytest.raises(SQLAlchemyError) as wrong, database.session() as session:
        session.execute(text("SELECT 1 FROM nowhere"))
    assert trouble_of(wrong.value) is None


async def test_a_full_disk_and_a_file_that_is_no_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'full.sqlite3'}")
    with database.session() as session:
        session.execute(text(SPACE))
        session.execute(text("PRAGMA max_page_count=3"))
    with pytest.raises(SQLAlchemyError) as full, database.session() as session:
        session.execute(text("INSERT INTO much VALUES (hex(zeroblob(99999)))"))
    assert trouble_of(full.value) is Trouble.FULL
    await database.close()
    noise = tmp_path / "noise.sqlite3"
    noise.write_bytes(b"\xff" * 8192)
    broken = Database(f"sqlite:///{noise}")
    with pytest.raises(Damaged, match="restore the newest backup"), database_needed(), broken.session() as session:
        session.execute(text("SELECT 1"))
    await broken.close()


def test_a_queue_that_cannot_write_its_files_is_not_one_that_is_away() -> None:
    said = "MISCONF Errors writing to the AOF file: No space left on device"
    assert trouble_of(redis.ResponseError(said)) is Trouble.QUEUE
    assert trouble_of(redis.ConnectionError("Connection refused")) is None
