"""Files that a chat is sent."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import cast

from telegram import Chat
from telegram.constants import ChatAction
from telegram.error import Forbidden, TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.services import Bot
from bot.transport.pace import Stopping

_log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds that a file is tried for; the others wait for it."""


async def show_that_files_come(chat: Chat) -> None:
    """The line below the chat's title; whether it appears matters little."""
    with suppress(TelegramError):
        await chat.send_action(ChatAction.UPLOAD_DOCUMENT)


async def send_document(
    chat: Chat, data: bytes, name: str, buttons: Buttons | None = None, caption: str | None = None
) -> bool:
    """Whether the chat took the file."""
    bot = cast("Bot", chat.get_bot())
    try:
        await bot.send_document(
            chat.id,
            data,
            filename=name,
            caption=caption,
            reply_markup=keyboard(buttons),
            rate_limit_args=PATIENCE,
        )
    except (Forbidden, Stopping):
        raise
    except TelegramError as error:
        _log.warning("a report's file was not taken", extra={"error": str(error)})
        return False
    return True
