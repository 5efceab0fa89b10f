"""A class's list, sent as a file or as lines: shown, and taken or left at the press of a button."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from telegram import Update

from bot.caller import as_teacher
from bot.messages.menus import show
from bot.messages.replies import reply, take_buttons_away
from bot.messages.rosters import names_text, shown_buttons, shown_text, taken_buttons, taken_text
from bot.outbox import asking
from bot.outbox.staff_notices import tell_staff
from bot.services import Context, now
from bot.transport.fetching import Withheld, fetch
from bot.upkeep.galleries import publish
from rollcall.domain.verdict import Reason
from rollcall.roster.model import MOST_BYTES, Roster, Unreadable
from rollcall.roster.reading import read_file, read_text
from rollcall.usecases import rosters

_log = logging.getLogger(__name__)

_PATIENCE = timedelta(seconds=20)


async def file_sent(update: Update, context: Context) -> None:
    """A teacher's document that may be a list."""
    t, message = context.caller.texts, update.effective_message
    document = message.document if message is not None else None
    if document is None:
        return
    if (document.file_size or 0) > MOST_BYTES:
        await reply(update, t("roster-trouble-too_big"))
        return
    try:
        data = await fetch(context.bot, context.services, document.file_id, _PATIENCE)
        roster = await asyncio.to_thread(read_file, data)
    except Withheld as withheld:
        big = withheld.reason is Reason.TOO_BIG
        await reply(update, t("roster-trouble-too_big" if big else "roster-trouble-unavailable"))
    except Unreadable as unreadable:
        await reply(update, t(f"roster-trouble-{unreadable.trouble}"))
    else:
        await _show(update, context, roster)


async def lines_sent(update: Update, context: Context) -> None:
    """A message that is a list."""
    text = (update.effective_message.text if update.effective_message is not None else None) or ""
    await _show(update, context, await asyncio.to_thread(read_text, text))


async def pressed(update: Update, context: Context) -> None:
    """roster:<class>:<list>:show, take or gone: compare it with the class, take it, or remove who is not on it."""
    match = context.match
    if match is None:
        return
    what, preview_id = match["what"], int(match["preview_id"])
    await {"show": _compare, "take": _take, "gone": _remove_gone}[what](update, context, preview_id)


async def left(update: Update, context: Context) -> None:
    """roster-no:<list>: it is not taken; or, once it was, everybody stays."""
    t = context.caller.texts
    preview_id = int(context.match["preview_id"]) if context.match is not None else 0
    came = await context.services.database.run(as_teacher(context.caller, rosters.leave), preview_id)
    if came is None:
        await show(update, t("question-gone"))
    elif came is rosters.Left.KEPT_ALL:
        await take_buttons_away(update)
        await reply(update, t("roster-kept"))
    else:
        await show(update, t("roster-not-taken"))


async def _show(update: Update, context: Context, roster: Roster) -> None:
    classes, t = context.caller.taught, context.caller.texts
    shown = await context.services.database.run(
        as_teacher(context.caller, rosters.keep), roster, [one.id for one in classes], update.update_id, now()
    )
    await reply(update, shown_text(shown, classes, t), shown_buttons(shown, classes, t))


async def _compare(update: Update, context: Context, preview_id: int) -> None:
    classes, t = context.caller.taught, context.caller.texts
    choose = as_teacher(context.caller, rosters.choose)
    shown = await context.services.database.run(choose, context.class_id, preview_id)
    if shown is None:
        await show(update, t("question-gone"))
    else:
        await show(update, shown_text(shown, classes, t), shown_buttons(shown, classes, t))


async def _take(update: Update, context: Context, preview_id: int) -> None:
    services, t = context.services, context.caller.texts
    taken = await services.database.run(as_teacher(context.caller, rosters.take), context.class_id, preview_id, now())
    if taken is None:
        await show(update, t("question-gone"))
        return
    services.stale_boards.touch_class(context.class_id)
    await show(update, taken_text(taken, t), taken_buttons(taken, t))


async def _remove_gone(update: Update, context: Context, preview_id: int) -> None:
    services, t, class_id = context.services, context.caller.texts, context.class_id
    removed = await services.database.run(as_teacher(context.caller, rosters.remove_gone), class_id, preview_id, now())
    if removed is None:
        await show(update, t("question-gone"))
        return
    await publish(services, class_id)
    services.stale_boards.touch_class(class_id)
    title = removed.school_class.title
    await show(update, t("roster-removed", title=title, names=names_text(removed.names, t)))
    await asking.show(context.app, tell_staff(context.app, services))
