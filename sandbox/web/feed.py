"""What the pages see: everything in everybody's chat as it is now, and then whatever happens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sandbox.errors import Json
from sandbox.telegram import Event, Telegram
from sandbox.web.company import Company


class Feed:
    """Tells every open page the same, in one order. A page that comes, or comes back, is told all there is first."""

    def __init__(self, telegram: Telegram, company: Company) -> None:
        self._telegram = telegram
        self._company = company
        self._pages: set[asyncio.Queue[str]] = set()
        self._reactions: dict[tuple[int, int], list[str]] = {}
        self.verdicts: dict[tuple[int, int], Json] = {}
        self.product: Json = {"state": "starting"}
        telegram.listeners.append(self._hear)
        telegram.onlookers.append(self._hear)

    def open(self) -> asyncio.Queue[str]:
        """A page comes: what it is to be told, beginning with all there is."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        queue.put_nowait(_line("state", self.state))
        self._pages.add(queue)
        return queue

    def close(self, queue: asyncio.Queue[str]) -> None:
        """A page goes."""
        self._pages.discard(queue)

    @property
    def state(self) -> Json:
        """All there is."""
        chats: dict[str, Json] = {str(number): {"messages": [], "reactions": {}} for number in self._company.people}
        for (chat_id, _), message in sorted(self._telegram.messages.items()):
            if chat := chats.get(str(chat_id)):
                chat["messages"].append(message)
        for (chat_id, message_id), emoji in self._reactions.items():
            chats[str(chat_id)]["reactions"][str(message_id)] = emoji
        verdicts = [{"chat_id": chat, "message_id": note, **told} for (chat, note), told in self.verdicts.items()]
        return {
            "bot": self._telegram.bot,
            "language": self._company.language,
            "people": self._company.told,
            "product": self.product,
            "chats": chats,
            "verdicts": verdicts,
        }

    def publish(self, kind: str, payload: Json) -> None:
        """Something happens."""
        line = _line(kind, payload)
        for queue in self._pages:
            queue.put_nowait(line)

    def publish_state(self) -> None:
        """Much is otherwise than it was: all there is, once more."""
        self.publish("state", self.state)

    def tell_product(self, state: str, **more: str) -> None:
        """How it stands with the product."""
        self.product = {"state": state, **more}
        self.publish("product", self.product)

    def tell_verdict(self, chat_id: int, message_id: int, told: Json) -> None:
        """A note is explained."""
        self.verdicts[chat_id, message_id] = told
        self.publish("verdict", {"chat_id": chat_id, "message_id": message_id, **told})

    def _hear(self, event: Event) -> None:
        if event.chat_id not in self._company.people:
            return
        payload = event.payload
        if event.kind == "reaction":
            key = event.chat_id, int(payload["message_id"])
            self._reactions[key] = payload["emoji"]
        elif event.kind == "delete":
            self._reactions.pop((event.chat_id, payload["message_id"]), None)
            self.verdicts.pop((event.chat_id, payload["message_id"]), None)
        self.publish(event.kind, {"chat_id": event.chat_id, **payload})


def _line(kind: str, payload: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n"
