"""Keeping to Telegram's limits, and trying again where Telegram or the network fails for a while.

Telegram allows about 30 messages a second in all, one a second in a private chat (short bursts pass) and 20 a minute in
a group (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Where it asks to wait, every
call obeys, also one that writes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from aiolimiter import AsyncLimiter
from telegram import File
from telegram.error import BadRequest, ChatMigrated, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter, ExtBot

from bot.transport.backoff import Backoff
from bot.transport.line import A_SECOND, OVERALL, Evenly
from rollcall.queue.line import Line, NoAnswer

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

_PRIVATE = (10, 10.0)
"""A burst of so many, refilled over so many seconds: no conversation waits, and in the long run it is one a second."""
_GROUP = (8, 40.0)
"""Likewise: never more than 20 in any minute."""
_CHATS_KEPT = 10_000

ONCE = 1e-9
"""Patience for a single try, whenever there is a place for it. The library takes a zero for none given."""
PATIENCE = 600.0
"""Seconds that a message is tried for, unless its caller says otherwise (``rate_limit_args``)."""
BESIDE = 15.0
"""Likewise for what writes into no chat: later, a reaction or a button that stops waiting is of no use."""
_SIGNS = ("setMessageReaction", "sendChatAction")
"""What only shows that a message was seen: where Telegram asks to wait in one chat, it waits in the others too."""
_FIRST, _MOST = 0.5, 15.0
_TOKEN_TRIES = 3
"""So often a refused token is shown again at once: one 401 among good answers is Telegram's mistake."""
_MANY_CHATS = 3
"""So many chats refused within a breath: the limit that was hit is the bot's, not a chat's."""
_BREATH = 2.0


class Apart(float):
    """Patience of a message that nobody asked for now: it keeps a second's distance to whatever was written before it.

    Such messages meet others by chance (a lesson opens, a note is answered, its button goes), and what Telegram refuses
    in several chats at once holds up all of them.
    """


class Unless(Apart):
    """Patience of a message that need not be said where something was just written into its chat."""


class Answering(float):
    """Patience of an answer: it keeps that distance to what came unasked, and to nothing else of its dialogue."""


Moved = Callable[[int, int], Awaitable[None]]
"""Told a chat's old id and its new one."""


class Stopping(TelegramError):
    """The bot stops before the message could be sent."""


