"""Try it yourself: a teacher plays the student of a practice class, from the consent to the mark."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, teacher_of
from bot.messages.consent import ask_consent
from bot.messages.menus import show
from bot.messages.replies import Buttons, enrol_button, practice_buttons, reply
from bot.services import Context, now
from bot.upkeep.practices import erase_each
from rollcall.config.settings import Settings
from rollcall.storage.voiceprints import is_enrolled
from rollcall.usecases.practice import Over, end_practice, practise


async def practice_pressed(update: Update, context: Context) -> None:
    """practice: the class, the question that students are asked, and from there on all that they meet."""
    services = context.services
    await reply(update, *await services.database.run(_begin, context.caller, services.settings))


async def practice_ended(update: Update, context: Context) -> None:
    """practice-end: the class goes, and the voice with it that serves nowhere else."""
    over = await context.services.database.run(_end, context.caller)
    await erase_each(context.services, over)
    await show(update, context.caller.texts("practice-ended" if over else "practice-none"))


def _begin(session: Session, caller: Caller, settings: Settings) -> tuple[str, Buttons | None]:
    teacher, t = teacher_of(session, caller.within(session)), caller.texts
    school_class, joined = practise(session, teacher, t("practice-title"), settings.timezone, now())
    if joined:
        first = [] if is_enrolled(session, teacher.id) else enrol_button(t)
        return t("practice-again"), [*first, *practice_buttons(t, school_class.id)]
    text, buttons = ask_consent(session, caller.within(session), school_class, settings)
    return t("practice-begin") + "\n\n" + text, buttons


def _end(session: Session, caller: Caller) -> Sequence[Over]:
    return end_practice(session, teacher_of(session, caller.within(session)), now())
