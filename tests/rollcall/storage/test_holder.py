"""SQLite's one writer is waited for in a row."""

import asyncio
from pathlib import Path

from sqlalchemy import text

from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate


async def test_sessions_are_opened_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'turns.sqlite3'}")
    await migrate(database)
    opened: list[int] = []

    async def work(number: int) -> None:
        with database.session() as session:
            session.execute(text("SELECT 1"))
            opened.append(number)

    with database.session() as session:
        session.execute(text("SELECT 1"))
        waiting = [asyncio.create_task(work(number)) for number in range(30)]
        await asyncio.sleep(0)
        assert opened == []
    await asyncio.gather(*waiting)
    assert opened == list(range(30))
    await database.close()
