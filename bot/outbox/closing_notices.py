"""The word to each teacher that a lesson's time was up: owed from the closing on, said as soon as the chat takes it."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.messages.replies import keyboard
from bot.outbox.boards import report_button, summary_text
from bot.outbox.review_cards import texts_for
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.storage import notices
from rollcall.storage.lessons import close_lesson, open_lessons, take_open_lesson
from rollcall.storage.tables import Lesson, SchoolClass

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""


async def close_overdue(application: App, services: Services) -> None:
    """Close the lessons whose time is up, and tell their teachers."""
    async with services.database.session() as session:
        overdue = [lesson.id for lesson in await session.run_sync(open_lessons) if lesson.closes_at <= now()]
    for lesson_id in overdue:
        async with services.database.session() as session:
            lesson = await session.run_sync(take_open_lesson, lesson_id)
            if lesson is not None:
                await session.run_sync(close_lesson, lesson, lesson.closes_at)
        services.stale_boards.touch(lesson_id)
    async with services.database.session() as session:
        owed = await session.run_sync(notices.owed, now(), services.holder)
    await all_of(_tell(application, services, lesson_id, chat_id) for lesson_id, chat_id in owed)


async def _tell(application: App, services: Services, lesson_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        if not await session.run_sync(notices.claim, lesson_id, chat_id, now(), services.holder):
            return
        lesson = await session.get_one(Lesson, lesson_id)
        school_class = await session.get_one(SchoolClass, lesson.class_id)
        t = await session.run_sync(texts_for, chat_id)
        text = await session.run_sync(summary_text, t, lesson, school_class)
    try:
        await application.bot.send_message(
            chat_id, text, reply_markup=keyboard(report_button(t, lesson)), rate_limit_args=_PATIENCE
        )
    except TelegramError as error:
        _log.info("a teacher hears later that a lesson closed", extra={"error": type(error).__name__})
        async with services.database.session() as session:
            await session.run_sync(notices.put_off, lesson_id, chat_id, now())
        return
    async with services.database.session() as session:
        await session.run_sync(notices.kept, lesson_id, chat_id)
