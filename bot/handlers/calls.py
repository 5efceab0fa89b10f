"""Who hears that a lesson is open: a student's own wish, and the teacher's for the whole class."""

from __future__ import annotations

from telegram import Update

from bot.handlers.class_settings import settings_pressed
from bot.messages.menus import turn_button
from bot.messages.replies import reply
from bot.services import Context
from bot.tapping import call_button
from rollcall.usecases.calls import set_calls, set_uncalled


async def mute_pressed(update: Update, context: Context) -> None:
    """mute:<class>:(yes|no), of a student: no word of this class's lessons any more, or again."""
    person, t = context.caller.person, context.caller.texts
    muted = context.match is not None and context.match["answer"] == "yes"
    school_class = (
        await context.services.database.run(set_uncalled, person.id, context.class_id, uncalled=muted)
        if person is not None
        else None
    )
    if school_class is None:
        await reply(update, t("join-first"))
        return
    text, button = t(f"call-{'muted' if muted else 'wanted'}"), call_button(t, school_class, muted=muted)
    if not await turn_button(update, button, text):
        await reply(update, text, [[button]])


async def calls_pressed(update: Update, context: Context) -> None:
    """calls:<class>:(on|off), of a teacher: whether the class's students are told of its lessons."""
    wanted = context.match is not None and context.match["answer"] == "on"
    await context.services.database.run(set_calls, context.class_id, wanted=wanted)
    await settings_pressed(update, context)
