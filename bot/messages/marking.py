"""What is bold or folded in a text goes to Telegram as entities: nothing to escape, so no name can break a message."""

from __future__ import annotations

from typing import Any

from telegram import Message, MessageEntity, MessageId
from telegram.ext import ExtBot

from rollcall.marked import Marked, Style

_TYPES = {Style.BOLD: MessageEntity.BOLD, Style.FOLDED: MessageEntity.EXPANDABLE_BLOCKQUOTE}


class MarkingBot(ExtBot[Any]):
    """A bot that may be given `Marked` texts and captions wherever we send or edit any."""

    async def send_message(self, chat_id: int | str, text: str, *args: Any, **more: Any) -> Message:
        """As python-telegram-bot's."""
        return await super().send_message(chat_id, text, *args, **_with(more, "entities", text))

    async def edit_message_text(self, text: str, *args: Any, **more: Any) -> Message | bool:
        """As python-telegram-bot's."""
        return await super().edit_message_text(text, *args, **_with(more, "entities", text))

    async def edit_message_caption(self, *args: Any, **more: Any) -> Message | bool:
        """As python-telegram-bot's."""
        return await super().edit_message_caption(*args, **_with(more, "caption_entities", more.get("caption")))

    async def send_voice(self, *args: Any, **more: Any) -> Message:
        """As python-telegram-bot's."""
        return await super().send_voice(*args, **_with(more, "caption_entities", more.get("caption")))

    async def send_photo(self, *args: Any, **more: Any) -> Message:
        """As python-telegram-bot's."""
        return await super().send_photo(*args, **_with(more, "caption_entities", more.get("caption")))

    async def send_document(self, *args: Any, **more: Any) -> Message:
        """As python-telegram-bot's."""
        return await super().send_document(*args, **_with(more, "caption_entities", more.get("caption")))

    async def copy_message(self, *args: Any, **more: Any) -> MessageId:
        """As python-telegram-bot's."""
        return await super().copy_message(*args, **_with(more, "caption_entities", more.get("caption")))


def entities(text: str | None) -> list[MessageEntity] | None:
    """Telegram's description of what is marked, in UTF-16 units; None for a plain text."""
    if not isinstance(text, Marked):
        return None
    found = [MessageEntity(_TYPES[one.style], one.start, one.end - one.start) for one in text.stretches]
    return list(MessageEntity.adjust_message_entities_to_utf_16(str(text), found))


def _with(more: dict[str, Any], name: str, text: str | None) -> dict[str, Any]:
    return more if more.get(name) is not None else {**more, name: entities(text)}
