"""Names that look alike: the student says who they are, the teacher who stays. Doing nothing keeps everybody."""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import TelegramError

from bot.caller import caller_of, teacher_of
from bot.messages.replies import reply, take_buttons_away
from bot.outbox.review_cards import texts_for
from bot.services import Context, now
from bot.upkeep.galleries import publish
from rollcall.storage.claims import take_along
from rollcall.storage.namesakes import OTHER, answer, put_back, take_out
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.dialogue import NAME_MESSAGE

_log = logging.getLogger(__name__)


async def answered(update: Update, context: Context) -> None:
    """namesake:same or namesake:other, and the class: the student's answer. Either may check in as before."""
    match, services = context.match, context.services
    if match is None:
        return
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        t = caller.texts
        asked = caller.person is not None and await session.run_sync(
            answer, int(match["number"]), caller.person.id, match["answer"]
        )
    text = t(f"namesake-{match['answer']}") if asked else t("question-gone")
    if asked and match["answer"] == OTHER and NAME_MESSAGE in caller.conversation.data:
        text += " " + t("namesake-longer")
    await take_buttons_away(update, but="enroll")
    await reply(update, text)


async def decided(update: Update, context: Context) -> None:
    """alike:<class>:<student>: keep everybody; take one out of the class; or back in."""
    match, services = context.match, context.services
    if match is None:
        return
    what, moved, buttons = match["what"], None, None
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        t = caller.texts
        school_class = await session.get_one(SchoolClass, context.class_id, with_for_update=True)
        person = await session.get(Person, int(match["person_id"]))
        text = t("namesake-kept" if what == "keep" else "question-gone")
        if what != "keep" and person is not None:
            teacher = await session.run_sync(teacher_of, caller)
            if what == "out":
                done = await session.run_sync(take_out, school_class, person, teacher, now())
                buttons = [[(t("namesake-back"), f"alike:{school_class.id}:{person.id}:back")]] if done else None
            else:
                done = await session.run_sync(put_back, school_class, person, now())
                if done:
                    await session.run_sync(take_along, services.keyring, person.id, school_class.id, now())
            if done:
                moved, theirs = person, await session.run_sync(texts_for, person.telegram_id)
                text = t(f"namesake-{what}-done", name=person.full_name, title=school_class.title)
    await take_buttons_away(update)
    await reply(update, text, buttons)
    if moved is None:
        return
    await publish(services, school_class.id)
    services.stale_boards.touch_class(school_class.id)
    try:
        await context.bot.send_message(moved.telegram_id, theirs(f"namesake-{what}-told", title=school_class.title))
    except TelegramError as error:  # the chat may be closed to us; the teacher's word holds all the same
        _log.info("a student cannot be told", extra={"error": type(error).__name__})
