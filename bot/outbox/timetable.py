"""Lessons that open by themselves: the task that opens them, and the word to their teachers before."""

from __future__ import annotations

import logging

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.storage import timetables
from rollcall.texts import Texts, texts_in
from rollcall.usecases.lessons import Length
from rollcall.usecases.timetable_running import Soon, carry_out, plan_due, take_words

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""


async def keep_timetables(application: App, services: Services) -> None:
    """Open the lessons whose time has come, and tell the teachers of those that open soon."""
    run, settings = services.database.run, services.settings
    length = Length(None, settings.lesson_length, settings.late_after)
    for slot_id, day in await run(plan_due, now()):
        lesson_id = await run(carry_out, slot_id, day, now(), length)
        if lesson_id is not None:
            services.stale_boards.touch(lesson_id)
            _log.info("a lesson opened by its timetable", extra={"lesson": lesson_id})
    soon = await run(take_words, now(), services.holder)
    await all_of(_tell(application, services, one) for one in soon)


async def _tell(application: App, services: Services, one: Soon) -> None:
    run, t = services.database.run, texts_in(one.locale).speaking(one.school_class.vocabulary)
    try:
        await application.bot.send_message(
            one.chat_id, soon_text(t, one), reply_markup=keyboard(soon_buttons(t, one)), rate_limit_args=_PATIENCE
        )
    except (BadRequest, Forbidden) as error:
        _log.info("a teacher cannot be told before a lesson", extra={"error": type(error).__name__})
    except TelegramError as error:
        _log.info("a teacher is told a little later", extra={"error": type(error).__name__})
        await run(timetables.put_off, one.slot_id, one.day, one.chat_id, now())
        return
    await run(timetables.told, one.slot_id, one.day, one.chat_id)


def soon_text(t: Texts, one: Soon) -> str:
    """Which lesson opens when."""
    key = "plan-soon-topic" if one.topic else "plan-soon"
    return t(key, title=one.school_class.title, time=f"{one.begins:%H:%M}", topic=one.topic or "")


def soon_buttons(t: Texts, one: Soon) -> Buttons:
    """Not this time."""
    day = one.day.replace("-", "")
    return [[(t("button-plan-skip"), f"timetable:{one.school_class.id}:skip:{one.slot_id}:{day}")]]
