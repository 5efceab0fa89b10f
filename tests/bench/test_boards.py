"""The small brother of ``make boards``."""

from __future__ import annotations

from pathlib import Path

from bench.boards.measure import Wanted, measure


async def test_no_board_loses_a_mark_although_pages_bot_and_queue_are_killed(tmp_path: Path) -> None:
    found = await measure(tmp_path, Wanted(students=16, browsers=3, windows=1, seconds=8.0))
    assert set(found.away) == {"web", "bot", "queue"}
    assert found.waits
    assert found.lost == 0
    assert found.after < found.before + 20, "nothing piles up"
