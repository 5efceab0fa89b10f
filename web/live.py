"""The feed of a lesson: one watcher a lesson and process, however many browsers look on.

The database is the truth. The watcher asks it a few times a second whether anything changed, and every browser is told
what changed since what it has; one that comes back, after whatever restart, is told everything first. So no mark can
be lost, and nothing piles up for a browser that reads slowly: it skips to the present.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from rollcall.domain.screen_names import ScreenNames, as_shown
from rollcall.storage.database import Database
from rollcall.storage.live import traces
from rollcall.usecases.live_board import LiveBoard, live_board

_log = logging.getLogger(__name__)

_LOOK_EVERY = 0.25
_WHOLE_EVERY = 5.0
"""Seconds; what moves no counter, such as a new name, is seen so."""
_AGAIN_AFTER = 1.0
"""Where the database was out of reach."""
_RETRY_MS = 1000
"""After how long a browser comes back that lost us."""
_ASK_EVERY = 5.0
"""Seconds after which a browser that is told nothing is asked for its right anew."""
_PING = 15


class Feed:
    """One lesson, watched."""

    def __init__(self, database: Database, lesson_id: int, now: Callable[[], datetime]) -> None:
        self._database, self._lesson_id, self._now = database, lesson_id, now
        self.board: LiveBoard | None = None
        self.version = 0
        """Counts from 1; 0 before the first look."""
        self.over = False
        """The lesson is no more."""
        self._changed_in: dict[int, int] = {}
        self._whole_in = 0
        self._moved = asyncio.Condition()
        self._said: dict[tuple[int, int, ScreenNames], str] = {}

    async def watch(self) -> None:
        """For ever: look, and tell."""
        signs: Hashable = None
        looked_at, told = float("-inf"), False
        while not self.over:
            try:
                found = await self._database.look(traces, self._lesson_id)
                if found != signs or time.monotonic() - looked_at > _WHOLE_EVERY:
                    board = await self._database.look(live_board, self._lesson_id, self._now())
                    signs, looked_at = found, time.monotonic()
                    await self._take(board)
                told = False
            except Exception as error:  # whatever it is, those who look on are not left with an old board for ever
                if not told:
                    _log.warning("a board is not up to date", extra={"error": type(error).__name__})
                told = True
                await asyncio.sleep(_AGAIN_AFTER)
            await asyncio.sleep(_LOOK_EVERY)

    async def after(self, version: int, patience: float) -> bool:
        """Wait for something newer than that; whether there is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience), self._moved:
                await self._moved.wait_for(lambda: self.version > version or self.over)
        return self.version > version or self.over

    def since(self, version: int, names: ScreenNames) -> str:
        """What a browser that has that version needs, as JSON; many ask the same."""
        key = (version, self.version, names)
        if key not in self._said:
            if len(self._said) > 8:
                self._said.clear()
            self._said[key] = self._made(version, names)
        return self._said[key]

    async def _take(self, board: LiveBoard | None) -> None:
        if board is None:
            self.over = True
        elif board == self.board:
            return
        else:
            before = {row.person_id: row for row in self.board.rows} if self.board is not None else {}
            self.version += 1
            if list(before) != [row.person_id for row in board.rows] or (
                self.board is not None and self.board.names is not board.names
            ):
                self._whole_in = self.version
            for row in board.rows:
                if before.get(row.person_id) != row:
                    self._changed_in[row.person_id] = self.version
            self.board = board
        async with self._moved:
            self._moved.notify_all()

    def _made(self, version: int, names: ScreenNames) -> str:
        board = self.board
        if board is None:
            return "{}"
        whole = version < self._whole_in
        rows = [row for row in board.rows if whole or self._changed_in.get(row.person_id, 0) > version]
        said = {
            "whole": whole,
            "rows": [[row.person_id, as_shown(row.name, names), row.seen, row.time] for row in rows],
            "counts": board.counts,
            "closes": board.closes,
            "minutes": board.minutes,
            "over": bool(board.closed),
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


class Feeds:
    """The lessons that somebody looks at."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._open: dict[int, tuple[Feed, asyncio.Task[None], int]] = {}

    @property
    def watched(self) -> int:
        """How many lessons are."""
        return len(self._open)

    @asynccontextmanager
    async def of(self, lesson_id: int) -> AsyncIterator[Feed]:
        """The lesson's feed; its watcher ends with the last who looks on."""
        feed, task, watched = self._open.get(lesson_id) or self._begun(lesson_id)
        self._open[lesson_id] = (feed, task, watched + 1)
        try:
            yield feed
        finally:
            feed, task, watched = self._open[lesson_id]
            self._open[lesson_id] = (feed, task, watched - 1)
            if watched == 1:
                del self._open[lesson_id]
                task.cancel()

    def _begun(self, lesson_id: int) -> tuple[Feed, asyncio.Task[None], int]:
        feed = Feed(self._database, lesson_id, self._now)
        return feed, asyncio.create_task(feed.watch(), name=f"board {lesson_id}"), 0


def streamed(feeds: Feeds, lesson_id: int, may: Callable[[], Awaitable[bool]], *, screen: bool = False) -> Response:
    """The feed as server-sent events, for as long as whoever looks on may.

    Args:
        screen: everybody in the room reads along: names are as the class sets, and it ends with the lesson.
    """

    async def events() -> AsyncIterator[ServerSentEvent]:
        seen, asked_at = 0, time.monotonic()
        async with feeds.of(lesson_id) as feed:
            while True:
                moved = await feed.after(seen, _ASK_EVERY)
                if time.monotonic() - asked_at >= _ASK_EVERY:
                    asked_at = time.monotonic()
                    if not await may():
                        break
                if feed.over or feed.board is None:
                    if feed.over:
                        break
                    continue
                if moved:
                    names = feed.board.names if screen else ScreenNames.FULL
                    said, seen = feed.since(seen, names), feed.version
                    yield ServerSentEvent(said, event="board", retry=_RETRY_MS)
                if screen and feed.board.closed:
                    break
        yield ServerSentEvent("{}", event="end")

    return EventSourceResponse(events(), ping=_PING, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
