"""Delivery of updates to a bot's own server."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque

import aiohttp

from sandbox.errors import Json
from sandbox.updates import Updates

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0


class Webhook:
    """Where updates go instead of a long poll: one chat's in order, several chats' side by side."""

    def __init__(self, updates: Updates) -> None:
        self.url = ""
        self.secret_token: str | None = None
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self._updates = updates
        self._delivering: asyncio.Task[None] | None = None

    async def begin(self, url: str, *, secret_token: str | None, max_connections: int) -> None:
        """Begin to deliver to ``url``."""
        await self.end()
        self.url, self.secret_token, self.max_connections = url, secret_token, max_connections
        self._delivering = asyncio.create_task(self._deliver_all(), name="webhook")

    async def end(self) -> None:
        """Deliver no more; what waits goes on waiting."""
        self.url, self.secret_token, self.last_error = "", None, None
        if self._delivering is not None:
            self._delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivering
            self._delivering = None

    @property
    def info(self) -> Json:
        """The answer to getWebhookInfo."""
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self.url:
            info |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            info |= {"last_error_date": self.last_error[0], "last_error_message": self.last_error[1]}
        if self._updates.allowed:
            info["allowed_updates"] = self._updates.allowed
        return info

    async def _deliver_all(self) -> None:
        last = 0
        # What waits behind the update that is on its way to the bot, by chat.
        behind: dict[int, deque[Json]] = {}
        seats = asyncio.Semaphore(self.max_connections)
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            while True:
                for update in self._updates.after(last):
                    last, chat = update["update_id"], _chat_of(update)
                    if chat in behind:
                        behind[chat].append(update)
                    else:
                        behind[chat] = deque()
                        group.create_task(self._deliver_chat(session, seats, behind, update))
                await self._updates.changed.wait()

    async def _deliver_chat(
        self, session: aiohttp.ClientSession, seats: asyncio.Semaphore, behind: dict[int, deque[Json]], update: Json
    ) -> None:
        chat = _chat_of(update)
        await self._deliver(session, seats, update)
        while behind[chat]:
            if self._updates.holds(update := behind[chat].popleft()):
                await self._deliver(session, seats, update)
        del behind[chat]

    async def _deliver(self, session: aiohttp.ClientSession, seats: asyncio.Semaphore, update: Json) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret_token} if self.secret_token else {}
        pause = _FIRST_PAUSE
        while True:
            try:
                async with seats, session.post(self.url, json=update, headers=headers) as answer:
                    if answer.ok:
                        break
                    error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
                error = f"Connection failed: {trouble}"
            self.last_error = int(time.time()), error
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._updates.confirm(update["update_id"])


def _chat_of(update: Json) -> int:
    for kind, payload in update.items():
        if kind != "update_id" and isinstance(payload, dict):
            chat = payload.get("chat") or payload.get("message", {}).get("chat") or payload.get("from") or {}
            return int(chat.get("id", 0))
    return 0
