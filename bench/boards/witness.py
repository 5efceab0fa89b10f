"""When a mark came to be: somebody who looks into the database a hundred times a second, and asks it for little."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

from rollcall.domain.attendance import ATTENDED

_EVERY = 0.01


class Witness:
    """Sees every mark of a lesson within ten milliseconds of its transaction.

    Attributes:
        marked: Unix time at which a student's mark was there, by the student's number.
    """

    def __init__(self, database: Path, lesson_id: int) -> None:
        self._database, self._lesson_id = database, lesson_id
        self.marked: dict[int, float] = {}

    async def watch(self) -> None:
        """For ever."""
        query = "SELECT person_id, status FROM attendance WHERE lesson_id = ?"
        with sqlite3.connect(f"file:{self._database}?mode=ro", uri=True) as connection:
            before = None
            while True:
                # Moves with every commit of others.
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != before:
                    now, before = time.time(), version
                    for person_id, status in connection.execute(query, (self._lesson_id,)):
                        if status in ATTENDED:
                            self.marked.setdefault(person_id, now)
                await asyncio.sleep(_EVERY)
