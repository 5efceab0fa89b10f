"""Whether a worker hears words is asked now and then, and an outage is not waited for again and again."""

from __future__ import annotations

from unittest.mock import AsyncMock

import pytest
import redis

from bot.hearing import Hearing


@pytest.mark.parametrize("error", [redis.ConnectionError(), OSError()])
async def test_in_an_outage_what_was_known_holds_and_redis_is_asked_once(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = AsyncMock(side_effect=[True, error])
    hearing = Hearing(ask)
    assert await hearing.any_worker()
    monkeypatch.setattr("bot.hearing._HOLDS_FOR", 60.0)
    hearing._until = 0.0
    assert await hearing.any_worker()
    assert await hearing.any_worker()
    assert ask.await_count == 2
