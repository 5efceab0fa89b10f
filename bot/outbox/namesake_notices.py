"""Telling a class's teachers, once, that a student's name looks like another's, and what can be done about it."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.services import App, Services, now
from rollcall.marked import one_below_the_other
from rollcall.storage import namesakes
from rollcall.texts import Texts, texts_in
from rollcall.usecases.namesake_notices import Lookalike, take_notice

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds that one teacher's chat holds up the next."""


async def tell_of_namesakes(application: App, services: Services) -> None:
    """A message for each name that no teacher has heard of."""
    for class_id, person_id in await services.database.run(namesakes.untold):
        alike = await services.database.run(take_notice, class_id, person_id, now())
        if alike is None:
            continue
        for chat_id, locale in alike.teachers:
            t = texts_in(locale).speaking(alike.vocabulary)
            try:
                await application.bot.send_message(
                    chat_id, _text(alike, t), reply_markup=keyboard(_buttons(alike, t)), rate_limit_args=_PATIENCE
                )
            except TelegramError as error:  # one chat's trouble is not the next one's
                _log.info("a teacher cannot be told of namesakes", extra={"error": type(error).__name__})


def _text(alike: Lookalike, t: Texts) -> str:
    lines = [t("namesake-card", title=alike.title, name=alike.name, other=", ".join(alike.others))]
    if not alike.same_letters:
        lines.append(t("namesake-letters"))
    lines.append(t(f"namesake-said-{alike.said}") if alike.said else t("namesake-asked"))
    lines.append(t("namesake-choice"))
    return one_below_the_other(lines)


def _buttons(alike: Lookalike, t: Texts) -> Buttons:
    this = f"alike:{alike.class_id}"
    keep = (t("namesake-keep"), f"{this}:{alike.person_id}:keep")
    return [[keep], *([(t("namesake-out", name=name), f"{this}:{one}:out")] for one, name in alike.removable)]
