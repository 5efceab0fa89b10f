"""Everything else: an answer to our question, or one short hint."""

from __future__ import annotations

import asyncio

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.handlers import rosters
from bot.handlers.here import here_buttons
from bot.handlers.questions import asked
from bot.handlers.start import follow
from bot.messages.attachments import what_it_is
from bot.messages.links import payload_in
from bot.messages.replies import Buttons, cancel_button, reply, teacher_buttons
from bot.services import Context, now
from rollcall.roster.reading import looks_like_list
from rollcall.storage.teaching import taught_classes
from rollcall.usecases.dialogue import (
    ABSENT_DAYS,
    ABSENT_REASON,
    CONSENT,
    ENROLLING,
    INVITED,
    NAME,
    REASON,
    STUDENT_NAME,
    TITLE,
)

_HINTS = {
    INVITED: "invite-whom-again",
    CONSENT: "answer-consent-first",
    NAME: "name-first",
    TITLE: "title-first",
    REASON: "reason-first",
    STUDENT_NAME: "student-name-first",
    ABSENT_DAYS: "absent-days-first",
    ABSENT_REASON: "reason-first",
    ENROLLING: "hint-enrolling",
}
"""What we wait for, in each dialogue."""
_CANCELLABLE = (INVITED, TITLE, REASON, STUDENT_NAME, ABSENT_DAYS, ABSENT_REASON)
"""Questions under which a button takes them back."""


async def text(update: Update, context: Context) -> None:
    """Plain text in a private chat: a pasted link, the answer to a question of ours, else a hint."""
    message = update.effective_message
    payload = payload_in(message, context.bot.username) if message is not None else None
    if payload is not None:
        await follow(update, context, payload)
        return
    caller = context.caller
    question = asked(caller.conversation, now())
    if question is not None:
        await question.given(update, context)
        return
    words = (message.text if message is not None else None) or ""
    listens = caller.is_teacher and caller.conversation.step not in (CONSENT, ENROLLING)
    if listens and await asyncio.to_thread(looks_like_list, words):
        await rosters.lines_sent(update, context)
        return
    hint, buttons = await context.services.database.run(_hint, caller)
    await reply(update, caller.texts(hint), buttons)


async def document(update: Update, context: Context) -> None:
    """A spreadsheet or a text: a teacher's list; from anybody else it is one that we do not read."""
    await (rosters.file_sent if context.caller.is_teacher else anything)(update, context)


async def anything(update: Update, context: Context) -> None:
    """A sticker, a photo, an unknown command: what was seen, and one short hint."""
    message, caller = update.effective_message, context.caller
    seen = what_it_is(message) if message is not None else None
    hint, buttons = await context.services.database.run(_hint, caller)
    words = [seen] if seen is not None else []
    words.append(hint)
    await reply(update, " ".join(map(caller.texts, words)), buttons)


async def unknown_button(update: Update, context: Context) -> None:
    """A button of an older version."""
    await reply(update, context.caller.texts("question-gone"))


def _hint(session: Session, caller: Caller) -> tuple[str, Buttons | None]:
    """What to say to what we do not understand: what we wait for; else what its sender can press instead."""
    step = caller.conversation.step
    if step in _HINTS and (step in (CONSENT, ENROLLING) or asked(caller.conversation, now()) is not None):
        return _HINTS[step], cancel_button(caller.texts) if step in _CANCELLABLE else None
    if not caller.is_teacher:
        return "hint", [*(here_buttons(session, caller) or ()), [(caller.texts("button-help"), "help")]]
    taught = taught_classes(session, caller.person, now()) if caller.person is not None else ()
    own = here_buttons(session, caller) or ()
    return "hint-teacher", [*own, *teacher_buttons(caller.texts, taught)]
