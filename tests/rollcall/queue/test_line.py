"""The bots' one line to Telegram."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import redis.asyncio

from rollcall.queue import bot_end, keys
from rollcall.queue.line import Line, NoAnswer

ANNA, PETR = "7", "8"


@pytest.fixture
async def clients(redis_url: str) -> AsyncIterator[list[redis.asyncio.Redis]]:
    """Of two bots."""
    both = [bot_end.connect(redis_url) for _ in range(2)]
    yield both
    for client in both:
        await client.aclose()


async def test_two_bots_stand_in_one_line(clients: list[redis.asyncio.Redis]) -> None:
    lines = [Line(client, 10, 1.0) for client in clients]
    began = time.monotonic()
    places = [await lines[number % 2].take(None) for number in range(8)]
    took = time.monotonic() - began
    seconds = [place for place in places if place is not None]
    assert len(seconds) == 8
    assert all(later > earlier for earlier, later in pairwise(seconds))
    assert 0.7 - took <= seconds[-1] <= 0.7


async def test_a_place_that_would_come_too_late_is_left_to_others(clients: list[redis.asyncio.Redis]) -> None:
    mine, other = (Line(client, 1, 1.0) for client in clients)
    assert await other.take(None) == 0
    assert await other.take(5.0) is not None
    assert await mine.take(0.5) is None
    place = await mine.take(5.0)
    assert place is not None
    assert 1 < place <= 2


async def test_what_comes_unasked_keeps_its_distance_to_what_another_bot_writes_into_its_chat(
    clients: list[redis.asyncio.Redis],
) -> None:
    mine, other = (Line(client, 1000, 0.5) for client in clients)
    assert await other.leave(ANNA) == 0
    assert await mine.leave(PETR, unasked=True) == 0
    assert await mine.leave(ANNA, answers=True) == 0, "part of a dialogue"
    wait = await mine.leave(ANNA, unasked=True)
    assert 0 < wait <= 0.5
    await asyncio.sleep(wait + 0.02)
    assert await mine.leave(ANNA, unasked=True) == 0
    assert await other.leave(ANNA, unasked=True) > 0
    assert await other.leave(ANNA, answers=True) > 0, "it meets what came unasked"
    assert await other.leave(ANNA) == 0


async def test_what_telegram_refuses_to_one_of_them_holds_up_the_others(clients: list[redis.asyncio.Redis]) -> None:
    mine, other = (Line(client, 1000, 1.0) for client in clients)
    await other.close(3.0)
    await other.close(1.0)
    place = await mine.take(None)
    assert place is not None
    assert 2 < place <= 3


async def test_nothing_is_left_of_the_line_once_nobody_stands_in_it(clients: list[redis.asyncio.Redis]) -> None:
    client = clients[0]
    line = Line(client, 1000, 0.2)
    await line.take(None)
    await line.leave(ANNA, unasked=True)
    assert 0 < await client.pttl(keys.line_of(ANNA)) <= 200
    assert 0 < await client.pttl(keys.LINE) <= 1100


async def test_where_redis_is_away_nobody_waits_for_a_place(unused_tcp_port: int) -> None:
    client = bot_end.connect(f"redis://127.0.0.1:{unused_tcp_port}")
    line = Line(client, 10, 1.0)
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(NoAnswer):
            await line.take(None)
        with pytest.raises(NoAnswer):
            await line.leave(ANNA, unasked=True)
        await line.close(1.0)
    assert time.monotonic() - began < 1.0
    await client.aclose()
