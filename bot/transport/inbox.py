"""Updates in order, and none lost: kept in the database before Telegram hears that we have them."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot import metrics
from bot.marks import Marks
from bot.services import now
from bot.together import Together
from bot.transport.backoff import Backoff
from bot.transport.clock import telegram_clock
from bot.transport.pace import Stopping
from bot.transport.polling import is_sound
from rollcall.ops.liveness import Pulse
from rollcall.storage import inbox
from rollcall.storage.database import Database
from rollcall.storage.holder import LEASE, Holder, Watch

_log = logging.getLogger(__name__)

_AT_ONCE = 24
"""Updates in work: as many as Telegram lets us answer within a second. Those that wait for their chat's turn or for a
retry hold no place."""
_WAITING = 100_000
_RETRY_FIRST, _RETRY_MOST = 1.0, 30.0
_IN_TURN = 1.0
"""Seconds that a chat's next update waits for the rest of one: as a rule it is done by then, and the order is kept."""
_MARK_EVERY = 0.2
_NOTES_EVERY = 5
"""Rounds: the marks of notes in the queue wait for a second at most."""
_UNWRITABLE_FOR = 15.0
"""Seconds for which an update waits for a database that is damaged, full or read-only: longer than a disk that is just
being swept, and shorter than anybody's patience."""
_ROUNDS_PER_RENEWAL = 20


Rest = Callable[[], Coroutine[Any, Any, None]]


class _Unkept(Exception):
    """An update that could not be kept, and whose sender is told so."""


