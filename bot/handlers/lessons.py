"""/open, as a command and as a button, and the board's "longer"."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher, teacher_of
from bot.messages.menus import show
from bot.messages.moments import moment_of
from bot.messages.places import place_of
from bot.messages.replies import reply, take_buttons_away
from bot.outbox.boards import board_buttons, board_text
from bot.outbox.lesson_words import open_until_text
from bot.services import Context, now
from rollcall.config.settings import Settings
from rollcall.domain.lesson_end import LONGEST
from rollcall.texts import texts_in
from rollcall.usecases.boards import Board, board_in, board_shown
from rollcall.usecases.lessons import Length, Opened, keep_open_longer, open_for_class

_MINUTE = timedelta(minutes=1)


async def open_command(update: Update, context: Context) -> None:
    """/open [minutes]: the only class at once; of several, the one whose button is pressed."""
    asked, t, taught = (context.args or [""])[0], context.caller.texts, context.caller.taught
    if asked and _minutes(asked) is None:
        await reply(update, t("open-usage", most=LONGEST // _MINUTE), texts=t)
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
    await _open(update, context, context.class_id, (context.match["minutes"] if context.match else None) or "")
    await take_buttons_away(update)


async def longer_pressed(update: Update, context: Context) -> None:
    """longer:<lesson>:<minutes>: open for so long, all in all; so that a press made twice counts once."""
    services, t, match = context.services, context.caller.texts, context.match
    length = timedelta(minutes=int(match["minutes"])) if isinstance(match, re.Match) else timedelta()
    found = await services.database.run(as_teacher(context.caller, keep_open_longer), context.number, length)
    if found is None:
        await reply(update, t("close-none"), texts=t)
        return
    await reply(update, open_until_text(t, "longer", found.lesson, found.school_class), texts=t)
    services.stale_boards.touch(found.lesson.id)


async def _open(update: Update, context: Context, class_id: int, minutes: str) -> None:
    services, t = context.services, context.caller.texts
    opened, board = await services.database.run(_opened, context.caller, update, services.settings, class_id, minutes)
    lesson, bot = opened.lesson, context.bot.username
    if not board.is_private:
        t = texts_in(board.locale)
    text = board_text(t, board, bot)
    if opened.already:
        longer = open_until_text(t, "longer", lesson, board.school_class)
        text = (longer if opened.longer else t("open-already")) + "\n\n" + text
    sent = await reply(update, text, board_buttons(t, board, bot), t)
    if sent is None:
        return
    place = place_of(sent)
    await services.database.run(board_shown, lesson.id, place.chat_id, place.thread_id, sent.message_id)
    services.stale_boards.touch(lesson.id)


def _opened(
    session: Session, caller: Caller, update: Update, settings: Settings, class_id: int, minutes: str
) -> tuple[Opened, Board]:
    teacher, moment = teacher_of(session, caller.within(session)), moment_of(session, update)
    length = Length(_minutes(minutes), settings.lesson_length, settings.late_after)
    opened, chat = open_for_class(session, teacher, class_id, moment, length), update.effective_chat
    return opened, board_in(session, opened.lesson, chat.id if chat is not None else teacher.telegram_id, now=now())


def _minutes(asked: str) -> timedelta | None:
    """So many minutes, if that is a length for a lesson."""
    if not (len(asked) <= 3 and asked.isascii() and asked.isdecimal()):
        return None
    length = timedelta(minutes=int(asked))
    return length if _MINUTE <= length <= LONGEST else None
