"""Watching the clocks: what an operator sees of a skew, and what a later start has to know of it."""

from __future__ import annotations

import logging
from typing import Any

import redis

from bot import metrics
from bot.services import App, Services
from bot.transport.clock import telegram_clock
from rollcall.errors import NotSigned
from rollcall.queue.keys import CLOCK_BIAS, SAID, SIGNATURE
from rollcall.sealing.signature import Signatures

_log = logging.getLogger(__name__)

_WORTH_KEEPING = 2.0
"""Seconds; a smaller difference is one of rounding."""
_WORTH_A_WORD = 5.0


class Timekeeper:
    """One bot's eye on its clock."""

    def __init__(self) -> None:
        self._kept = 0.0
        self._told = 0.0

    async def recall(self, services: Services) -> None:
        """Before the first update: by how much the ``Date`` headers are wrong here, as another run found out."""
        try:
            found: Any = await services.redis.hmget(CLOCK_BIAS, [SAID, SIGNATURE])
            said, signature = found
            if said is not None:
                Signatures(services.keyring).check(CLOCK_BIAS, said, signature)
                self._kept = float(said)
        except (redis.RedisError, OSError, ValueError, NotSigned) as error:
            # The first message that we send tells it again.
            _log.info("not known whether the headers are wrong here", extra={"error": type(error).__name__})
        if self._kept:
            telegram_clock().biased(self._kept)

    async def watch(self, _application: App, services: Services) -> None:
        """Once: show the skew, say a word where it is new, keep what the headers do not tell."""
        clock = telegram_clock()
        if not clock.measured:
            return
        ahead = clock.ahead.total_seconds()
        metrics.CLOCK_AHEAD.set(ahead)
        if abs(ahead - self._told) > _WORTH_A_WORD:
            self._told = ahead
            _say(ahead)
        if abs(clock.bias - self._kept) > _WORTH_KEEPING:
            said = repr(clock.bias).encode()
            signature = Signatures(services.keyring).sign(CLOCK_BIAS, said)
            await services.redis.hset(CLOCK_BIAS, mapping={SAID: said, SIGNATURE: signature})
            self._kept = clock.bias


def _say(ahead: float) -> None:
    if abs(ahead) <= _WORTH_A_WORD:
        _log.info("this machine's clock agrees with Telegram's again")
        return
    _log.warning(
        "this machine's clock is wrong; lessons go by Telegram's all the same. Set it by NTP (chrony, timedatectl)",
        extra={"seconds": round(abs(ahead)), "clock": "slow" if ahead > 0 else "fast"},
    )
