"""The word to each teacher that a lesson's time was up: owed from the closing on, said as soon as the chat takes it."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.messages.replies import keyboard
from bot.outbox.lesson_words import closed_buttons, closed_text
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.storage import notices
from rollcall.texts import texts_in
from rollcall.usecases.closing import close_overdue_lesson, overdue_lessons, take_notice

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""


async def close_overdue(application: App, services: Services) -> None:
    """Close the lessons whose time is up, and tell their teachers."""
    run = services.database.run
    for lesson_id in await run(overdue_lessons, now()):
        await run(close_overdue_lesson, lesson_id)
        services.stale_boards.touch(lesson_id)
    owed = await run(notices.owed, now(), services.holder)
    await all_of(_tell(application, services, lesson_id, chat_id) for lesson_id, chat_id in owed)


async def _tell(application: App, services: Services, lesson_id: int, chat_id: int) -> None:
    run = services.database.run
    notice = await run(take_notice, lesson_id, chat_id, now(), services.holder)
    if notice is None:
        return
    t, closed = texts_in(notice.locale).speaking(notice.vocabulary), notice.closed
    buttons = keyboard(closed_buttons(t, closed.lesson))
    try:
        await application.bot.send_message(
            chat_id, closed_text(closed, t, names=True), reply_markup=buttons, rate_limit_args=_PATIENCE
        )
    except TelegramError as error:
        _log.info("a teacher hears later that a lesson closed", extra={"error": type(error).__name__})
        await run(notices.put_off, lesson_id, chat_id, now())
    else:
        await run(notices.kept, lesson_id, chat_id)
