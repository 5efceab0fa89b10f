"""Everything else: an answer to our question, or one short hint."""

from __future__ import annotations

from telegram import Update

from bot.caller import caller_of
from bot.consent import CONSENT
from bot.handlers.here import here_buttons
from bot.handlers.joining import NAME, name_given
from bot.replies import reply
from bot.services import Context
from rollcall.settlement import ENROLLING


async def text(update: Update, context: Context) -> None:
    """Plain text in a private chat: the full name where we asked for it, else a hint."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
    if caller.conversation.step == NAME:
        await name_given(update, context, caller)
        return
    async with context.services.database.session() as session:
        buttons = await here_buttons(session, caller)
    hints = {CONSENT: "answer-consent-first", ENROLLING: "hint-enrolling"}
    await reply(update, caller.texts(hints.get(caller.conversation.step, "hint")), buttons)


async def anything(update: Update, context: Context) -> None:
    """A sticker, a photo, an unknown command: one short hint."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        buttons = await here_buttons(session, caller)
    await reply(update, caller.texts("hint"), buttons)


async def unknown_button(update: Update, context: Context) -> None:
    """A button of an older version."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
    await reply(update, caller.texts("question-gone"))
