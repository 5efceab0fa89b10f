"""Leaving one class: /leave."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.messages.menus import show
from bot.services import Context, now
from bot.upkeep.galleries import publish_each
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts
from rollcall.usecases.leaving import Left, leave_class


async def leave(update: Update, context: Context) -> None:
    """/leave: one's class, or which of them."""
    t, attended = context.caller.texts, context.caller.attended
    if len(attended) == 1:
        await _ask(update, t, attended[0])
    elif attended:
        await show(update, t("quit-which"), [[(one.title, f"quit:{one.id}")] for one in attended])
    else:
        await show(update, t("join-first"))


async def class_chosen(update: Update, context: Context) -> None:
    """quit:<class> asks."""
    (one,) = (one for one in context.caller.attended if one.id == context.class_id)
    await _ask(update, context.caller.texts, one)


async def confirmed(update: Update, context: Context) -> None:
    """quit-yes:<class>: out of the class from now on."""
    services, t = context.services, context.caller.texts
    await services.marks.write()
    done = await services.database.run(_leave, context.caller, context.class_id)
    if done is None:
        await show(update, t("question-gone"))
        return
    await publish_each(services, [context.class_id])
    services.stale_boards.touch_class(context.class_id)
    text = t("quit-done", title=done.school_class.title)
    if done.idle_voice:
        await show(update, text + "\n\n" + t("quit-voice"), [[(t("button-forget"), "forget:ask")]])
    else:
        await show(update, text)


async def kept(update: Update, context: Context) -> None:
    """quit-no: stay."""
    await show(update, context.caller.texts("quit-not"))


async def _ask(update: Update, t: Texts, one: SchoolClass) -> None:
    buttons = [[(t("button-leave-yes"), f"quit-yes:{one.id}"), (t("button-cancel"), "quit-no")]]
    await show(update, t("quit-ask", title=one.title), buttons)


def _leave(session: Session, caller: Caller, class_id: int) -> Left | None:
    person = caller.within(session).person
    return None if person is None else leave_class(session, person, class_id, now())
