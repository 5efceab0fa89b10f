"""Those who are not on a class's list: its teachers are asked who they are, and they hear what was answered."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.messages.replies import Buttons, enrol_button, keyboard
from bot.services import App, Services, now
from rollcall.storage import join_requests
from rollcall.texts import Texts, texts_in
from rollcall.usecases.join_requests import Asked, Told, take_question, take_word

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds that one chat holds up the next."""


async def ask_about_joiners(application: App, services: Services) -> None:
    """A card for each teacher about whom none was asked, a word to each student about whom one has answered."""
    run = services.database.run
    for request_id in await run(join_requests.untold):
        asked = await run(take_question, request_id, now())
        if asked is not None and not await _ask(application, asked):
            await run(join_requests.not_told, request_id)
    for request_id in await run(join_requests.answered):
        told = await run(take_word, request_id)
        if told is not None:
            await _tell(application, told)


async def _ask(application: App, asked: Asked) -> bool:
    """Whether one teacher at least has the card."""
    reached = False
    for chat_id, locale in asked.teachers:
        t = texts_in(locale)
        try:
            text = t("joiner-card-freed" if asked.freed else "joiner-card", name=asked.name, title=asked.title)
            markup = keyboard(joiner_buttons(asked.class_id, asked.request_id, t, lines=asked.lines))
            await application.bot.send_message(chat_id, text, reply_markup=markup, rate_limit_args=_PATIENCE)
            reached = True
        except TelegramError as error:  # one chat's trouble is not the next one's
            _log.info("a teacher cannot be asked about a joiner", extra={"error": type(error).__name__})
    return reached


def joiner_buttons(class_id: int, request_id: int, t: Texts, *, lines: int) -> Buttons:
    """A new student, one who is on the list under another name, or nobody of the class."""
    this = f"joiner:{class_id}:{request_id}"
    on_list: Buttons = [[(t("joiner-line"), f"joiner-lines:{class_id}:{request_id}:0")]] if lines else []
    return [*on_list, [(t("joiner-new"), f"{this}:new"), (t("joiner-no"), f"{this}:no")]]


async def _tell(application: App, told: Told) -> None:
    t = texts_in(told.locale)
    text = t("joiner-accepted" if told.accepted else "joiner-refused", name=told.name, title=told.title)
    markup = keyboard(enrol_button(t)) if told.accepted and not told.enrolled else None
    try:
        await application.bot.send_message(told.chat_id, text, reply_markup=markup, rate_limit_args=_PATIENCE)
    except TelegramError as error:  # the chat may be closed to us; the teacher's word holds all the same
        _log.info("a joiner cannot be told", extra={"error": type(error).__name__})
