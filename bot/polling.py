"""Long polling that no single update can stop."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.error import EndPointNotFound, InvalidToken
from telegram.ext import ExtBot

READ_TIMEOUT = 20.0

_log = logging.getLogger(__name__)


class Poller(ExtBot[Any]):
    """The bot's connection to Telegram.

    python-telegram-bot reads a batch of updates whole or not at all, and asks for the same batch again, for ever, if
    one is not as it expects; and it logs what was in it. Here such an update is stepped over, and only its number told.
    """

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = None,
        timeout: int | timedelta | None = None,  # noqa: ASYNC109 - Telegram's word for how long it may wait
        allowed_updates: Sequence[str] | None = None,
        **_: Any,
    ) -> tuple[Update, ...]:
        """The updates from ``offset`` on; one that cannot be read comes without content."""
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else float(timeout or 0)
        asked = {"offset": offset, "limit": limit, "timeout": int(seconds), "allowed_updates": allowed_updates}
        try:
            # Spelt so that PTB does not send us to its own method of that name.
            found: Any = await self.do_api_request(
                "get_Updates",
                api_kwargs={name: value for name, value in asked.items() if value is not None},
                read_timeout=READ_TIMEOUT + seconds,
            )
        except EndPointNotFound as error:
            raise InvalidToken("Telegram does not know the token any more") from error
        read = (self._read(one) for one in found) if isinstance(found, list) else ()
        return tuple(update for update in read if update is not None)

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
