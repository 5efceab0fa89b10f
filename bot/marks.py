"""What is written down soon, and together: which notes are in the queue, and which updates were handled.

A note that is posted is safe: should we stop before its mark is written, its update is handled once more, and of two
results the second changes nothing. So its mark waits for its result, or for a second, and goes along with others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.transport.clock import telegram_clock
from rollcall.storage.database import Database
from rollcall.usecases.take_note import Posted, write_marks

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mark:
    """What is not written down yet of a note.

    Attributes:
        digest: of its update, once that is handled.
    """

    posted: Posted | None = None
    digest: str | None = None


class Marks:
    """What this bot has yet to write down."""

    def __init__(self, database: Database, withdraw: Callable[[str], Awaitable[None]] | None = None) -> None:
        """`withdraw` takes a note out of the queue again, by its entry."""
        self._database = database
        self._withdraw = withdraw
        self._posted: dict[str, Posted] = {}
        self._notes: dict[str, str] = {}
        self._digests: list[str] = []
        self._writing = asyncio.Lock()

    def is_posted(self, attempt_id: str) -> bool:
        """Whether a note is in the queue, though the database does not say so yet."""
        return attempt_id in self._posted

    def note_posted(self, attempt_id: str, posted: Posted) -> None:
        """A note is in the queue."""
        self._posted[attempt_id] = posted

    def note_handled(self, attempt_id: str, digest: str) -> None:
        """The update that brought a note is handled."""
        self._notes[attempt_id] = digest

    async def handled(self, digest: str) -> None:
        """An update's effect is safe: written down at once, with whatever else is to be by the time it can be."""
        self._digests.append(digest)
        async with self._writing:
            if digest in self._digests:  # else it was written together with the one before
                await self._write()

    def take(self, attempt_id: str) -> Mark:
        """A note's mark, to be written with its result; `put_back` where that fails."""
        return Mark(self._posted.pop(attempt_id, None), self._notes.pop(attempt_id, None))

    def put_back(self, attempt_id: str, mark: Mark) -> None:
        """It was not written after all."""
        if mark.posted is not None:
            self._posted.setdefault(attempt_id, mark.posted)
        if mark.digest is not None:
            self._notes.setdefault(attempt_id, mark.digest)

    @property
    def overdue(self) -> bool:
        """Whether an update was handled that could not be marked so."""
        return bool(self._digests)

    async def write(self) -> None:
        """Write down all that there is. Should the database be out of reach, it is kept for the next time."""
        async with self._writing:
            if self._posted or self._notes or self._digests:
                await self._write()

    async def _write(self) -> None:
        posted, notes, digests = self._posted, self._notes, self._digests
        self._posted, self._notes, self._digests = {}, {}, []
        try:
            unwanted = await self._database.run(
                write_marks, posted, [*digests, *notes.values()], telegram_clock().now()
            )
        except BaseException as error:
            # Also where we are asked to stop: written twice, a mark says the same.
            self._posted, self._notes = posted | self._posted, notes | self._notes
            self._digests = [*digests, *self._digests]
            if not isinstance(error, SQLAlchemyError | OSError):
                raise
            if self._database.troubles.saw(error) is None:  # else it is told, and not at each try
                _log.warning("not marked as handled yet", extra={"error": type(error).__name__})
            return
        for attempt_id in unwanted:
            if self._withdraw is not None:
                await self._withdraw(posted[attempt_id].entry)
