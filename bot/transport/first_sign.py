"""👀 under a note in the moment in which it comes: before it is written down, whatever else the bot is busy with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from telegram import Message, Update
from telegram.constants import ChatAction, ChatType, ReactionEmoji
from telegram.error import TelegramError

from bot.messages.attachments import MAY_HOLD_SPEECH

_MOST, _MOST_OF_A_CHAT = 500, 20
"""Signs under way. Beyond, notes are taken in all the same; the answer is what counts."""


class Signs:
    """The lane in which the signs go out."""

    def __init__(self, began: Callable[[Message], None] | None = None) -> None:
        """`began` is told of every note."""
        self._began = began
        self._tasks: set[asyncio.Task[None]] = set()
        self._chats: Counter[int] = Counter()

    def show(self, update: Update) -> None:
        """Let the sender of a note see that it has come; at once, and without waiting for it."""
        message = update.message
        if message is None or message.chat.type != ChatType.PRIVATE or not MAY_HOLD_SPEECH.filter(message):
            return
        if self._began is not None:
            self._began(message)
        chat = message.chat_id
        if len(self._tasks) >= _MOST or self._chats[chat] >= _MOST_OF_A_CHAT:
            return
        self._chats[chat] += 1
        task = asyncio.create_task(_show(message), name=f"sign:{chat}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._gone(done, chat))

    def _gone(self, task: asyncio.Task[None], chat: int) -> None:
        self._tasks.discard(task)
        self._chats[chat] -= 1
        if not self._chats[chat]:
            del self._chats[chat]


async def _show(message: Message) -> None:
    """Not worth an error."""
    try:
        await message.set_reaction(ReactionEmoji.EYES)
    except TelegramError:
        try:
            await message.reply_chat_action(ChatAction.TYPING)
        except TelegramError:
            return
