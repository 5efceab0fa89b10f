"""The updates that wait for the bot, and the long poll that fetches them."""

from __future__ import annotations

import asyncio
import bisect
import time
from collections.abc import Iterable

from sandbox.errors import ApiError, Json
from sandbox.signals import Signal

_ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that a bot gets only if it names them in allowed_updates."""

_MAXIMUM_WAIT = 50
_MAXIMUM_BATCH = 100


def _number(update: Json) -> int:
    return int(update["update_id"])


class Updates:
    """A queue that forgets an update only when the bot confirms it."""

    def __init__(self) -> None:
        # The clock as a start: a sandbox that is started anew never repeats an id a bot has seen.
        self._next_id = int(time.time())
        self.pending: list[Json] = []
        self.confirmed = 0
        self.changed = Signal()
        self._allowed: frozenset[str] | None = None
        self._poller: asyncio.Future[None] | None = None

    @property
    def allowed(self) -> list[str] | None:
        """The kinds the bot asked for; None for Telegram's default."""
        return None if self._allowed is None else sorted(self._allowed)

    def put(self, kind: str, payload: Json) -> int:
        """Queue an update, unless the bot did not want its kind; returns its id."""
        number, self._next_id = self._next_id, self._next_id + 1
        if kind in self._allowed if self._allowed is not None else kind not in _ON_REQUEST_ONLY:
            self.pending.append({"update_id": number, kind: payload})
            self._wake()
        return number

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Choose the kinds of later updates; None leaves the choice as it was, nothing named means the default."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def confirm(self, update_id: int) -> None:
        """Forget this update alone (a webhook took it)."""
        place = bisect.bisect_left(self.pending, update_id, key=_number)
        if place < len(self.pending) and _number(self.pending[place]) == update_id:
            del self.pending[place]
        self.confirmed = max(self.confirmed, update_id)
        self.changed.fire()

    def holds(self, update: Json) -> bool:
        """Whether it waits still."""
        return self.after(_number(update) - 1)[:1] == [update]

    def after(self, update_id: int) -> list[Json]:
        """What waits and has a larger id."""
        return self.pending[bisect.bisect_right(self.pending, update_id, key=_number) :]

    def drop(self) -> None:
        """Forget everything that waits."""
        self.pending = []
        self.changed.fire()

    async def poll(self, *, offset: int, limit: int, wait: float) -> list[Json]:
        """The next updates from ``offset`` on, all before it being confirmed; waits where there are none.

        Raises:
            ApiError: 409, when another poll takes over.
        """
        self._interrupt(
            ApiError(409, "terminated by other getUpdates request; make sure that only one bot instance is running")
        )
        self._confirm_before(offset)
        if not self.pending and wait > 0:
            await self._next(min(wait, _MAXIMUM_WAIT))
        return self.pending[: max(1, min(limit, _MAXIMUM_BATCH))]

    def end_poll(self, error: ApiError | None = None) -> None:
        """Send the waiting poller home, empty-handed or with an error."""
        if error is None:
            self._wake()
        else:
            self._interrupt(error)

    def _confirm_before(self, offset: int) -> None:
        if offset < 0:
            # Counts from the end: everything earlier is forgotten.
            self.pending = self.pending[offset:]
            return
        gone = [update["update_id"] for update in self.pending if update["update_id"] < offset]
        if gone:
            self.pending = self.pending[len(gone) :]
            self.confirmed = max(self.confirmed, *gone)
            self.changed.fire()

    async def _next(self, wait: float) -> None:
        waiter = self._poller = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(wait):
                await waiter
        except TimeoutError:
            pass
        finally:
            if self._poller is waiter:
                self._poller = None

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        self.changed.fire()

    def _interrupt(self, error: ApiError) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(error)
