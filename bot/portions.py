"""One account's share of the queue and of the downloads: what nobody records is heard too, but one after the other.

Only recordings are counted that are heavier than a voice note can be, so whoever speaks into a phone never meets it.
Each bot counts what it has posted itself.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rollcall.errors import TooMuchAtOnce
from rollcall.queue.bot_end import BotQueue

_LIGHT = 512 << 10
"""Bytes. A minute of Telegram's own voice notes has some 250,000."""
_MOST = 8 << 20
"""Bytes of one account's heavier recordings in the queue; a single one may have more."""
_AT_ONCE = 3
"""Recordings of one account that are fetched at the same time: they are in our memory meanwhile."""


@dataclass
class Place:
    """A heavy recording's place: kept until it has left the queue."""

    bytes: int
    entry: str | None = None


class Portions:
    """Who has how much of the queue, as far as this bot knows."""

    def __init__(self) -> None:
        self._places: dict[int, dict[str, Place]] = {}
        self._weighed: dict[str, int] = {}
        self._turns: weakref.WeakValueDictionary[int, asyncio.Semaphore] = weakref.WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, person_id: int) -> AsyncIterator[None]:
        """For as long as a recording is fetched and posted."""
        turn = self._turns.setdefault(person_id, asyncio.Semaphore(_AT_ONCE))
        async with turn:
            yield

    async def find_room(self, bot_queue: BotQueue, note: str, person_id: int, weight: int | None = None) -> None:
        """Look whether there is room for a note; one of unknown weight has to be fetched for that.

        Raises:
            TooMuchAtOnce: not yet.
        """
        weight = self._weighed.get(note, 0) if weight is None else weight
        if weight <= _LIGHT or not self._too_much(person_id, weight):
            return
        places = self._places[person_id]
        for each, place in list(places.items()):
            if place.entry is not None and not await bot_queue.holds(place.entry):
                places.pop(each, None)
        if self._too_much(person_id, weight):
            self._weighed[note] = weight
            raise TooMuchAtOnce("an account's recordings are heard one after the other")

    @asynccontextmanager
    async def place(self, bot_queue: BotQueue, note: str, person_id: int, weight: int) -> AsyncIterator[Place]:
        """A note's place, for as long as it is in the queue; its entry is to be written down in it.

        Raises:
            TooMuchAtOnce: not yet.
        """
        await self.find_room(bot_queue, note, person_id, weight)
        place = Place(weight)
        if weight > _LIGHT:
            self._places.setdefault(person_id, {})[note] = place
        try:
            yield place
        finally:
            self._weighed.pop(note, None)
            if place.entry is None:
                self._places.get(person_id, {}).pop(note, None)
            if not self._places.get(person_id, True):
                del self._places[person_id]

    def _too_much(self, person_id: int, weight: int) -> bool:
        places = self._places.get(person_id, {})
        return bool(places) and sum(place.bytes for place in places.values()) + weight > _MOST
