"""Telling a class's teachers, once, that a student's name looks like another's, and what can be done about it."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session
from telegram.error import TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.outbox.review_cards import texts_for
from bot.services import App, Services, now
from rollcall.domain.similar_names import same_letters
from rollcall.marked import one_below_the_other
from rollcall.storage import namesakes
from rollcall.storage.classes import names_in_class, teachers_of
from rollcall.storage.classes import namesakes as namesakes_of
from rollcall.storage.namesakes import SAME
from rollcall.storage.tables import Namesake, Person, SchoolClass
from rollcall.texts import Texts

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds that one teacher's chat holds up the next."""


async def tell_of_namesakes(application: App, services: Services) -> None:
    """A message for each name that no teacher has heard of."""
    async with services.database.session() as session:
        untold = await session.run_sync(namesakes.untold)
    for class_id, person_id in untold:
        notices = []
        async with services.database.session() as session:
            # Written down first: told twice, it would look like a third student.
            row = await session.run_sync(namesakes.take_telling, class_id, person_id, now())
            if row is None:
                continue
            for teacher in await session.run_sync(teachers_of, class_id):
                t = await session.run_sync(texts_for, teacher.telegram_id)
                told = await session.run_sync(_notice, row, t)
                if told is not None:
                    notices.append((teacher.telegram_id, *told))
        for chat_id, text, buttons in notices:
            try:
                await application.bot.send_message(
                    chat_id, text, reply_markup=keyboard(buttons), rate_limit_args=_PATIENCE
                )
            except TelegramError as error:  # one chat's trouble is not the next one's
                _log.info("a teacher cannot be told of namesakes", extra={"error": type(error).__name__})


def _notice(session: Session, row: Namesake, t: Texts) -> tuple[str, Buttons] | None:
    """What to say and what can be done; None where the names look different by now, or the student has left."""
    person = session.get_one(Person, row.person_id)
    others = namesakes_of(session, person, row.class_id)
    names = names_in_class(session, row.class_id)
    if person.id not in names or not others:
        return None
    school_class = session.get_one(SchoolClass, row.class_id)
    found = ", ".join(names[other.id] for other in others)
    lines = [t("namesake-card", title=school_class.title, name=names[person.id], other=found)]
    if not any(same_letters(person.full_name, other.full_name) for other in others):
        lines.append(t("namesake-letters"))
    lines.append(t(f"namesake-said-{row.said}") if row.said else t("namesake-asked"))
    lines.append(t("namesake-choice"))
    this = f"alike:{row.class_id}"
    removable = [person, *others] if row.said == SAME else [person]
    buttons = [[(t("namesake-keep"), f"{this}:{person.id}:keep")]]
    buttons += [[(t("namesake-out", name=names[one.id]), f"{this}:{one.id}:out")] for one in removable]
    return one_below_the_other(lines), buttons
