"""/open, as a command and as a button, and the board's "longer"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher, teacher_of
from bot.messages.menus import show
from bot.messages.moments import moment_of
from bot.messages.places import place_of
from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.outbox.boards import board_buttons, board_text
from bot.outbox.lesson_words import open_until_text
from bot.services import Context, now
from rollcall.config.settings import Settings
from rollcall.domain.lesson_end import LONGEST
from rollcall.domain.names import LONGEST_TITLE
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts, texts_in
from rollcall.usecases.boards import Board, board_in, board_shown
from rollcall.usecases.challenges import is_asked
from rollcall.usecases.lesson_mending import fits_as_topic, give_topic, keep_topic, kept_topic
from rollcall.usecases.lessons import Length, Opened, keep_open_longer, open_for_class

_MINUTE = timedelta(minutes=1)
_USUAL = "any"
"""No minutes were said: each lesson is as long as its class has it."""
_MOST_BYTES = 64
"""Of callback data."""


async def open_command(update: Update, context: Context) -> None:
    """/open [minutes [topic]]: the only class at once; of several, those whose buttons are pressed."""
    t, taught = context.caller.texts, context.caller.taught
    asked, topic = [*(context.args or []), ""][0], " ".join((context.args or [])[1:])
    if asked and _minutes(asked) is None:
        await reply(update, t("open-usage", most=LONGEST // _MINUTE), texts=t)
    elif not taught:
        await reply(update, t("classes-none"), [[(t("button-new-class"), "newclass")]], t)
    elif topic and not fits_as_topic(topic):
        await reply(update, t("topic-too-long", most=LONGEST_TITLE), texts=t)
    elif len(taught) == 1:
        await _open(update, context, taught[0].id, asked, topic)
    else:
        if topic or kept_topic(context.caller.conversation, now()):
            await context.services.database.run(_keep_topic, context.caller, topic)
        await reply(update, t("open-which"), _which(t, taught, asked), t)


async def which_pressed(update: Update, context: Context) -> None:
    """open-which: of several classes, the one whose button is pressed."""
    t, taught = context.caller.texts, context.caller.taught
    if taught:
        await show(update, t("open-which"), _which(t, taught, ""), t)
    else:
        await show(update, t("classes-none"), [[(t("button-new-class"), "newclass")]], t)


async def open_pressed(update: Update, context: Context) -> None:
    """open:<class>[:<minutes>]."""
    minutes = (context.match["minutes"] if context.match else None) or ""
    await _open(update, context, context.class_id, minutes, kept_topic(context.caller.conversation, now()))
    await take_buttons_away(update)


async def several_pressed(update: Update, context: Context) -> None:
    """several:<minutes>:<chosen>[:go]: choose classes, then open a lesson in each, with a board of its own.

    What is chosen is in the buttons: of the numbers there only those of the caller's own classes count.
    """
    t, match = context.caller.texts, context.match
    if not isinstance(match, re.Match):
        return
    minutes, numbers = match["minutes"], {int(number) for number in match["chosen"].split(".")}
    chosen = [one for one in context.caller.taught if one.id in numbers]
    if not match["go"] or not chosen:
        await show(update, t("open-several"), _toggles(t, context.caller.taught, minutes, chosen), t)
        return
    await show(update, t("opened-several", titles=", ".join(one.title for one in chosen)), texts=t)
    for one in chosen:
        await _open(update, context, one.id, minutes, kept_topic(context.caller.conversation, now()))


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


async def _open(update: Update, context: Context, class_id: int, minutes: str, topic: str = "") -> None:
    services, t = context.services, context.caller.texts
    opened, board = await services.database.run(
        _opened, context.caller, update, services.settings, class_id, minutes, topic
    )
    lesson, bot = opened.lesson, context.bot.username
    if not board.is_private:
        t = texts_in(board.locale)
    t = t.speaking(board.school_class.vocabulary)
    text = board_text(t, board, bot, hearing=is_asked(board.school_class) and await services.hearing.any_worker())
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
    session: Session, caller: Caller, update: Update, settings: Settings, class_id: int, minutes: str, topic: str
) -> tuple[Opened, Board]:
    teacher, moment = teacher_of(session, caller.within(session)), moment_of(session, update)
    length = Length(_minutes(minutes), settings.lesson_length, settings.late_after)
    opened, chat = open_for_class(session, teacher, class_id, moment, length), update.effective_chat
    if topic:
        give_topic(opened.lesson, topic)
    return opened, board_in(session, opened.lesson, chat.id if chat is not None else teacher.telegram_id, now=now())


def _which(t: Texts, taught: Sequence[SchoolClass], minutes: str) -> Buttons:
    several = [[(t("button-several"), f"several:{minutes or _USUAL}:0")]] if len(taught) > 1 else []
    return [*[[(one.title, f"open:{one.id}:{minutes}")] for one in taught], *several]


def _toggles(t: Texts, taught: Sequence[SchoolClass], minutes: str, chosen: Sequence[SchoolClass]) -> Buttons:
    def data(classes: Sequence[SchoolClass]) -> str:
        return f"several:{minutes}:" + ".".join(["0", *(str(one.id) for one in classes)])

    rows = []
    for one in taught:
        others = [other for other in chosen if other is not one]
        wanted = others if one in chosen else [*chosen, one]
        if len(f"{data(wanted)}:go") <= _MOST_BYTES:  # for more classes a button has no room
            rows.append([(f"{'✅' if one in chosen else '▫️'} {one.title}", data(wanted))])
    return [*rows, *([[(t("button-open-several", number=len(chosen)), f"{data(chosen)}:go")]] if chosen else [])]


def _keep_topic(session: Session, caller: Caller, topic: str) -> None:
    keep_topic(session, caller.within(session).conversation, topic, now())


def _minutes(asked: str) -> timedelta | None:
    """So many minutes, if that is a length for a lesson."""
    if not (len(asked) <= 3 and asked.isascii() and asked.isdecimal()):
        return None
    length = timedelta(minutes=int(asked))
    return length if _MINUTE <= length <= LONGEST else None
