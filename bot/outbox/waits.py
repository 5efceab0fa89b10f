"""Telling those who wait for an answer for about how long: wherever the note is by now, and each of them once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta

from telegram.error import TelegramError

from bot.services import App, Services, now
from bot.transport.pace import Unless
from bot.waits import Wait
from rollcall.texts import language_for, texts_in
from rollcall.usecases.take_note import Waiting, unanswered, who_waits

_log = logging.getLogger(__name__)

_EVERY = 0.25
_AT_ONCE = 16
"""So many words on their way. More would only stand in line, and some for nothing: their answers come meanwhile."""
_PATIENCE = Unless(3.0)
"""Seconds for which a word waits among the answers; unsaid, it is tried again a second later."""
_RECALLED = timedelta(minutes=15)
_IN_TENS, _IN_MINUTES = 20, 120


async def keep_telling(application: App, services: Services) -> None:
    """For ever: tell who waits. The next ones do not wait until the words to these have found their places."""
    begun: set[asyncio.Task[None]] = set()
    try:
        while True:
            task = asyncio.create_task(_quietly(application, services), name="waits:telling")
            begun.add(task)
            task.add_done_callback(begun.discard)
            await asyncio.sleep(_EVERY)
    finally:
        for task in begun:
            task.cancel()


async def tell_who_waits(application: App, services: Services) -> None:
    """Whoever will wait longer than a few seconds hears for about how long, once."""
    waits, due = services.waits, services.waits.overdue()[: max(0, _AT_ONCE - services.waits.being_told)]
    # Those who came first are looked at as well: of what another bot has answered we hear only here.
    ids = {*waits.first(_AT_ONCE), *(wait.attempt_id for wait, _ in due)}
    if not ids:
        return
    for wait, _ in due:
        wait.told = True
    try:
        known = await services.database.look(who_waits, ids)  # in the rush that they wait in, writers wait too
    except BaseException:
        for wait, _ in due:
            wait.told = False
        raise
    telling: list[Coroutine[None, None, None] | asyncio.Task[None]] = []
    for attempt_id, waiting in known.items():
        gone = waits.answered_elsewhere(attempt_id) if waiting is None else None
        if gone is not None and gone.message is not None:
            telling.append(_take_back(application, gone.chat_id, gone.message))
    for wait, left in due:
        # Of a note that is not even written down yet nobody knows the sender.
        waiting = known.get(wait.attempt_id, Waiting(language_for(wait.language), told=False))
        if waiting is not None and not waiting.told and not waits.goes_without(wait):
            wait.telling = asyncio.create_task(_tell(application, services, wait, left, waiting.locale))
            telling.append(wait.telling)
    await asyncio.gather(*telling)


async def recall_who_waits(services: Services) -> None:
    """After a start: those who have been waiting since before it."""
    at = now()
    for one in await services.database.run(unanswered, at - _RECALLED):
        services.waits.goes_on(one.attempt_id, one.chat_id, at - one.sent_at, one.locale)


async def _quietly(application: App, services: Services) -> None:
    try:
        await tell_who_waits(application, services)
    except Exception as error:
        _log.warning("who waits is told a little later", extra={"error": type(error).__name__})


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
    if services.waits.said(wait, sent.message_id):
        services.told.begin((wait.attempt_id, sent.message_id))
        return
    await _take_back(application, wait.chat_id, sent.message_id)


async def _take_back(application: App, chat_id: int, message_id: int) -> None:
    """The answer is there: a word that it takes a while would only be in the way."""
    with suppress(TelegramError):
        await application.bot.delete_message(chat_id, message_id)


def rounded(seconds: float) -> int:
    """To fives, then to tens, to minutes where it takes long: more would be a promise."""
    if seconds >= _IN_MINUTES:
        return round(seconds / 60) * 60
    step = 5 if seconds < _IN_TENS else 10
    return max(5, round(seconds / step) * step)
