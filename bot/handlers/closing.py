"""/close, as a command and as a button; the question before it, and opening again after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher, teacher_of
from bot.messages.allowed import in_a_group
from bot.messages.menus import show
from bot.messages.moments import moment_of
from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.outbox.lesson_words import (
    closed_buttons,
    closed_text,
    doubt_buttons,
    doubt_text,
    open_buttons,
    open_until_text,
)
from bot.services import Context, now
from rollcall.storage.tables import SchoolClass
from rollcall.usecases.boards import is_shared
from rollcall.usecases.closing import Closed
from rollcall.usecases.lessons import (
    Doubt,
    NotReopened,
    classes_to_close,
    close_all_the_same,
    close_for_class,
    leave_open,
    reopen,
)

_WHY_NOT = {NotReopened.TOO_LATE: "reopen-too-late", NotReopened.ANOTHER_IS_OPEN: "reopen-another"}


async def close_command(update: Update, context: Context) -> None:
    """/close: the only open lesson at once; of several, the one whose button is pressed."""
    t = context.caller.texts
    found = await context.services.database.run(_classes_to_close, context.caller, update)
    if not found:
        await reply(update, t("close-none"), texts=t)
    elif len(found) == 1:
        await _close(update, context, found[0].id)
    else:
        await reply(update, t("close-which"), [[(one.title, f"close:{one.id}")] for one in found])


async def close_pressed(update: Update, context: Context) -> None:
    """close:<class>."""
    if await _close(update, context, context.class_id):
        await take_buttons_away(update)


async def close_now_pressed(update: Update, context: Context) -> None:
    """close-now:<lesson>: without asking once more."""
    closed = await context.services.database.run(_closed_all_the_same, context.caller, update, context.number)
    t = context.caller.texts
    await show(update, closed_text(closed, t, names=_alone(update)), _here(update, closed_buttons(t, closed.lesson)), t)
    context.services.stale_boards.touch(closed.lesson.id)


async def close_not_pressed(update: Update, context: Context) -> None:
    """close-not:<lesson>: it goes on."""
    t = context.caller.texts
    found = await context.services.database.run(leave_open, context.number)
    text = t("close-none") if found is None else open_until_text(t, "close-not", found.lesson, found.school_class)
    await show(update, text, texts=t)


async def reopen_pressed(update: Update, context: Context) -> None:
    """reopen:<lesson>."""
    t = context.caller.texts
    found = await context.services.database.run(as_teacher(context.caller, reopen), context.number, now())
    if isinstance(found, NotReopened):
        await reply(update, t(_WHY_NOT[found]), texts=t)
        return
    text = open_until_text(t, "reopened", found.lesson, found.school_class)
    await show(update, text, _here(update, open_buttons(t, found.lesson)), t)
    context.services.stale_boards.touch(found.lesson.id)


async def _close(update: Update, context: Context, class_id: int) -> bool:
    """Whether it needs no more asking."""
    services, t = context.services, context.caller.texts
    found = await services.database.run(_closed, context.caller, update, class_id)
    if found is None:
        await reply(update, t("close-none"), texts=t)
    elif isinstance(found, Doubt):
        await reply(update, doubt_text(t, found), doubt_buttons(t, found.lesson), t)
        return False
    else:
        await reply(
            update, closed_text(found, t, names=_alone(update)), _here(update, closed_buttons(t, found.lesson)), t
        )
        services.stale_boards.touch(found.lesson.id)
    return True


def _alone(update: Update) -> bool:
    """Whether nobody else reads the answer: in a group no name is told."""
    return update.effective_chat is not None and not is_shared(update.effective_chat.id)


def _here(update: Update, buttons: Buttons) -> Buttons:
    """Those that do something in this chat."""
    return buttons if _alone(update) else in_a_group(buttons)


def _classes_to_close(session: Session, caller: Caller, update: Update) -> Sequence[SchoolClass]:
    ids = classes_to_close(session, [one.id for one in caller.taught], moment_of(session, update))
    return [one for one in caller.taught if one.id in ids]


def _closed(session: Session, caller: Caller, update: Update, class_id: int) -> Closed | Doubt | None:
    teacher, moment = teacher_of(session, caller.within(session)), moment_of(session, update)
    return close_for_class(session, teacher, class_id, moment, now())


def _closed_all_the_same(session: Session, caller: Caller, update: Update, lesson_id: int) -> Closed:
    teacher, moment = teacher_of(session, caller.within(session)), moment_of(session, update)
    return close_all_the_same(session, teacher, lesson_id, moment, now())