class Pace(BaseRateLimiter[float]):
    """The bot's rate limiter: paces what writes into chats, and repeats what failed for a passing reason."""

    def __init__(self, moved: Moved | None = None, together: Line | None = None) -> None:
        """`moved` hears of chats that have become others; `together` is the line of all bots, where there are more."""
        self._moved = moved
        self._together = together
        self._overall = Evenly(OVERALL)
        self._chats: dict[str, AsyncLimiter] = {}
        self._closed_until: dict[str, float] = {}
        self._all_closed_until = 0.0
        self._refused: list[tuple[float, str]] = []
        self._stopping = asyncio.Event()
        self._wrote: dict[str, tuple[float, bool]] = {}
        """When something was last written into a chat, and whether unasked."""
        self._in_line = 0
        self._nobody_in_line = asyncio.Event()
        self._nobody_in_line.set()

    def stop(self) -> None:
        """Give up what is still being tried: it is in the database and is done again after the next start."""
        self._stopping.set()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: float | None,
    ) -> Any:
        """Make the call, in time.

        Args:
            rate_limit_args: seconds to go on trying for; `ONCE` or less: once, whenever there is a place for it.
        """
        try:
            return await self._paced(callback, args, kwargs, endpoint, data, rate_limit_args)
        except ChatMigrated as error:
            await self._follow(data, error.new_chat_id)
            if not endpoint.startswith(("send", "copy", "forward")):
                raise  # it was about a message, and none has come along
            # What it quotes or which topic it is for was left behind as well.
            data.pop("reply_parameters", None)
            data.pop("message_thread_id", None)
            data["chat_id"] = error.new_chat_id
            return await self._paced(callback, args, kwargs, endpoint, data, rate_limit_args)

    async def download(self, file: File, patience: float) -> bytes:
        """A file's bytes. Where Telegram asks to wait with one, no other one is asked for meanwhile.

        Raises:
            TelegramError: as the download; `RetryAfter` where the wait is longer than the patience, seconds.
        """
        return bytes(await self._paced(file.download_as_bytearray, (), {}, "file", {}, patience))

    async def _follow(self, data: dict[str, Any], new: int) -> None:
        old = str(data.get("chat_id", ""))
        if self._moved is not None and old.lstrip("-").isdecimal():
            await self._moved(int(old), new)

    async def _paced(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: float | None,
    ) -> Any:
        writes = endpoint.startswith(("send", "edit", "copy", "forward")) and endpoint != "sendChatAction"
        chat = str(data.get("chat_id", ""))
        # Telegram counts what writes nothing apart from messages, so one that is held up holds up only its own kind.
        key = chat if writes else endpoint if endpoint in _SIGNS else f"{endpoint}:{chat}"
        patience = PATIENCE if writes else BESIDE
        deadline = time.monotonic() + (patience if rate_limit_args is None else rate_limit_args)
        backoff = Backoff(_FIRST, _MOST)
        while True:
            await self._until_allowed(key, deadline)
            if writes:
                if (near := self._wait_apart(chat, rate_limit_args)) > 0:
                    await self._keep_away(near, rate_limit_args)
                    continue
                place_by = None if rate_limit_args is not None and rate_limit_args <= ONCE else deadline
                await self._acquire(self._limiter(chat), place_by)
                await self._in_turn(place_by)
                # Something may have come between, while it stood in line.
                if (near := await self._too_near(chat, rate_limit_args)) > 0:
                    await self._keep_away(near, rate_limit_args)
                    continue
            try:
                if not writes:
                    return await self._call(callback, args, kwargs)
                number = self._overall.leaves()
                self._writes(chat, rate_limit_args)
                try:
                    return await self._call(callback, args, kwargs)
                finally:
                    self._writes(chat, rate_limit_args)
                    self._overall.arrives(number)
            except RetryAfter as error:
                wait = seconds_of(error).total_seconds()
                await self._close(key, wait, writes=writes)
                if self._stopping.is_set() or time.monotonic() + wait > deadline:
                    raise
                _log.info("Telegram asks to wait", extra={"seconds": wait, "endpoint": endpoint})
            except TelegramError as error:
                wait = backoff.wait()
                ends = self._stopping.is_set() or time.monotonic() + wait > deadline
                if not writes or not passing(error) or ends:
                    raise
                _log.warning("sent again soon", extra={"endpoint": endpoint, "error": type(error).__name__})
                await self.sleep(wait)

    async def _call(self, callback: Callable[..., Coroutine[Any, Any, Any]], args: Any, kwargs: dict[str, Any]) -> Any:
        backoff = Backoff(_FIRST / 2, _MOST)
        for _ in range(_TOKEN_TRIES):
            try:
                return await callback(*args, **kwargs)
            except InvalidToken as error:
                if not token_refused(error):
                    raise
            await self.sleep(backoff.wait())
        return await callback(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            Stopping: the bot stops meanwhile.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        if self._stopping.is_set():
            raise Stopping("the bot stops")

    async def unless_stopped(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What the work gives, if the bot is not stopped meanwhile.

        Raises:
            Stopping: it is; the work is ended.
        """
        working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise Stopping("the bot stops")
        finally:
            working.cancel()
            stopping.cancel()

    async def _until_allowed(self, key: str, deadline: float) -> None:
        """Wait for as long as Telegram asked to, for this chat or this kind of call, but not beyond the deadline."""
        while (opens := max(self._closed_until.get(key, 0.0), self._all_closed_until)) > time.monotonic():
            if opens > deadline:
                raise RetryAfter(timedelta(seconds=opens - time.monotonic()))
            await self.sleep(opens - time.monotonic())
        self._closed_until.pop(key, None)

    async def idle(self) -> None:
        """Wait until no message waits for its turn: for what may come after all others.

        Raises:
            Stopping: the bot stops meanwhile.
        """
        while (closed := self._all_closed_until - time.monotonic()) > 0:
            await self.sleep(closed)
        await self.unless_stopped(self._nobody_in_line.wait())

    def _writes(self, chat: str, rate_limit_args: float | None) -> None:
        self._wrote.pop(chat, None)
        self._wrote[chat] = time.monotonic(), isinstance(rate_limit_args, Apart)  # the one used last is last
        if len(self._wrote) > _CHATS_KEPT:
            del self._wrote[next(iter(self._wrote))]

    def _wait_apart(self, chat: str, rate_limit_args: float | None) -> float:
        wrote, unasked = self._wrote.get(chat, (0.0, False))
        if isinstance(rate_limit_args, Apart) or (unasked and isinstance(rate_limit_args, Answering)):
            return max(0.0, wrote + A_SECOND - time.monotonic())
        return 0.0

    async def _keep_away(self, seconds: float, rate_limit_args: float | None) -> None:
        if isinstance(rate_limit_args, Unless):
            raise RetryAfter(timedelta(seconds=1))
        await self.sleep(seconds)

    async def _too_near(self, chat: str, rate_limit_args: float | None) -> float:
        """Seconds that a message has to wait which keeps its distance; 0 for whatever leaves now."""
        wait = self._wait_apart(chat, rate_limit_args)
        if self._together is not None and not wait:
            unasked = isinstance(rate_limit_args, Apart)
            with suppress(NoAnswer):
                return await self._together.leave(chat, unasked=unasked, answers=isinstance(rate_limit_args, Answering))
        return wait

    async def _in_turn(self, deadline: float | None) -> None:
        """Wait for the message's place in the line.

        Raises:
            RetryAfter: it would come too late.
        """
        self._in_line += 1
        self._nobody_in_line.clear()
        try:
            wait = await self._place(deadline)
            if wait is None:
                raise RetryAfter(timedelta(seconds=1))
            while wait > 0 or (wait := self._overall.too_soon()):
                await self.sleep(wait)
                wait = 0.0
        finally:
            self._in_line -= 1
            if not self._in_line:
                self._nobody_in_line.set()

    async def _place(self, deadline: float | None) -> float | None:
        if self._together is not None:
            with suppress(NoAnswer):
                return await self._together.take(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return self._overall.take(deadline)

    async def _acquire(self, limiter: AsyncLimiter, deadline: float | None) -> None:
        """Wait for one's place, but not beyond the deadline, nor when we are asked to stop."""
        if limiter.has_capacity():
            await limiter.acquire()
            return
        acquiring = asyncio.ensure_future(limiter.acquire())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            await asyncio.wait({acquiring, stopping}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if acquiring.done():
                acquiring.result()
            elif self._stopping.is_set():
                raise Stopping("the bot stops")
            else:
                raise RetryAfter(timedelta(seconds=1))
        finally:
            acquiring.cancel()
            stopping.cancel()

    def _limiter(self, chat: str) -> AsyncLimiter:
        found = self._chats.pop(chat, None)
        if found is None:
            found = AsyncLimiter(*(_GROUP if chat.startswith(("-", "@")) else _PRIVATE))
        self._chats[chat] = found  # the one used last is last
        if len(self._chats) > _CHATS_KEPT:
            del self._chats[next(iter(self._chats))]
        return found

    async def _close(self, key: str, seconds: float, *, writes: bool) -> None:
        now = time.monotonic()
        self._closed_until[key] = now + seconds
        if not writes:
            return
        self._refused = [(at, other) for at, other in self._refused if now - at < _BREATH] + [(now, key)]
        if len({other for _, other in self._refused}) >= _MANY_CHATS:
            self._all_closed_until = now + seconds
            if self._together is not None:
                await self._together.close(seconds)


def pace_of(bot: ExtBot[Any]) -> Pace:
    """The rate limiter that the bot was built with."""
    limiter = bot.rate_limiter
    if not isinstance(limiter, Pace):
        raise TypeError("a bot without our pace")
    return limiter


def passing(error: BaseException) -> bool:
    """Whether the same call may succeed later: no network, Telegram out of order, an answer that is not JSON.

    A token that is refused is one, too: whoever mends it (or Telegram) does so for all that waits.
    """
    if token_refused(error):
        return True
    # BadRequest counts as a network error in the library's tree; an unreadable answer is a plain TelegramError.
    if isinstance(error, BadRequest | InvalidToken):
        return False
    return isinstance(error, NetworkError | RetryAfter | Stopping) or type(error) is TelegramError


def token_refused(error: BaseException | None) -> bool:
    """Whether Telegram does not know the token. The library says the same of a method that a server lacks (404)."""
    return isinstance(error, InvalidToken) and "unauthorized" in str(error).lower()


def seconds_of(error: RetryAfter) -> timedelta:
    """For how long Telegram asks us to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
