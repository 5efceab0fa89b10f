"""What a person holds in hand: a message of the bot, and what the person sent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Json


@dataclass(frozen=True)
class Button:
    """An inline button."""

    text: str
    data: str | None
    url: str | None


@dataclass
class Message:
    """A message of the bot as it reads now, with every earlier version."""

    raw: Json
    at: float
    """When it came (``time.monotonic``), for latencies."""
    versions: list[tuple[float, Json]] = field(default_factory=list)
    """Each state with its time, the first included."""
    deleted: bool = False

    @property
    def id(self) -> int:
        """The message's id."""
        return int(self.raw["message_id"])

    @property
    def chat_id(self) -> int:
        """The chat it is in."""
        return int(self.raw["chat"]["id"])

    @property
    def text(self) -> str:
        """The text or caption; empty where there is neither."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def reply_to(self) -> int | None:
        """The id of the message it replies to."""
        replied = self.raw.get("reply_to_message")
        return None if replied is None else int(replied["message_id"])

    @property
    def buttons(self) -> list[Button]:
        """The inline buttons, row by row."""
        rows = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return [Button(b["text"], b.get("callback_data"), b.get("url")) for row in rows for b in row]

    @property
    def edited_at(self) -> float | None:
        """When it was last edited."""
        return self.versions[-1][0] if len(self.versions) > 1 else None

    @property
    def kind(self) -> str:
        """``text``, ``photo``, ``document``, ``voice`` …"""
        return next((kind for kind in ("text", "photo", "document", "voice") if kind in self.raw), "other")

    @property
    def file_id(self) -> str | None:
        """The id of its file, for ``Person.download``."""
        body: Any = self.raw.get(self.kind)
        if isinstance(body, list):
            body = body[-1]
        return str(body["file_id"]) if isinstance(body, dict) else None

    @property
    def file_name(self) -> str:
        """The name of a document."""
        return str(self.raw.get("document", {}).get("file_name", ""))

    def button(self, wanted: str) -> Button:
        """The button with this callback data, else data that begins so, else a text that contains it.

        Raises:
            LookupError: there is none.
        """
        for button in self.buttons:
            if button.data == wanted:
                return button
        for button in self.buttons:
            if button.data is not None and button.data.startswith(wanted):
                return button
        for button in self.buttons:
            if wanted.casefold() in button.text.casefold():
                return button
        raise LookupError(f"no button {wanted!r} under {self.text[:60]!r}; there are {self.buttons}")

    def has(self, wanted: str) -> bool:
        """Whether ``button`` would find one."""
        try:
            self.button(wanted)
        except LookupError:
            return False
        return True


@dataclass(frozen=True)
class Sent:
    """A message of a person."""

    message: Json
    update_id: int
    at: float = field(default_factory=time.monotonic)
    """When the update was put (``time.monotonic``)."""

    @property
    def id(self) -> int:
        """The message's id."""
        return int(self.message["message_id"])

    @property
    def chat_id(self) -> int:
        """The chat it went to."""
        return int(self.message["chat"]["id"])


@dataclass
class Press:
    """A press on a button."""

    query_id: str
    update_id: int
    at: float = field(default_factory=time.monotonic)
    answer: Json | None = None
    """What answerCallbackQuery said, once it did."""
    answered_at: float | None = None


@dataclass(frozen=True)
class Reaction:
    """The bot's reaction to a message; no emoji where it took one back."""

    message_id: int
    emoji: tuple[str, ...]
    at: float


@dataclass(frozen=True)
class ChatAction:
    """'typing…' and its like."""

    chat_id: int
    action: str
    at: float
