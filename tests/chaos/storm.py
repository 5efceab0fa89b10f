"""Kills and pauses at random moments while lessons go on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.chaos.house import House
from tests.chaos.school import Account, School

_PAUSE = 6.0
"""Seconds of SIGSTOP: past the delivery timeout, so that a paused worker wakes up to notes that are another's."""


@dataclass(frozen=True)
class Weather:
    """How rough it gets.

    Attributes:
        every: seconds between two blows, about.
        pauses: which share of the blows is a SIGSTOP instead of a kill -9.
    """

    every: float = 2.0
    pauses: float = 0.15


async def storm(house: House, weather: Weather, seed: int) -> None:
    """For ever: strike one process or server after another."""
    chance = random.Random(seed)
    pauses: set[asyncio.Task[None]] = set()
    try:
        while True:
            await asyncio.sleep(chance.uniform(0.3, 1.7) * weather.every)
            kind = chance.choices(["bot", "worker", "queue", "postgres"], [4, 4, 2, 1])[0]
            if kind == "postgres":
                await house.kill_database_connection(chance)
                continue
            child = {"bot": chance.choice(house.bots), "worker": chance.choice(house.workers), "queue": house.queue}[
                kind
            ]
            if chance.random() < weather.pauses:
                pause = asyncio.create_task(house.pause(child, _PAUSE))
                pauses.add(pause)
                pause.add_done_callback(pauses.discard)
            else:
                house.kill(child)
    finally:
        for pause in list(pauses):
            with suppress(asyncio.CancelledError):
                await pause


async def ride_out(
    house: House, notes: int, weather: Weather, seed: int, tell: Callable[[int], None] = lambda _: None
) -> Account:
    """Lessons under the storm until so many notes were sent; then calm, and the account."""
    school = School(house)
    await school.begin()
    blowing = asyncio.create_task(storm(house, weather, seed))
    chance = random.Random(seed)
    try:
        while (sent := len(school.account.waits)) < notes:
            tell(sent)
            await school.lesson(chance.uniform(0.2, 4.0))
            if blowing.done():
                blowing.result()
    finally:
        blowing.cancel()
        await asyncio.gather(blowing, return_exceptions=True)
    return await school.close_the_books()
