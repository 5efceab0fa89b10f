"""/open and /close, as commands and as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, teacher_of
from bot.messages.menus import show
from bot.messages.moments import moment_of
from bot.messages.places import place_of
from bot.messages.replies import reply, take_buttons_away
from bot.outbox.boards import board_buttons, board_text, closed_text, report_button
from bot.services import Context, now
from rollcall.config.settings import Settings
from rollcall.storage.tables import SchoolClass
from rollcall.usecases.boards import Board, board_in, board_shown
from rollcall.usecases.closing import Closed
from rollcall.usecases.lessons import Opened, classes_to_close, close_for_class, open_for_class

_MOST_MINUTES = 600


async def open_command(update: Update, context: Context) -> None:
    """/open [minutes]: the only class at once; of several, the one whose button is pressed."""
    asked, t, taught = (context.args or [""])[0], context.caller.texts, context.caller.taught
    if asked and not (len(asked) <= 3 and asked.isascii() and asked.isdecimal() and 1 <= int(asked) <= _MOST_MINUTES):
        await reply(update, t("open-usage", most=_MOST_MINUTES), texts=t)
    elif not taught:
        await reply(update, t("classes-none"), [[(t("button-new-class"), "newclass")]], t)
    elif len(taught) == 1:
        await _open(update, context, taught[0].id, asked)
    else:
        await reply(update, t("open-which"), [[(one.title, f"open:{one.id}:{asked}")] for one in taught], t)


async def which_pressed(update: Update, context: Context) -> None:
    """open-which: of several classes, the one whose button is pressed."""
    t, taught = context.caller.texts, context.caller.taught
    if taught:
        await show(update, t("open-which"), [[(one.title, f"open:{one.id}")] for one in taught], t)
    else:
        await show(update, t("classes-none"), [[(t("button-new-class"), "newclass")]], t)


async def open_pressed(update: Update, context: Context) -> None:
    """open:<class>[:<minutes>]."""
    asked = (context.match["minutes"] or "") if context.match is not None else ""
    await _open(update, context, context.class_id, asked if asked and 1 <= int(asked) <= _MOST_MINUTES else "")
    await take_buttons_away(update)


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
    await _close(update, context, context.class_id)
    await take_buttons_away(update)


async def _open(update: Update, context: Context, class_id: int, minutes: str) -> None:
    services, t = context.services, context.caller.texts
    opened, board = await services.database.run(_opened, context.caller, update, services.settings, class_id, minutes)
    lesson, bot = opened.lesson, context.bot.username
    text = board_text(t, board, bot)
    if opened.already:
        text = t("open-already") + "\n\n" + text
    sent = await reply(update, text, board_buttons(t, board, bot), t)
    if sent is None:
        return
    place = place_of(sent)
    await services.database.run(board_shown, lesson.id, place.chat_id, place.thread_id, sent.message_id)
    services.stale_boards.touch(lesson.id)


async def _close(update: Update, context: Context, class_id: int) -> None:
    services, t = context.services, context.caller.texts
    closed = await services.database.run(_closed, context.caller, update, class_id)
    if closed is None:
        await reply(update, t("close-none"), texts=t)
        return
    await reply(update, closed_text(closed, t), report_button(t, closed.lesson), t)
    services.stale_boards.touch(closed.lesson.id)


def _classes_to_close(session: Session, caller: Caller, update: Update) -> Sequence[SchoolClass]:
    ids = classes_to_close(session, [one.id for one in caller.taught], moment_of(session, update))
    return [one for one in caller.taught if one.id in ids]


def _opened(
    session: Session, caller: Caller, update: Update, settings: Settings, class_id: int, minutes: str
) -> tuple[Opened, Board]:
    teacher, moment = teacher_of(session, caller.within(session)), moment_of(session, update)
    length = timedelta(minutes=int(minutes)) if minutes else settings.lesson_length
    opened = open_for_class(session, teacher, class_id, moment, length, settings.late_after)
    chat = update.effective_chat
    return opened, board_in(session, opened.lesson, chat.id if chat is not None else teacher.telegram_id, now=now())


def _closed(session: Session, caller: Caller, update: Update, class_id: int) -> Closed | None:
    teacher, moment = teacher_of(session, caller.within(session)), moment_of(session, update)
    return close_for_class(session, teacher, class_id, moment, now())
