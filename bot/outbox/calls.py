"""The word to each student that a lesson is open: after everything else that is to be said, and well below the limits.

A bot that is killed between a call and the note of it leaves a few that are made twice; none is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.challenge import say_button
from bot.messages.phrases import lesson_phrase
from bot.messages.replies import Buttons, enrol_button, keyboard
from bot.services import App, Services, now
from bot.tapping import call_button
from bot.transport.pace import Apart, pace_of
from rollcall.storage.lease import free_those_of_the_dead
from rollcall.storage.tables import Call
from rollcall.texts import Texts, texts_in
from rollcall.usecases.calls import ToCall, ToTidy, Way, call_the_missing, called, take_calls, take_pointless

_AT_ONCE = 8
"""Side by side: so many may be on their way when somebody's answer comes and wants the line."""
_FOR_SO_LONG = 0.5
"""Seconds at least for so many: 16 a second leave room for answers under Telegram's 30."""
_LOOK_AGAIN = 0.5
_PATIENCE = Apart(5.0)
"""Seconds; a call that does not get through is made a little later."""

_log = logging.getLogger(__name__)


@dataclass
class _Became:
    """What became of some calls, as `called` writes it down."""

    sent: dict[int, int] = field(default_factory=dict)
    over: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)

    def failed(self, call_id: int, error: TelegramError) -> None:
        """Whom we may not write to is not tried again: the next lesson is soon enough."""
        (self.over if isinstance(error, BadRequest | Forbidden) else self.again).append(call_id)
        _log.info("a student is not called", extra={"call": call_id, "error": type(error).__name__})


async def call_students(application: App, services: Services) -> None:
    """Make the calls that are owed, then take away buttons that lead nowhere; a few at a time, until none is left."""
    run = services.database.run
    await run(free_those_of_the_dead, Call, services.holder)
    await run(call_the_missing, now())
    while await _make_some(application, services) or await _tidy_some(application, services):
        pass


async def _make_some(application: App, services: Services) -> bool:
    await _turn(application, services)
    some, became = await services.database.run(take_calls, now(), services.holder, _AT_ONCE), _Became()
    await _do(application, services, [_call(application, one, became) for one in some], became)
    return bool(some)


async def _tidy_some(application: App, services: Services) -> bool:
    await _turn(application, services)
    some, became = await services.database.run(take_pointless, now(), services.holder, _AT_ONCE), _Became()
    await _do(application, services, [_tidy(application, one, became) for one in some], became)
    return bool(some)


async def _turn(application: App, services: Services) -> None:
    """Wait until nobody else's note, result or message waits."""
    pace = pace_of(application.bot)
    while services.waits.many:
        await pace.sleep(_LOOK_AGAIN)
    await services.queue.keeps_up.wait()
    await pace.idle()


async def _do(application: App, services: Services, steps: list[Coroutine[None, None, None]], became: _Became) -> None:
    if not steps:
        return

    async def all_and_write_down() -> None:
        await asyncio.gather(*steps)
        await services.database.run(called, became.sent, became.over, became.again, now())

    # A task that outlives this one: what Telegram has taken must be written down, also when we are asked to stop.
    work = all_and_write_down()
    task = application.create_task(work) if application.running else asyncio.create_task(work)
    await asyncio.wait([task, asyncio.create_task(asyncio.sleep(_FOR_SO_LONG))])
    task.result()


async def _call(application: App, one: ToCall, became: _Became) -> None:
    t = texts_in(one.locale).speaking(one.school_class.vocabulary)
    try:
        message = await application.bot.send_message(
            one.chat_id, call_text(one, t), reply_markup=keyboard(call_buttons(one, t)), rate_limit_args=_PATIENCE
        )
    except TelegramError as error:
        became.failed(one.call_id, error)
    else:
        became.sent[one.call_id] = message.message_id


async def _tidy(application: App, one: ToTidy, became: _Became) -> None:
    try:
        await application.bot.edit_message_reply_markup(
            one.chat_id, one.message_id, reply_markup=None, rate_limit_args=_PATIENCE
        )
    except TelegramError as error:
        became.failed(one.call_id, error)
    else:
        became.over.append(one.call_id)


def call_text(one: ToCall, t: Texts) -> str:
    """That the lesson is open and until when, and how this student checks in."""
    zone, lesson = ZoneInfo(one.school_class.timezone), one.lesson
    key = "call-last" if one.last else "call-open"
    text = t(key, title=one.school_class.title, closes=f"{lesson.closes_at.astimezone(zone):%H:%M}")
    text += "\n" + t(f"call-by-{one.way}")
    if one.way is Way.VOICE:
        text += "\n" + t("board-phrase", phrase=lesson_phrase(lesson, t.language))
    if now() < lesson.late_at < lesson.closes_at:
        text += "\n" + t("board-late-from", late=f"{lesson.late_at.astimezone(zone):%H:%M}")
    return text


def call_buttons(one: ToCall, t: Texts) -> Buttons:
    """To be shown a number, to say "I'm here", to record a voice where that is left to do, and to be left alone."""
    return [
        *(say_button(t, one.school_class.title, one.lesson.id) if one.way is Way.SAY else []),
        [(t("here-button", title=one.school_class.title), f"here:{one.lesson.id}")],
        *(enrol_button(t) if one.way is Way.ENROL else []),
        [call_button(t, one.school_class, muted=False)],
    ]
