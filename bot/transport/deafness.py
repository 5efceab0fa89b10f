"""Is the bot deaf? A bot may live, answer the menus and the clock, and yet ask Telegram for nothing any more.

Silence alone proves nothing, for Telegram or the network may be away, which no restart mends. So, once it has been
silent for a while, Telegram is asked something else over a connection of its own: where that is answered, time and
again, the fault is ours.
"""

from __future__ import annotations

import asyncio
import time

from telegram.error import TelegramError

from bot import metrics
from bot.services import App, Services
from bot.transport.outage import Trouble
from bot.transport.requests import CountedRequest, Patience
from rollcall.config.settings import Settings
from rollcall.ops.liveness import Pulse

_SUSPICIOUS = 0.4
"""Of `stuck_after`: a longer silence than any long poll's, after which Telegram is asked."""
_PROVEN = 0.6
"""Of `stuck_after`: for so long Telegram must have answered. Our longest pause after an error is 15 s."""
_PROBE_TIMEOUT = 3.0
_LONGEST_POLL = 10


def poll_seconds(settings: Settings) -> int:
    """How long Telegram may keep the question for updates: well below the silence that is suspicious."""
    return max(1, min(_LONGEST_POLL, int(settings.stuck_after.total_seconds() / 6)))


class Hearing:
    """What the bot's long poll, or its webhook, last heard."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.stuck_after.total_seconds()
        self._webhook = None if settings.webhook_url is None else (settings.webhook_listen, settings.webhook_port)
        self.heard = Pulse()
        """Beats when Telegram answers the question for updates, and while an update waits for the database."""
        self.turned = Pulse()
        """Beats while the event loop turns."""
        self.trouble = Trouble()
        """Why the long poll is refused, if it is."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The bot's, once it runs."""
        self._answering_since: float | None = None

    async def keep(self, application: App, _services: Services) -> None:
        """For ever: turn, and find out where silence comes from."""
        every = min(3.0, self._limit / 20)
        self.loop = asyncio.get_running_loop()
        while True:
            self.turned.beat()
            metrics.TURNED.set_to_current_time()
            age = self.heard.age
            if self._webhook is not None:
                if await self._accepts(*self._webhook):
                    self.heard.beat()
            elif age is None or age < self._limit * _SUSPICIOUS or not await self._telegram_answers(application):
                self._answering_since = None
            elif self._answering_since is None:
                self._answering_since = time.monotonic()
            if (age := self.heard.age) is not None:
                metrics.HEARD.set(time.time() - age)
            await asyncio.sleep(every)

    def deaf(self) -> str | None:
        """Why a restart would help; None where it would not."""
        age = self.heard.age
        if age is None or age < self._limit:
            return None
        if self._webhook is not None:
            return f"the webhook has taken no connection for {age:.0f} s"
        since = self._answering_since
        if since is None or time.monotonic() - since < self._limit * _PROVEN:
            return None
        return f"Telegram answers, but has not been asked for updates for {age:.0f} s"

    def silent(self) -> str | None:
        """Why no updates come just now, whoever is to blame."""
        age = self.heard.age
        if age is None:
            return "not listening yet"
        if (trouble := self.trouble.words) is not None:
            return trouble
        return f"nothing heard for {age:.0f} s" if age > self._limit else None

    async def _telegram_answers(self, application: App) -> bool:
        seconds = min(_PROBE_TIMEOUT, self._limit)
        try:
            async with CountedRequest(Patience(read=seconds, connect=seconds)) as request:
                await request.post(f"{application.bot.base_url}/getMe")
        except TelegramError:
            return False
        return True

    @staticmethod
    async def _accepts(host: str, port: int) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with, not bound
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT):
                _, writer = await asyncio.open_connection(host, port)
        except OSError:
            return False
        writer.close()
        return True
