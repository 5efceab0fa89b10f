"""/enroll: three voice notes, and how each was taken."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.messages.consent import ask_consent
from bot.messages.phrases import enrolment_phrase
from bot.messages.replies import Buttons, reply, take_buttons_away, tidy_button
from bot.outbox.chat_notes import remove_notes
from bot.services import Context, now
from bot.upkeep.recordings import keep_recordings
from rollcall.config.settings import Settings
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.verdict import Purpose
from rollcall.storage.people import has_consent
from rollcall.texts import Texts
from rollcall.usecases.enrolling import Enrolling, agree_to_keep, begin_enrolment

_MOST_NAMED = 10


async def enroll(update: Update, context: Context) -> None:
    """Begin, or begin again; the present voiceprint serves until the third new note is good."""
    caller, services = context.caller, context.services
    if not caller.attended:
        await reply(update, caller.texts("join-first"))
        return
    await reply(update, *await services.database.run(_begin, caller, services.settings))


async def keep_pressed(update: Update, context: Context) -> None:
    """keep:yes or keep:no: whether the enrolment recordings may be kept for a later recogniser."""
    services, person, t = context.services, context.caller.person, context.caller.texts
    agreed = update.callback_query is not None and update.callback_query.data == "keep:yes"
    kept = (
        agreed
        and person is not None
        and await services.database.run(agree_to_keep, person.telegram_id, CONSENT_VERSION, t.language, now())
        and await keep_recordings(context.app, services, person.id)
    )
    await take_buttons_away(update)
    await reply(update, t("keep-done" if kept else "keep-not"), tidy_button(t))


async def tidy_pressed(update: Update, context: Context) -> None:
    """tidy: delete the enrolment notes from the chat, and say which we could not."""
    services, caller = context.services, context.caller
    t, person = caller.texts, caller.person
    if person is None:
        await reply(update, t("question-gone"))
        return
    zone = ZoneInfo(caller.attended[-1].timezone if caller.attended else services.settings.timezone)
    found = await remove_notes(context.app, services, person.id, Purpose.ENROL)
    text = t("tidy-done", n=found.removed)
    if found.left:
        times = ", ".join(f"{at.astimezone(zone):%d.%m %H:%M}" for at in found.left[-_MOST_NAMED:])
        text += "\n" + t("tidy-left", n=len(found.left), times=times)
    await take_buttons_away(update, but="keep:")
    await reply(update, text)


def begin_words(begun: Enrolling, t: Texts) -> str:
    """What to read aloud first."""
    return t("enrol-begin", phrase=enrolment_phrase(begun.enrolment, 1, t.language))


def _begin(session: Session, caller: Caller, settings: Settings) -> tuple[str, Buttons | None]:
    caller = caller.within(session)
    if not has_consent(session, caller.user.id):
        return ask_consent(session, caller, None, settings)
    return begin_words(begin_enrolment(session, caller.conversation, now()), caller.texts), None
