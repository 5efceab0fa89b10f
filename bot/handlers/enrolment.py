"""/enroll: three voice notes, and how each was taken."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, caller_of
from bot.messages.consent import CONSENT_VERSION, ask_consent
from bot.messages.phrases import enrolment_phrase
from bot.messages.replies import reply, take_buttons_away, tidy_button
from bot.outbox.chat_notes import remove_notes
from bot.services import Context, now
from bot.upkeep.recordings import keep_recordings
from rollcall.domain.verdict import Purpose
from rollcall.storage.classes import attended_classes
from rollcall.storage.people import agree_to_keep_recordings, has_consent, set_step
from rollcall.usecases.settlement import ENROLLING

NAME_MESSAGE = "name_message"
"""In the conversation's data: the message that gave the name, for as long as editing it may change the name."""
_MOST_NAMED = 10


async def enroll(update: Update, context: Context) -> None:
    """Begin, or begin again; the present voiceprint serves until the third new note is good."""
    buttons = None
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        if caller.person is None or not await session.run_sync(attended_classes, caller.person):
            text = caller.texts("join-first")
        elif not await session.run_sync(has_consent, caller.user.id):
            text, buttons = await session.run_sync(ask_consent, caller, None, context.services.settings)
        else:
            text = await session.run_sync(begin_enrolment, caller)
    await reply(update, text, buttons)


async def keep_pressed(update: Update, context: Context) -> None:
    """keep:yes or keep:no: whether the enrolment recordings may be kept for a later recogniser."""
    services = context.services
    agreed = update.callback_query is not None and update.callback_query.data == "keep:yes"
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        person = caller.person
        agreed = agreed and person is not None and await session.run_sync(has_consent, caller.user.id)
        if agreed:
            await session.run_sync(
                agree_to_keep_recordings, caller.user.id, CONSENT_VERSION, caller.texts.language, now()
            )
    kept = person is not None and agreed and await keep_recordings(context.app, services, person.id)
    await take_buttons_away(update)
    await reply(update, caller.texts("keep-done" if kept else "keep-not"), tidy_button(caller.texts))


async def tidy_pressed(update: Update, context: Context) -> None:
    """tidy: delete the enrolment notes from the chat, and say which we could not."""
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        t, person = caller.texts, caller.person
        zone = ZoneInfo(services.settings.timezone)
        if person is not None and (taken := await session.run_sync(attended_classes, person)):
            zone = ZoneInfo(taken[-1].timezone)
    if person is None:
        await reply(update, t("question-gone"))
        return
    found = await remove_notes(context.app, services, person.id, Purpose.ENROL)
    text = t("tidy-done", n=found.removed)
    if found.left:
        times = ", ".join(f"{at.astimezone(zone):%d.%m %H:%M}" for at in found.left[-_MOST_NAMED:])
        text += "\n" + t("tidy-left", n=len(found.left), times=times)
    await take_buttons_away(update, but="keep:")
    await reply(update, text)


def begin_enrolment(session: Session, caller: Caller) -> str:
    """From now on the person's notes count towards a new voiceprint; what to say to them."""
    enrolment = str(uuid.uuid4())
    kept = {key: value for key, value in caller.conversation.data.items() if key == NAME_MESSAGE}
    set_step(session, caller.user.id, ENROLLING, {**kept, "enrolment": enrolment}, now())
    return caller.texts("enrol-begin", phrase=enrolment_phrase(enrolment, 1, caller.texts.language))
