"""The watcher of a lesson."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import WaitUntil
from tests.web.school import Pages
from web.live import Feed


async def test_a_fault_that_nobody_foresaw_leaves_no_old_board_behind(
    pages: Pages, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look = 0, pages.database.look

    async def failing(*args: Any) -> Any:
        nonlocal looked
        looked += 1
        if looked == 1:
            raise ValueError("a row that nobody expected")
        return await look(*args)

    monkeypatch.setattr(pages.database, "look", failing)
    feed = Feed(pages.database, 1, lambda: datetime.now(UTC))
    watching = asyncio.create_task(feed.watch())
    await wait_until(lambda: feed.board is not None or watching.done())
    assert feed.board is not None
    watching.cancel()