class DurableQueue(asyncio.Queue[object]):
    """The updater's queue. python-telegram-bot confirms an update to Telegram once `put` has returned."""

    def __init__(
        self,
        database: Database,
        holder: Holder | None = None,
        watch: Watch | None = None,
        heard: Pulse | None = None,
        turn_away: Callable[[Update], Coroutine[Any, Any, None]] | None = None,
        seen: Callable[[Update], None] | None = None,
        marks: Marks | None = None,
    ) -> None:
        """
        Args:
            seen: told of every update before anything else is done about it.
            heard: beats while an update waits for the database: no update is asked for meanwhile.
            turn_away: answers an update that cannot be kept for as long as anybody mends the database.
        """
        super().__init__()
        self._heard = heard or Pulse()
        self._database = database
        self._turn_away = turn_away
        self._seen = seen
        self._turned_away: set[asyncio.Task[None]] = set()
        self._unwritable_since: float | None = None
        self._holder = holder or Holder.this_process()
        self._watch = watch or Watch()
        self._renewed = time.monotonic()
        self._digests: dict[int, str] = {}
        self._marks = marks or Marks(database)
        self._stopping = asyncio.Event()
        self._kept = Together(self._keep)
        self._arrived: dict[int, tuple[Update, asyncio.Future[str | None] | None]] = {}

    def arrived(self, updates: Sequence[tuple[Update, str]]) -> None:
        """Updates have come at once, each with what Telegram sent: all are seen, and kept in one transaction.

        `put` is called with each of them afterwards, as with any other.
        """
        self._arrived = {}
        for update, said in updates:
            if update.update_id not in self._arrived:
                self._arrived[update.update_id] = update, self._begin(update, said)

    def _begin(self, update: Update, said: str | None) -> asyncio.Future[str | None] | None:
        """Let an update be seen, and begin to keep it; None where it is none that a handler could read."""
        if not is_sound(update):
            return None
        try:
            said = said if said is not None else update.to_json()
        except (TypeError, ValueError, RecursionError):
            return None
        if update.message is not None:
            telegram_clock().not_before(update.message.date)
        if self._seen is not None:
            self._seen(update)
        return self._kept.begin((update, said))

    async def put(self, item: object) -> None:
        """Keep an update, then queue it; one that has been here before is dropped."""
        if isinstance(item, Update):
            arrived = self._arrived.pop(item.update_id, None)
            keeping = arrived[1] if arrived is not None and arrived[0] is item else self._begin(item, None)
            if keeping is None:
                _log.error("an update that no handler could read was dropped")
                return
            try:
                digest = await keeping
            except _Unkept:
                return
            if digest is None:
                _log.info("an update came again", extra={"update": item.update_id})
                metrics.REPEATED.inc()
                return
            metrics.RECEIVED.labels(metrics.kind_of(item)).inc()
            self._digests[item.update_id] = digest
        await super().put(item)

    def stop(self) -> None:
        """From now on nothing is taken over: nobody would handle it, and the application would wait for it for ever."""
        self._stopping.set()

    async def recover(self, bot: Bot) -> int:
        """Queue what a stopped bot left unhandled; how many."""
        if self._stopping.is_set():
            return 0
        left = await self._database.run(inbox.take_over, self._holder, self._watch, now())
        if self._stopping.is_set():
            return 0  # `release` leaves them to others
        for digest, payload in left:
            update = Update.de_json(json.loads(payload), bot)
            self._digests[update.update_id] = digest
            if self._seen is not None:
                self._seen(update)  # who knows whether it was
            await super().put(update)
        return len(left)

    async def still_ours(self, update: Update) -> bool:
        """Whether to begin with it: a bot that slept through its lease (SIGSTOP, a moved machine) had best ask."""
        digest = self._digests.get(update.update_id)
        if digest is None or time.monotonic() - self._renewed < LEASE.total_seconds():
            return True
        try:
            if await self._database.run(inbox.holds, self._holder, digest):
                return True
        except (SQLAlchemyError, OSError):
            return True  # its handler meets the same outage, and is tried again
        _log.warning("another bot has taken over an update", extra={"update": update.update_id})
        self._digests.pop(update.update_id, None)
        return False

    async def handled(self, update: Update, note: str | None = None) -> None:
        """The update's effect is safe. Should the database be out of reach, `keep` makes up for it.

        Args:
            note: that the update brought and that is in the queue: there is no hurry.
        """
        digest = self._digests.pop(update.update_id, None)
        if digest is None:
            return
        if note is not None:
            self._marks.note_handled(note, digest)
        else:
            await self._marks.handled(digest)

    async def keep(self, bot: Bot) -> None:
        """For ever: mark what could not be marked, renew what we hold, take over what a dead bot held."""
        self._watch.forget()
        while True:
            for number in range(_ROUNDS_PER_RENEWAL):
                await asyncio.sleep(_MARK_EVERY)
                if self._marks.overdue or number % _NOTES_EVERY == 0:
                    await self._marks.write()
            await self._database.run(inbox.renew, self._holder, now())
            self._renewed = time.monotonic()
            taken = await self.recover(bot)
            if taken:
                _log.warning("took over what another bot left", extra={"updates": taken})

    async def release(self) -> None:
        """Leave what is unhandled to others, at once."""
        await self._marks.write()
        await self._database.run(inbox.release, self._holder)

    async def _keep(self, lot: Sequence[tuple[Update, str]]) -> Sequence[str | None]:
        # Not confirmed until this succeeds: better a late answer than a lost one.
        said = [(update.update_id, words) for update, words in lot]
        while True:
            # Once a try: what has come may wait for a busy database for over a minute.
            self._heard.beat()
            try:
                digests = await self._database.run(inbox.accept, said, self._holder, now())
                self._unwritable_since = None
                return digests
            except (SQLAlchemyError, OSError) as error:
                if self._database.troubles.saw(error) is None:
                    self._unwritable_since = None
                    _log.warning("the database is out of reach, trying again", extra={"error": type(error).__name__})
                elif self._given_up([update for update, _ in lot]):
                    raise _Unkept from error
                await asyncio.sleep(1)

    def _given_up(self, updates: Sequence[Update]) -> bool:
        """Whether somebody has to mend the database first: then the senders are told, and the next ones get a turn."""
        now_ = time.monotonic()
        self._unwritable_since = now_ if self._unwritable_since is None else self._unwritable_since
        if self._turn_away is None or now_ - self._unwritable_since < _UNWRITABLE_FOR:
            return False
        for update in updates:
            metrics.FAILED.labels(metrics.kind_of(update)).inc()
            # A task of its own: a chat that Telegram holds up must not hold up the next update.
            task = asyncio.create_task(self._turn_away(update))
            self._turned_away.add(task)
            task.add_done_callback(self._turned_away.discard)
        return True


