"""A database of an earlier version comes along with everything in it."""

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from rollcall.storage.database import Database
from rollcall.storage.migrate import config, is_current, migrate

_DATA = (
    "INSERT INTO people VALUES (1, 100, 'Мария', 1, NULL, '2026-09-01 09:00:00')",
    "INSERT INTO classes VALUES (1, 'Физика 9Б', 'code', 'Europe/Moscow', '2026-09-01 09:00:00', NULL)",
    "INSERT INTO lessons (id, class_id, opened_by, opened_at, late_at, closes_at)"
    " VALUES (1, 1, 1, '2026-09-01 09:00:00', '2026-09-01 09:10:00', '2026-09-01 10:30:00')",
    "INSERT INTO attendance VALUES (1, 1, 'present', '2026-09-01 09:01:00', 0.97, NULL)",
)


async def test_a_lesson_of_the_first_schema_keeps_its_marks(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")

    def first(connection: Connection) -> None:
        command.upgrade(config(connection), "0001")

    async with database.engine.connect() as connection:
        await connection.run_sync(first)
        for statement in _DATA:
            await connection.execute(text(statement))
        await connection.commit()
    assert not await is_current(database)
    await migrate(database)
    assert await is_current(database)
    async with database.session() as session:
        assert (await session.execute(text("SELECT class_id FROM lessons"))).all() == [(1,)]
        assert (await session.execute(text("SELECT status, confirmed_by FROM attendance"))).all() == [("present", None)]
        assert (await session.execute(text("SELECT * FROM alike_voices"))).all() == []
    await database.close()
