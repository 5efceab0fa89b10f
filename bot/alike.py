"""Telling a class's teachers, once, that two accounts sound like one person."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.reviews import texts_for
from bot.services import App, Services, now
from rollcall.storage import alike
from rollcall.storage.classes import names_in_class, teachers_of
from rollcall.storage.people import names_of
from rollcall.storage.tables import SchoolClass

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds that one teacher's chat holds up the next."""


async def tell_of_alike_voices(application: App, services: Services) -> None:
    """A message for each pair that no teacher has heard of. The students are not told."""
    async with services.database.session() as session:
        untold = await alike.untold_pairs(session)
    for pair_id in untold:
        notices = []
        async with services.database.session() as session:
            # Written down first: told twice, a suspicion weighs more than it should. /classes shows the pair as well.
            pair = await alike.take_telling(session, pair_id, now())
            if pair is None:
                continue
            ids = [pair.person_id, pair.other_id]
            names = await names_of(session, ids) | await names_in_class(session, pair.class_id)
            school_class = await session.get_one(SchoolClass, pair.class_id)
            for teacher in await teachers_of(session, pair.class_id):
                t = await texts_for(session, teacher.telegram_id)
                one, other = names[pair.person_id], names[pair.other_id]
                notices.append((teacher.telegram_id, t("alike-voices", title=school_class.title, one=one, other=other)))
        for chat_id, text in notices:
            try:
                await application.bot.send_message(chat_id, text, rate_limit_args=_PATIENCE)
            except TelegramError as error:  # one chat's trouble is not the next one's
                _log.info("a teacher cannot be told of alike voices", extra={"error": type(error).__name__})
