"""The word to teachers about who teaches their class and what becomes of it; the end of a substitute's time."""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import TelegramError

from bot.messages.replies import keyboard
from bot.messages.roles import last_words
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.domain.staff import StaffNews
from rollcall.storage import staff_notices
from rollcall.texts import Texts, texts_in
from rollcall.usecases.archive import warn_of_erasure
from rollcall.usecases.staff import News, end_substitutes, take_notice

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""


async def keep_staff(application: App, services: Services) -> None:
    """End what is over, and tell whom it concerns."""
    await services.database.run(end_substitutes, now())
    keep = timedelta(days=services.settings.keep_archived_classes_days)
    await services.database.run(warn_of_erasure, keep, now())
    await tell_staff(application, services)


async def tell_staff(application: App, services: Services) -> None:
    """Tell whom a change concerns, as far as their chats take it."""
    owed = await services.database.run(staff_notices.owed, now(), services.holder)
    await all_of(_tell(application, services, notice_id) for notice_id in owed)


async def _tell(application: App, services: Services, notice_id: int) -> None:
    run = services.database.run
    news = await run(take_notice, notice_id, now(), services.holder)
    if news is None:
        return
    if news.news is StaffNews.NO_TEACHER and news.at_all:  # invited again meanwhile
        await run(staff_notices.kept, notice_id)
        return
    t = texts_in(news.locale).speaking(news.vocabulary)
    buttons = [[(t("button-the-class"), f"class:{news.class_id}")]] if news.still else None
    if news.news is StaffNews.MOVED:
        buttons = [[(t("button-me"), "me")]]
    try:
        await application.bot.send_message(
            news.chat_id, news_text(news, t), reply_markup=keyboard(buttons), rate_limit_args=_PATIENCE
        )
    except TelegramError as error:
        _log.info("a teacher hears later who teaches a class", extra={"error": type(error).__name__})
        await run(staff_notices.put_off, notice_id, now())
        return
    await run(staff_notices.kept, notice_id)


def news_text(news: News, t: Texts) -> str:
    """What a teacher is told, or a student who was moved."""
    last = last_words(news.until, t) if news.until is not None else ""
    return t(f"staff-told-{news.news}", title=news.title, name=news.name, by=news.by, last=last)
