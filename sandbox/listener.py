"""The reading half of a scripted person: hears what the bot does, and waits for it without ever polling a clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.errors import Json
from sandbox.message import ChatAction, Message, Press, Reaction, Sent
from sandbox.signals import Signal
from sandbox.telegram import Event, Telegram


def is_call(message: Message) -> bool:
    """Whether it is the word that a lesson is open, which comes by itself and answers nothing."""
    return message.has("here:") and message.has("mute:")


class Listener:
    """Everything the bot shows to one user, in the private chat and in the user's groups."""

    def __init__(self, telegram: Telegram, user_id: int) -> None:
        self.telegram = telegram
        self.id = user_id
        self.inbox: list[Message] = []
        """Every message of the bot in this person's chats, as it reads now; deleted ones say so."""
        self.reactions: list[Reaction] = []
        self.actions: list[ChatAction] = []
        self.presses: dict[str, Press] = {}
        self._read: set[int] = set()
        self._calls: set[int] = set()
        self._heard = Signal()
        telegram.listeners.append(self._hear)

    def leave(self) -> None:
        """Hear no more."""
        self.telegram.listeners.remove(self._hear)

    async def answer(
        self,
        timeout: float | None = 30,  # noqa: ASYNC109 - the scripts read so
        where: Callable[[Message], bool] = lambda message: True,
    ) -> Message:
        """The oldest message that was not read yet, is no call and fits ``where``; reads it.

        Raises:
            TimeoutError: none came within the time; it says what did come.
        """
        return await self._oldest(timeout, lambda message: not self._called(message) and where(message))

    async def call(self, timeout: float | None = 30) -> Message:  # noqa: ASYNC109
        """The oldest word that a lesson is open which was not read yet; reads it."""
        return await self._oldest(timeout, self._called)

    def _called(self, message: Message) -> bool:
        """Whether it came as a call: its buttons go once the student has checked in."""
        return message.id in self._calls or is_call(message)

    async def _oldest(self, timeout: float | None, where: Callable[[Message], bool]) -> Message:  # noqa: ASYNC109
        try:
            message = await self._heard.until(lambda: next(filter(where, self.unread), None), timeout)
        except TimeoutError:
            seen = [message.text[:200] for message in self.unread]
            raise TimeoutError(f"no such answer to {self.id} within {timeout} s; unread: {seen}") from None
        self._read.add(message.id)
        return message

    async def answer_to(self, sent: Sent, timeout: float | None = 30) -> Message:  # noqa: ASYNC109
        """The next unread message that is no reply to something else."""
        return await self.answer(timeout, lambda m: m.chat_id == sent.chat_id and m.reply_to in (None, sent.id))

    async def answers_until_quiet(self, quiet: float = 0.5, timeout: float = 30) -> list[Message]:  # noqa: ASYNC109
        """All unread messages, until for ``quiet`` seconds no more comes; empty where none came at all."""
        answers: list[Message] = []
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0:
            try:
                answers.append(await self.answer(min(quiet, left)))
            except TimeoutError:
                break
        return answers

    async def until(self, find: Callable[[], Any], timeout: float | None = 30) -> Any:  # noqa: ASYNC109
        """Wait until ``find`` returns something other than None; asked after each thing the bot does here."""
        return await self._heard.until(find, timeout)

    async def edited(
        self,
        message: Message,
        timeout: float | None = 30,  # noqa: ASYNC109
        where: Callable[[Message], bool] = lambda message: message.edited_at is not None,
    ) -> Message:
        """Wait until the message reads as ``where`` wants."""
        found: Message = await self.until(lambda: message if where(message) else None, timeout)
        return found

    async def answered(self, press: Press, timeout: float | None = 30) -> Json:  # noqa: ASYNC109
        """Wait until the bot has answered a press."""
        found: Json = await self.until(lambda: press.answer, timeout)
        return found

    async def download(self, message: Message) -> bytes:
        """The bytes of a photo or document."""
        if message.file_id is None:
            raise LookupError(f"a {message.kind} message has no file")
        return self.telegram.files.get(message.file_id).data

    @property
    def unread(self) -> list[Message]:
        """What no ``answer`` has returned yet."""
        return [m for m in self.inbox if m.id not in self._read and not m.deleted]

    @property
    def keyboard(self) -> list[str]:
        """The texts on the reply keyboard in the private chat."""
        rows = self.telegram.keyboards.get(self.id, {}).get("keyboard", [])
        return [b if isinstance(b, str) else b["text"] for row in rows for b in row]

    def read_all(self) -> None:
        """Mark everything as read."""
        self._read.update(message.id for message in self.inbox)

    def answers_to(self, sent: Sent) -> list[Message]:
        """Every reply to a message, read or not."""
        return [m for m in self.inbox if m.reply_to == sent.id and m.chat_id == sent.chat_id]

    def reactions_to(self, sent: Sent) -> list[Reaction]:
        """Every reaction to a message, in order."""
        return [reaction for reaction in self.reactions if reaction.message_id == sent.id]

    def latest_with(self, button: str) -> Message:
        """The newest message that has a button.

        Raises:
            LookupError: none has.
        """
        for message in reversed(self.inbox):
            if not message.deleted and message.has(button):
                return message
        raise LookupError(f"no message to {self.id} has a button {button!r}")

    def _hear(self, event: Event) -> None:  # noqa: C901 (one case for each kind of event)
        if event.chat_id != self.id and self.id not in self.telegram.members.get(event.chat_id, {}):
            return
        payload = event.payload
        match event.kind:
            case "message":
                self.inbox.append(message := Message(payload, event.at, [(event.at, payload)]))
                if is_call(message):
                    self._calls.add(message.id)
            case "edit":
                for message in self._inbox_of(event):
                    message.raw = payload
                    message.versions.append((event.at, payload))
            case "delete":
                for message in self._inbox_of(event):
                    message.deleted = True
            case "reaction":
                self.reactions.append(Reaction(payload["message_id"], tuple(payload["emoji"]), event.at))
            case "action":
                self.actions.append(ChatAction(event.chat_id, payload["action"], event.at))
            case "callback":
                if press := self.presses.get(payload["id"]):
                    press.answer, press.answered_at = payload, event.at
        self._heard.fire()

    def _inbox_of(self, event: Event) -> list[Message]:
        return [m for m in self.inbox if m.id == event.payload["message_id"] and m.chat_id == event.chat_id]