class InOrder(BaseUpdateProcessor):
    """Chats side by side, each chat's updates one after another, also where one must be tried again."""

    def __init__(self, queue: DurableQueue, keeps_up: asyncio.Event | None = None) -> None:
        """`keeps_up`: nothing new is begun while it is not set."""
        super().__init__(_WAITING)
        self._queue = queue
        self._keeps_up = keeps_up
        self._turns: dict[int, asyncio.Lock] = {}
        self._waiting: Counter[int] = Counter()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._failed: set[int] = set()
        self._in_work: set[int] = set()
        self._rests: dict[int, Rest] = {}
        self._notes: dict[int, str] = {}
        self._tries: Counter[int] = Counter()
        self._stopping = asyncio.Event()
        self._again: Callable[[object], Awaitable[None]] | None = None

    def retry_with(self, process: Callable[[object], Awaitable[None]]) -> None:
        """How to handle an update once more: the application's `process_update`."""
        self._again = process

    def failed(self, update: Update, most: int | None = None) -> bool:
        """A service was out of reach: this update is tried again, before any later one of its chat.

        False once it was tried `most` times.
        """
        self._tries[update.update_id] += 1
        if most is not None and self._tries[update.update_id] >= most:
            return False
        self._failed.add(update.update_id)
        return True

    def afterwards(self, update: Update, rest: Rest, note: str) -> bool:
        """What is left to do once the handler has returned; the update counts as unhandled until it is done.

        It may take minutes, and neither the chat's later updates nor anybody else's wait for it. Should we stop before,
        the update is handled anew after the next start. False: the update did not come through here.

        Args:
            note: that will be in the queue then.
        """
        if update.update_id not in self._in_work:
            return False
        self._rests[update.update_id] = rest
        self._notes[update.update_id] = note
        return True

    def stop(self) -> None:
        """From now on nothing new is begun: what waits is in the database, for the next start."""
        self._stopping.set()
        if self._keeps_up is not None:
            self._keeps_up.set()  # whoever waits for it sees that we stop

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        if not isinstance(update, Update):
            await coroutine
            return
        self._in_work.add(update.update_id)
        try:
            async with self._turn(update.effective_chat.id if update.effective_chat else 0):
                if not await self._carry_out(update, coroutine):
                    return
                rest = self._begin_rest(update)
                if rest is not None:
                    await asyncio.wait({rest}, timeout=_IN_TURN)
            if rest is not None and not await self._finish(update, rest):
                return
            await self._queue.handled(update, self._notes.get(update.update_id))
            metrics.HANDLED.labels(metrics.kind_of(update)).inc()
        finally:
            self._in_work.discard(update.update_id)
            self._rests.pop(update.update_id, None)
            self._notes.pop(update.update_id, None)

    async def _carry_out(self, update: Update, coroutine: Awaitable[Any]) -> bool:
        """The handler, again and again while a service is out of reach; False: left for the next start."""
        if not await self._first(update, coroutine):
            return False
        backoff = Backoff(_RETRY_FIRST, _RETRY_MOST)
        while update.update_id in self._failed:
            self._failed.discard(update.update_id)
            if self._again is None or not await self._wait(backoff.wait()):
                return False
            async with self._places:
                if not await self._queue.still_ours(update):
                    break
                await self._again(update)
        self._tries.pop(update.update_id, None)
        return True

    def _begin_rest(self, update: Update) -> asyncio.Task[None] | None:
        rest = self._rests.pop(update.update_id, None)
        return None if rest is None else asyncio.create_task(rest(), name=f"rest:{update.update_id}")

    async def _finish(self, update: Update, rest: asyncio.Task[None]) -> bool:
        """Until it is done; False: left for the next start."""
        try:
            await rest
        except Stopping:
            return False
        except Exception:
            _log.exception("the rest of an update failed", extra={"update": update.update_id})
        return True

    async def _first(self, update: Update, coroutine: Awaitable[Any]) -> bool:
        async with self._places:
            if self._keeps_up is not None:
                await self._keeps_up.wait()
            if self._stopping.is_set() or not await self._queue.still_ours(update):
                close = getattr(coroutine, "close", None)  # else Python complains that it was never awaited
                if close is not None:
                    close()
                return False
            await coroutine
            return True

    async def _wait(self, delay: float) -> bool:
        """Sleep, unless we are asked to stop; whether to go on."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay)
        return not self._stopping.is_set()

    @asynccontextmanager
    async def _turn(self, chat_id: int) -> AsyncIterator[None]:
        """First come, first served within a chat; a chat nobody waits for is forgotten."""
        self._waiting[chat_id] += 1
        try:
            async with self._turns.setdefault(chat_id, asyncio.Lock()):
                yield
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:
                del self._waiting[chat_id], self._turns[chat_id]

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
