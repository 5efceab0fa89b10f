"""Which boards (the lessons' messages that keep themselves up to date) need a fresh look."""

from __future__ import annotations

import asyncio


class StaleBoards:
    """Many check-ins at once make one edit: Telegram allows about one a second."""

    def __init__(self) -> None:
        self._lessons: set[int] = set()
        self._classes: set[int] = set()
        self._something = asyncio.Event()

    def touch(self, lesson_id: int) -> None:
        """A lesson's headcount may have changed."""
        self._lessons.add(lesson_id)
        self._something.set()

    def touch_class(self, class_id: int) -> None:
        """A class has a new student."""
        self._classes.add(class_id)
        self._something.set()

    async def changes(self, gather: float) -> tuple[set[int], set[int]]:
        """Wait for something to show, and ``gather`` seconds for more; the lessons and classes touched meanwhile."""
        await self._something.wait()
        await asyncio.sleep(gather)
        self._something.clear()
        lessons, classes = self._lessons, self._classes
        self._lessons, self._classes = set(), set()
        return lessons, classes

    def take_back(self, lessons: set[int], classes: set[int]) -> None:
        """These could not be looked at: next time."""
        self._lessons |= lessons
        self._classes |= classes
        self._something.set()
