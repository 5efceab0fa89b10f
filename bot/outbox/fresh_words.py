"""The word to somebody whose score falls: to record the voice anew, before notes fail."""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.storage import chores, fresh_words
from rollcall.texts import Texts, texts_in
from rollcall.usecases.fresh_voices import Invited, falling, promise, take_word

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""
_CHORE, _DAY = "drift", timedelta(days=1)


async def invite_anew(application: App, services: Services) -> None:
    """Once a day find whose score falls, and owe them the word; say what is owed."""
    run = services.database.run
    if await run(chores.take, _CHORE, now()):
        for person_id in await services.database.look(falling):
            await run(promise, person_id, now())
        await run(chores.done, _CHORE, now() + _DAY)
    owed = await run(fresh_words.owed, now(), services.holder)
    await all_of(_tell(application, services, person_id) for person_id in owed)


async def _tell(application: App, services: Services, person_id: int) -> None:
    run = services.database.run
    invited = await run(take_word, person_id, now(), services.holder)
    if invited is None:
        return
    t = texts_in(invited.locale)
    try:
        await application.bot.send_message(
            invited.chat_id,
            t("fresh-word"),
            reply_markup=keyboard(fresh_buttons(invited, t)),
            rate_limit_args=_PATIENCE,
        )
    except (Forbidden, BadRequest) as error:
        _log.info("a student cannot be invited to record anew", extra={"error": type(error).__name__})
    except TelegramError as error:
        _log.info("a student is invited to record anew later", extra={"error": type(error).__name__})
        await run(fresh_words.put_off, person_id, now())
        return
    await run(fresh_words.kept, person_id)


def fresh_buttons(of: Invited, t: Texts) -> Buttons:
    """To record the voice anew, to let the voiceprint follow, or neither for now."""
    follow = [] if of.follows else [[(t("button-follow"), "follow:ask")]]
    return [[(t("button-enrol-again"), "enroll")], *follow, [(t("button-not-now"), "follow:later")]]
