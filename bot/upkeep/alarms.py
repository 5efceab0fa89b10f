"""A store that is damaged, full or not to be written: shown as a figure, and told the admins in their chats, once."""

from __future__ import annotations

import logging
import time

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from bot import metrics
from bot.services import App, Services
from rollcall.marked import one_below_the_other
from rollcall.storage.faults import Trouble
from rollcall.storage.people import known_locale_of
from rollcall.texts import LANGUAGES, texts_in

_log = logging.getLogger(__name__)

_TOLD_EVERY = 86_400.0
"""Seconds: who has not mended it in a day may have forgotten."""


_RESTORE = "rollcall restore --replace FILE"


class Alarms:
    """One bot's eye on its stores."""

    def __init__(self) -> None:
        self._told: dict[Trouble, float] = {}

    async def watch(self, application: App, services: Services) -> None:
        """Once: show what lasts, and tell of what is new."""
        present = services.database.troubles.present
        for trouble in Trouble:
            metrics.STORE_TROUBLE.labels(trouble.value).set(trouble in present)
        for trouble in sorted(present):
            if time.monotonic() - self._told.get(trouble, float("-inf")) >= _TOLD_EVERY:
                self._told[trouble] = time.monotonic()
                await _tell(application, services, trouble)


async def _tell(application: App, services: Services, trouble: Trouble) -> None:
    for admin in sorted(services.settings.admins):
        texts = [
            texts_in(language)(f"alarm-{trouble}", command=_RESTORE) for language in await _languages(services, admin)
        ]
        try:
            await application.bot.send_message(admin, one_below_the_other(texts, "\n\n"))
        except TelegramError as error:
            _log.info("an admin could not be told of it", extra={"error": type(error).__name__})


async def _languages(services: Services, admin: int) -> list[str]:
    """The admin's; every one where that cannot be read."""
    try:
        locale = await services.database.look(known_locale_of, admin)
    except (SQLAlchemyError, OSError):
        locale = None
    return list(LANGUAGES) if locale is None else [locale]
