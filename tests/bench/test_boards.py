"""The small brother of ``make boards``."""

from __future__ import annotations

from pathlib import Path

from bench.boards import measure


async def test_no_board_loses_a_mark_although_the_pages_are_killed_half_way(tmp_path: Path) -> None:
    found = await measure(tmp_path, students=24, browsers=4, seconds=3.0, restart=True)
    assert found.lost == 0
    assert found.after < found.before + 20, "nothing piles up"
