"""The state of the local Telegram: who is there, what was said, what waits for the bot.

Everything the bot does ends in an ``Event`` that listeners (scripted people) hear; everything people do ends in an
update. Nothing is kept on disk.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.entities import commands
from sandbox.errors import ApiError, Json, bad_request
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.groups import Groups
from sandbox.limits import FloodLimits
from sandbox.signals import Signal
from sandbox.updates import Updates
from sandbox.webhook import Webhook

TOKEN = "424242:SANDBOX_TOKEN_THAT_OPENS_NOTHING_0"  # noqa: S105 - it opens nothing
"""The bot's token unless another is chosen."""


@dataclass(frozen=True)
class Event:
    """Something the bot did in a chat; ``sent`` is what somebody else said there."""

    kind: Literal["message", "edit", "delete", "reaction", "action", "callback", "sent"]
    chat_id: int
    payload: Json
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Call:
    """One request of the bot, for tests that ask what it did."""

    method: str
    values: Json
    at: float = field(default_factory=time.monotonic)


class Telegram:
    """One bot's world."""

    def __init__(self, token: str = TOKEN, username: str = "rollcall_sandbox_bot", name: str = "Rollcall") -> None:
        self.token = token
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Json] = {}
        self.members: dict[int, dict[int, str]] = {}
        self.messages: dict[tuple[int, int], Json] = {}
        self.keyboards: dict[int, Json] = {}
        self.queries: dict[str, Json] = {}
        self.blocked: set[int] = set()
        self.voiceless: set[int] = set()
        """Users whose privacy settings refuse voice messages."""
        self.profile: dict[str, Any] = {}
        self.files = Files()
        self.updates = Updates()
        self.webhook = Webhook(self.updates)
        self.faults = Faults()
        self.groups = Groups(self)
        self.limits: FloodLimits | None = None
        self.refusals: Counter[str] = Counter()
        """How often the bot was asked to wait (429), by method, in lower case; downloads are ``file``."""
        self.ahead = 0.0
        """Seconds by which Telegram's clock is ahead of this machine's."""
        self.calls: list[Call] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.onlookers: list[Callable[[Event], None]] = []
        """They see what people say; listeners hear the bot alone."""
        self.called = Signal()
        # As with update ids: a sandbox that is started anew goes on counting where a bot cannot have been.
        self._next_message_id = int(time.time()) - 1_700_000_000

    def now(self) -> int:
        """The second that Telegram's clock tells."""
        return int(time.time() + self.ahead)

    # -- who is there

    def add_user(self, user: Json) -> Json:
        """Make a user known; the private chat opens with the first message."""
        self.users[user["id"]] = user
        return user

    def open_private(self, user_id: int) -> Json:
        """The private chat with a user, as the bot sees it."""
        user = self.users[user_id]
        names: Json = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
        return self.chats.setdefault(user_id, {"id": user_id, "type": "private", **names})

    def add_group(self, title: str, members: dict[int, str], *, kind: str = "supergroup") -> Json:
        """A group with the bot in it; ``members`` maps user ids to ``creator``, ``administrator``, ``member``.

        ``kind`` may also be ``group``, the basic one, or ``channel``.
        """
        chat_id = (-4_000_000 if kind == "group" else -1_002_000_000_000) - len(self.chats)
        self.chats[chat_id] = {"id": chat_id, "type": kind, "title": title}
        self.members[chat_id] = {**members, self.bot["id"]: "member"}
        return self.chats[chat_id]

    # -- what is said

    def post(
        self, chat_id: int, sender: Json, content: Json, *, date: int | None = None, reply_to: int | None = None
    ) -> Json:
        """Put a message into a chat and return it."""
        number, self._next_message_id = self._next_message_id, self._next_message_id + 1
        message: Json = {
            "message_id": number,
            "from": sender,
            "chat": self.chats[chat_id],
            "date": self.now() if date is None else date,
            **content,
        }
        if reply_to is not None and (earlier := self.messages.get((chat_id, reply_to))):
            message["reply_to_message"] = {k: v for k, v in earlier.items() if k != "reply_to_message"}
        self.messages[chat_id, number] = message
        return message

    def say(self, chat_id: int, content: Json, *, reply_to: int | None = None, keyboard: Json | None = None) -> Json:
        """A message of the bot; ``keyboard`` is any reply markup, of which only inline ones show in the message."""
        if keyboard and "inline_keyboard" in keyboard:
            content = {**content, "reply_markup": keyboard}
        elif keyboard and "keyboard" in keyboard:
            self.keyboards[chat_id] = keyboard
        elif keyboard and "remove_keyboard" in keyboard:
            self.keyboards.pop(chat_id, None)
        message = self.post(chat_id, self.bot, content, reply_to=reply_to)
        self.emit("message", chat_id, message)
        return message

    def message(self, chat_id: int, message_id: int | None, purpose: str) -> Json:
        """An existing message, or Telegram's refusal, which names the ``purpose`` (to edit, to delete …)."""
        found = None if message_id is None else self.messages.get((chat_id, message_id))
        if found is None:
            raise bad_request(f"message {purpose} not found")
        return found

    def emit(
        self, kind: Literal["message", "edit", "delete", "reaction", "action", "callback"], chat_id: int, payload: Json
    ) -> None:
        """Tell all listeners what the bot did."""
        event = Event(kind, chat_id, dict(payload))
        for listener in list(self.listeners):
            listener(event)

    # -- what people do

    def receive(
        self, chat_id: int, user_id: int, content: Json, *, date: int | None = None, reply_to: int | None = None
    ) -> tuple[Json, int]:
        """A message of a user: returns it and the id of its update."""
        if "text" in content and (found := commands(content["text"])):
            content = {**content, "entities": found}
        message = self.post(chat_id, self.users[user_id], content, date=date, reply_to=reply_to)
        for onlooker in self.onlookers:
            onlooker(Event("sent", chat_id, dict(message)))
        return message, self.updates.put("message", message)

    def ask(self, user_id: int, message: Json, data: str) -> tuple[str, int]:
        """A press on a button with callback data: returns the query's id and that of its update."""
        query: Json = {
            "id": str(secrets.randbelow(10**18)),
            "from": self.users[user_id],
            "message": message,
            "chat_instance": str(message["chat"]["id"]),
            "data": data,
        }
        self.queries[query["id"]] = query
        return query["id"], self.updates.put("callback_query", query)

    # -- what the bot asks

    def chat(self, chat_id: str | None, *, to_write: bool = True) -> Json:
        """The chat a call names, by id or @username.

        Raises:
            ApiError: there is none, or the bot must not write to it.
        """
        if not chat_id:
            raise bad_request("chat_id is empty")
        if chat_id.startswith("@"):
            found = next((c for c in self.chats.values() if c.get("username") == chat_id[1:]), None)
        else:
            found = self.chats.get(int(chat_id)) if chat_id.lstrip("-").isdecimal() else None
        if found is None:
            raise bad_request("chat not found")
        if to_write and found["id"] in self.blocked:
            if found["type"] == "private":
                raise ApiError(403, "bot was blocked by the user")
            raise ApiError(403, "bot was kicked from the supergroup chat")
        self.groups.refuse_if_gone(found["id"])
        return found

    def record(self, call: Call) -> None:
        """Remember a request."""
        self.calls.append(call)
        self.called.fire()

    async def until_called(self, method: str, *, after: float = 0.0, timeout: float | None = 60) -> Call:  # noqa: ASYNC109
        """Wait until the bot has called a method (later than ``after``, a ``time.monotonic``)."""
        name = method.lower()
        return await self.called.until(
            lambda: next((c for c in self.calls if c.method.lower() == name and c.at >= after), None), timeout
        )

    def close(self) -> None:
        """Let everybody go who waits."""
        self.updates.end_poll()
        self.faults.release()
