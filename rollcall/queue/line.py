"""The one line in which the messages of all bots stand, for Telegram counts them together."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

import redis.asyncio

from rollcall.queue import keys

_log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds for which Redis is waited for: a message to somebody does not wait longer for a place than without."""
_LEFT_ALONE = 5.0
"""Seconds for which a Redis that did not answer is not asked again."""
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local gap, patience = tonumber(ARGV[1]), tonumber(ARGV[2])
local wait = math.max(0, tonumber(redis.call('GET', KEYS[1]) or '0') - now)
if patience >= 0 and wait > patience then return false end
redis.call('SET', KEYS[1], string.format('%.3f', now + wait + gap), 'PX', math.ceil(wait + gap) + 1000)
return tostring(wait)
"""
_LEAVE = """
local before = redis.call('GET', KEYS[1])
if before and (ARGV[2] == '1' or (ARGV[3] == '1' and before == '1')) then return redis.call('PTTL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
return 0
"""
_CLOSE = """
local time = redis.call('TIME')
local opens = time[1] * 1000 + time[2] / 1000 + tonumber(ARGV[1])
if opens > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.3f', opens), 'PX', math.ceil(tonumber(ARGV[1])) + 1000)
end
"""


class NoAnswer(Exception):
    """Redis cannot say: each bot keeps to the pace by itself meanwhile."""


class Line:
    """Places at even distances, by the clock of Redis; and when something was last written into a chat."""

    def __init__(self, client: redis.asyncio.Redis, a_second: float, apart: float) -> None:
        """`a_second` places for all bots together; `apart` seconds between two messages of one chat."""
        self._gap, self._apart = 1000 / a_second, round(1000 * apart)
        self._take: Any = client.register_script(_TAKE)
        self._leave: Any = client.register_script(_LEAVE)
        self._close: Any = client.register_script(_CLOSE)
        self._ask_from = 0.0

    async def take(self, patience: float | None) -> float | None:
        """Seconds until the next place, which is the caller's now; None, and nobody's, where it comes too late.

        Args:
            patience: seconds after which no place is wanted; None: whenever it comes.

        Raises:
            NoAnswer: Redis is away.
        """
        most = -1.0 if patience is None else 1000 * patience
        wait = await self._asked(self._take, keys.LINE, self._gap, most)
        return None if wait is None else float(wait) / 1000

    async def leave(self, chat: str, *, unasked: bool = False, answers: bool = False) -> float:
        """A message leaves for this chat: 0, or the seconds that it has to wait.

        Args:
            chat: where it goes.
            unasked: whether it keeps its distance to whatever was written there; else that is part of a dialogue.
            answers: whether it keeps its distance to what came unasked.

        Raises:
            NoAnswer: Redis is away.
        """
        wait = await self._asked(self._leave, keys.line_of(chat), self._apart, int(unasked), int(answers))
        return max(0.0, float(wait) / 1000)

    async def close(self, seconds: float) -> None:
        """Telegram takes nothing from any of us for so long."""
        with suppress(NoAnswer):
            await self._asked(self._close, keys.LINE, 1000 * seconds)

    async def _asked(self, script: Any, key: str, *arguments: float) -> Any:
        if time.monotonic() < self._ask_from:
            raise NoAnswer
        try:
            async with asyncio.timeout(_PATIENCE):
                return await script(keys=[key], args=arguments)
        except (redis.RedisError, OSError) as error:  # TimeoutError is one of the latter
            self._ask_from = time.monotonic() + _LEFT_ALONE
            _log.info("each bot keeps to Telegram's pace by itself", extra={"error": type(error).__name__})
            raise NoAnswer from error
