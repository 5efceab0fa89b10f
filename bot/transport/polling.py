"""Long polling that no single update can stop."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from telegram import Audio, Document, Update, Video, VideoNote, Voice
from telegram.error import EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.messages.marking import MarkingBot
from bot.transport.backoff import Backoff
from bot.transport.outage import Trouble
from bot.transport.pace import seconds_of

READ_TIMEOUT = 20.0
_FIRST, _MOST = 0.1, 15.0
"""Of the pauses after a failure, in seconds: one fault of Telegram's costs nothing."""
_LONGEST_FILE_ID, _LONGEST_UNIQUE_ID = 255, 64
"""Of their columns."""

_log = logging.getLogger(__name__)


_NUMBERS = ("message_thread_id", "migrate_to_chat_id", "migrate_from_chat_id")


Arrived = Callable[[Sequence[tuple[Update, str]]], None]


class Poller(MarkingBot):
    """The bot's connection to Telegram.

    python-telegram-bot reads a batch of updates whole or not at all, and asks for the same batch again, for ever, if
    one is not as it expects; and it logs what was in it. Here such an update is stepped over, and only its number told.
    It also gives up for good at the first refusal of the token. Here every failure is one line and another try.
    """

    def __init__(
        self, *args: Any, trouble: Trouble | None = None, arrived: Arrived | None = None, **options: Any
    ) -> None:
        """
        Args:
            trouble: is told what keeps us from hearing Telegram.
            arrived: is told of what a poll has brought, each with Telegram's own words, before it is handed out.
        """
        super().__init__(*args, **options)
        self._trouble = trouble or Trouble()
        self._arrived = arrived

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = None,
        timeout: int | timedelta | None = None,  # noqa: ASYNC109 - Telegram's word for how long it may wait
        allowed_updates: Sequence[str] | None = None,
        **_: Any,
    ) -> tuple[Update, ...]:
        """The updates from ``offset`` on; one that cannot be read comes without content.

        A long poll is repeated until it is answered; a short one, with which a bot that stops takes its leave, is not.
        """
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else float(timeout or 0)
        asked = {"offset": offset, "limit": limit, "timeout": int(seconds), "allowed_updates": allowed_updates}
        backoff = Backoff(_FIRST, _MOST)
        while True:
            try:
                found = await self._ask(asked, seconds)
            except TelegramError as error:
                if not seconds:
                    raise
                self._trouble.met(error)
                wait = seconds_of(error).total_seconds() if isinstance(error, RetryAfter) else backoff.wait()
                await asyncio.sleep(wait)
                continue
            self._trouble.heard()
            read = [(self._read(one), one) for one in found] if isinstance(found, list) else []
            if self._arrived is not None:
                self._arrived([(update, json.dumps(raw)) for update, raw in read if update is not None])
            return tuple(update for update, _ in read if update is not None)

    async def _ask(self, asked: Mapping[str, Any], seconds: float) -> Any:
        try:
            # Spelt so that PTB does not send us to its own method of that name.
            return await self.do_api_request(
                "get_Updates",
                api_kwargs={name: value for name, value in asked.items() if value is not None},
                read_timeout=READ_TIMEOUT + seconds,
            )
        except EndPointNotFound as error:
            raise InvalidToken("Telegram does not know the token any more") from error

    def _read(self, raw: object) -> Update | None:
        number = raw.get("update_id") if isinstance(raw, Mapping) else None
        if not isinstance(raw, dict) or not isinstance(number, int):
            _log.error("something that is no update was stepped over")
            return None
        try:
            return Update.de_json(raw, self)
        except Exception as error:
            _log.error("an update cannot be read", extra={"update": number, "error": type(error).__name__})
            return Update(number)


def is_sound(update: Update) -> bool:
    """Whether what every handler relies on is there. python-telegram-bot checks no types: what is missing comes as
    None, and what is something else as that.
    """
    user, chat, message, query = (
        update.effective_user,
        update.effective_chat,
        update.effective_message,
        update.callback_query,
    )
    if not _is_number(update.update_id) or (query is not None and not isinstance(query.data, str | None)):
        return False
    if user is not None and not (_is_number(user.id) and isinstance(user.first_name, str)):
        return False
    if chat is not None and not (_is_number(chat.id) and isinstance(chat.type, str)):
        return False
    if message is None:
        return True
    if chat is None or not _is_number(message.message_id) or not isinstance(message.date, datetime):
        return False
    text = getattr(message, "text", None)
    media = [getattr(message, kind, None) for kind in ("voice", "video_note", "audio", "video", "document")]
    entities = getattr(message, "entities", ())
    numbers = [getattr(message, name, None) for name in _NUMBERS]
    return (
        isinstance(text, str | None)
        and all(_is_number(one) for one in numbers if one is not None)
        and all(_is_number(entity.offset) and _is_number(entity.length) for entity in entities)
        and all(_is_file(one) for one in media if one is not None)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and -(2**63) <= value < 2**63


def _is_file(media: Voice | VideoNote | Audio | Video | Document) -> bool:
    size, kind = media.file_size, getattr(media, "mime_type", None)
    words = (media.file_id, media.file_unique_id)
    return (
        all(isinstance(word, str) and word.isprintable() for word in words)
        and len(media.file_id) <= _LONGEST_FILE_ID
        and len(media.file_unique_id) <= _LONGEST_UNIQUE_ID
        and (size is None or _is_number(size))
        and isinstance(kind, str | None)
    )
