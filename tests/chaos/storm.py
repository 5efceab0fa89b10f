"""Kills and pauses at random moments while lessons go on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.chaos.account import Account, settle_accounts
from tests.chaos.child import Child
from tests.chaos.form import Form
from tests.chaos.house import House
from tests.chaos.notes import VOICES
from tests.end_to_end.product import TEACHER_ID

_PAST_DELIVERY = 5.0
"""Seconds of SIGSTOP: past the delivery timeout, so that a paused worker wakes up to notes that are another's."""
_PAST_LEASE = 18.0
"""So much for a bot, whose updates are another's by then."""
_USUAL_START = 4.0


@dataclass(frozen=True)
class Weather:
    """How rough it gets.

    Attributes:
        every: seconds between two blows, about; more where processes start slowly.
        pauses: which share of the blows is a SIGSTOP instead of a kill -9.
        beginners: which share of the blows may fall on processes that are still starting.
    """

    every: float = 2.5
    pauses: float = 0.2
    beginners: float = 0.15


async def storm(house: House, weather: Weather, seed: int) -> None:
    """For ever: strike one process or server after another."""
    chance = random.Random(seed)
    every = weather.every * max(1.0, house.settling / _USUAL_START)
    async with asyncio.TaskGroup() as pauses:
        while True:
            await asyncio.sleep(chance.uniform(0.3, 1.7) * every)
            kind = chance.choices(["bot", "worker", "queue", "postgres"], [4, 4, 2, 1])[0]
            if kind == "postgres":
                await house.kill_database_connection(chance)
                continue
            child = _one_of(house, kind, chance)
            if not child.is_ready and chance.random() > weather.beginners:
                continue
            if chance.random() < weather.pauses:
                pauses.create_task(house.pause(child, _pause_of(house, child, chance)))
            else:
                house.kill(child)


def _one_of(house: House, kind: str, chance: random.Random) -> Child:
    return chance.choice({"bot": house.bots, "worker": house.workers, "queue": [house.queue]}[kind])


def _pause_of(house: House, child: Child, chance: random.Random) -> float:
    # A single bot that sleeps long only makes everyone wait.
    long = child.kind == "bot" and len(house.bots) > 1 and chance.random() < 0.5
    return _PAST_LEASE if long else _PAST_DELIVERY


async def ride_out(
    house: House,
    notes: int,
    weather: Weather,
    seed: int,
    voices: Sequence[str] = VOICES,
    tell: Callable[[Sequence[Form]], None] = lambda _: None,
) -> Account:
    """Lessons of as many classes as there are teachers, under the storm until so many notes were sent; then calm."""
    telegram = house.server.telegram
    numbers = [teacher - TEACHER_ID for teacher in house.plan.teachers]
    forms = [await asyncio.to_thread(Form, telegram, number, voices) for number in numbers]
    async with asyncio.TaskGroup() as beginnings:
        for form in forms:
            beginnings.create_task(form.begin())
    blowing = asyncio.create_task(storm(house, weather, seed))
    try:
        async with asyncio.TaskGroup() as teaching:
            for form in forms:
                chance = random.Random(seed * 1000 + form.number)
                teaching.create_task(_teach(form, notes // len(forms), chance, lambda: tell(forms)))
    finally:
        blowing.cancel()
        await asyncio.gather(blowing, return_exceptions=True)
    return await settle_accounts(house, forms)


async def _teach(form: Form, notes: int, chance: random.Random, tell: Callable[[], None]) -> None:
    while len(form.notes) < notes:
        tell()
        await form.lesson(chance.uniform(0.2, 4.0))
