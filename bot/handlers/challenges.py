"""A student wants to check in where a number is to be said: it is shown, and lives from then on."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.messages.challenge import asked_buttons, asked_words
from bot.messages.moments import moment_of
from bot.messages.replies import reply, take_buttons_away
from bot.services import Context, now
from rollcall.storage.tables import Person
from rollcall.usecases.challenges import Asked, Shown, ask, show


async def say_pressed(update: Update, context: Context) -> None:
    """say:<lesson>: what this student is to say in it, now."""
    await _ask(update, context, agreed=False)


async def agreed_pressed(update: Update, context: Context) -> None:
    """say-yes:<lesson>: the student agrees that the words are listened to, and is shown what to say."""
    await _ask(update, context, agreed=True)


async def _ask(update: Update, context: Context, *, agreed: bool) -> None:
    services, person, t = context.services, context.caller.person, context.caller.texts
    if person is None:
        await reply(update, t("here-closed"))
        return
    hearing = await services.hearing.any_worker()
    asked = await services.database.run(
        _asked, person, context.number, update, t.language, hearing=hearing, agreed=agreed
    )
    t = t.speaking(asked.vocabulary)
    if agreed:
        await take_buttons_away(update)
    sent = await reply(update, asked_words(asked, t, now()), asked_buttons(asked, t), t)
    if sent is not None and isinstance(asked.outcome, Shown):
        await services.database.run(show, asked.outcome.number, sent.date)


def _asked(
    session: Session, person: Person, lesson_id: int, update: Update, language: str, *, hearing: bool, agreed: bool
) -> Asked:
    return ask(session, person, lesson_id, moment_of(session, update), language, hearing=hearing, agreed=agreed)
