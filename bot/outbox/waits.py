"""Telling those who wait for an answer for about how long: wherever the note is by now, and each of them once."""

from __future__ import annotations

import asyncio
import logging

from telegram.error import TelegramError

from bot.services import App, Services
from bot.waits import Wait
from rollcall.texts import language_for, texts_in
from rollcall.usecases.take_note import told_to_wait, waiting_untold

_log = logging.getLogger(__name__)

_AT_ONCE = 60
_PATIENCE = 3.0
"""Seconds for which a word waits among the answers; unsaid, it is tried again a second later."""
_IN_MINUTES = 120


async def tell_who_waits(application: App, services: Services) -> None:
    """Whoever will wait longer than a few seconds hears for about how long, once."""
    due = services.waits.overdue()[:_AT_ONCE]
    if not due:
        return
    locales = await services.database.run(waiting_untold, [wait.attempt_id for wait, _ in due])
    telling = []
    for wait, left in due:
        wait.told = True
        # Of a note that is not even written down yet nobody knows the sender.
        locale = locales.get(wait.attempt_id, language_for(wait.language))
        if locale is not None:
            telling.append(_tell(application, services, wait, left, locale))
    await asyncio.gather(*telling)


async def _tell(application: App, services: Services, wait: Wait, left: float | None, locale: str) -> None:
    """Not worth an error: the answer is what counts."""
    t = texts_in(locale)
    text = t("queue-slow") if left is None else t("queue-wait", seconds=rounded(left))
    try:
        sent = await application.bot.send_message(wait.chat_id, text, rate_limit_args=_PATIENCE)
    except TelegramError as error:
        wait.told = False
        _log.info("someone could not be told of the wait", extra={"error": type(error).__name__})
        return
    wait.message = sent.message_id
    await services.database.run(told_to_wait, wait.attempt_id, sent.message_id)


def rounded(seconds: float) -> int:
    """To tens, to minutes where it takes long: more would be a promise."""
    return max(10, round(seconds / 10) * 10) if seconds < _IN_MINUTES else round(seconds / 60) * 60
