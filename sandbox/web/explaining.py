"""Why the bot answered as it did: asked of whoever can look into the product, which the sandbox cannot."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Protocol

from sandbox.errors import Json
from sandbox.telegram import Event, Telegram
from sandbox.web.company import Company
from sandbox.web.feed import Feed

_LOG = logging.getLogger(__name__)


class Explainer(Protocol):
    """Looks into the product's own records."""

    async def explain(self, chat_id: int, message_id: int, audio: bytes) -> Json | None:
        """What is known of a note; None for as long as nothing is decided."""

    async def close(self) -> None:
        """Nothing will be asked any more."""


class Explanations:
    """Has each note explained once the bot has answered it."""

    def __init__(self, telegram: Telegram, company: Company, feed: Feed, explainer: Explainer) -> None:
        self._telegram = telegram
        self._company = company
        self._feed = feed
        self._explainer = explainer
        self._open: dict[tuple[int, int], tuple[str, float]] = {}
        """Notes that wait for an explanation: their file, and when they were sent."""
        self._answered: dict[tuple[int, int], float] = {}
        self._asking: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        telegram.listeners.append(self._hear)
        telegram.onlookers.append(self._saw)

    async def close(self) -> None:
        """Ask no more."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        await self._explainer.close()

    def _saw(self, event: Event) -> None:
        """What people send."""
        message = event.payload
        sound = next((message[kind] for kind in ("voice", "audio", "video_note", "video") if kind in message), None)
        if event.kind == "sent" and sound is not None and event.chat_id in self._company.people:
            self._open[event.chat_id, message["message_id"]] = sound["file_id"], event.at

    def _hear(self, event: Event) -> None:
        """What the bot does: whatever it is, a note of this chat may be decided."""
        if not any(chat_id == event.chat_id for chat_id, _ in self._open):
            return
        if event.kind == "message" and (replied := event.payload.get("reply_to_message")):
            self._answered.setdefault((event.chat_id, replied["message_id"]), event.at)
        if event.kind not in ("message", "edit", "reaction"):
            return
        if event.chat_id in self._asking:
            self._again.add(event.chat_id)
        else:
            self._asking[event.chat_id] = asyncio.get_running_loop().create_task(self._ask(event.chat_id))

    async def _ask(self, chat_id: int) -> None:
        try:
            while True:
                self._again.discard(chat_id)
                for key in [key for key in self._open if key[0] == chat_id]:
                    await self._explain(*key)
                if chat_id not in self._again:
                    return
        except Exception:
            _LOG.exception("a note could not be explained")
        finally:
            del self._asking[chat_id]

    async def _explain(self, chat_id: int, message_id: int) -> None:
        file_id, sent_at = self._open[chat_id, message_id]
        told = await self._explainer.explain(chat_id, message_id, self._telegram.files.get(file_id).data)
        if told is None:
            return
        del self._open[chat_id, message_id]
        answered = self._answered.pop((chat_id, message_id), time.monotonic())
        self._feed.tell_verdict(chat_id, message_id, {**told, "answered_ms": (answered - sent_at) * 1000})
