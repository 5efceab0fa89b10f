"""/open and /close, as commands and as buttons."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, caller_of, teacher_of
from bot.messages.moments import moment_of
from bot.messages.places import place_of
from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.outbox.boards import board_buttons, board_text, report_button, summary_text
from bot.services import Context
from rollcall.storage.classes import taught_classes
from rollcall.storage.lessons import close_lesson, headcount, lesson_closed_at, open_lesson, open_lesson_of
from rollcall.storage.tables import Lesson, SchoolClass

_MOST_MINUTES = 600


async def open_command(update: Update, context: Context) -> None:
    """/open [minutes]: the only class at once; of several, the one whose button is pressed."""
    asked = (context.args or [""])[0]
    if asked and not (len(asked) <= 3 and asked.isascii() and asked.isdecimal() and 1 <= int(asked) <= _MOST_MINUTES):
        async with context.services.database.session() as session:
            caller = await session.run_sync(caller_of, update, context.services.settings)
        await reply(update, caller.texts("open-usage", most=_MOST_MINUTES), texts=caller.texts)
        return
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        taught = await session.run_sync(taught_classes, await session.run_sync(teacher_of, caller))
    if not taught:
        await reply(update, caller.texts("classes-none"), texts=caller.texts)
    elif len(taught) == 1:
        await _open(update, context, taught[0].id, asked)
    else:
        buttons = [[(one.title, f"open:{one.id}:{asked}")] for one in taught]
        await reply(update, caller.texts("open-which"), buttons, caller.texts)


async def open_pressed(update: Update, context: Context) -> None:
    """open:<class>[:<minutes>]."""
    asked = (context.match["minutes"] or "") if context.match is not None else ""
    await _open(update, context, context.class_id, asked if asked and 1 <= int(asked) <= _MOST_MINUTES else "")
    await take_buttons_away(update)


async def close_command(update: Update, context: Context) -> None:
    """/close: the only open lesson at once; of several, the one whose button is pressed."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        found, moment = [], await session.run_sync(moment_of, update)
        for one in await session.run_sync(taught_classes, await session.run_sync(teacher_of, caller)):
            lesson = await session.run_sync(_lesson_to_close, one.id, moment)
            if lesson is not None:
                found.append((one, lesson))
    if not found:
        await reply(update, caller.texts("close-none"), texts=caller.texts)
    elif len(found) == 1:
        await _close(update, context, found[0][0].id)
    else:
        await reply(update, caller.texts("close-which"), [[(one.title, f"close:{one.id}")] for one, _ in found])


async def close_pressed(update: Update, context: Context) -> None:
    """close:<class>."""
    await _close(update, context, context.class_id)
    await take_buttons_away(update)


async def _open(update: Update, context: Context, class_id: int, minutes: str) -> None:
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        teacher = await session.run_sync(teacher_of, caller)
        school_class = await session.get_one(SchoolClass, class_id)
        teacher.last_class_id = school_class.id
        length = timedelta(minutes=int(minutes)) if minutes else services.settings.lesson_length
        lesson, new = await session.run_sync(
            open_lesson,
            class_id,
            teacher,
            await session.run_sync(moment_of, update),
            length,
            services.settings.late_after,
        )
        text, buttons = await session.run_sync(_board, caller, lesson, school_class, context.bot.username)
        # One that is open but was never shown was opened by this very command, before a bot stopped.
        if not new and lesson.board_message_id is not None:
            text = caller.texts("open-already") + "\n\n" + text
    sent = await reply(update, text, buttons, caller.texts)
    if sent is None:
        return
    place = place_of(sent)
    async with services.database.session() as session:
        stored = await session.get_one(Lesson, lesson.id)
        stored.board_chat_id, stored.board_thread_id = place.chat_id, place.thread_id
        stored.board_message_id = sent.message_id
    services.stale_boards.touch(lesson.id)


def _board(
    session: Session, caller: Caller, lesson: Lesson, school_class: SchoolClass, bot: str
) -> tuple[str, Buttons]:
    count = headcount(session, lesson)
    return board_text(caller.texts, lesson, school_class, count, bot), board_buttons(caller.texts, lesson)


async def _close(update: Update, context: Context, class_id: int) -> None:
    services = context.services
    buttons: Buttons = []
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        teacher = await session.run_sync(teacher_of, caller)
        school_class = await session.get_one(SchoolClass, class_id)
        moment = await session.run_sync(moment_of, update)
        lesson = await session.run_sync(_lesson_to_close, class_id, moment)
        if lesson is None:
            text = caller.texts("close-none")
        else:
            teacher.last_class_id = class_id
            if lesson.closed_at is None:
                await session.run_sync(close_lesson, lesson, moment, teacher)
            text = await session.run_sync(summary_text, caller.texts, lesson, school_class)
            buttons = report_button(caller.texts, lesson)
    await reply(update, text, buttons, caller.texts)
    if lesson is not None:
        services.stale_boards.touch(lesson.id)


def _lesson_to_close(session: Session, class_id: int, moment: datetime) -> Lesson | None:
    """The open lesson; or the one that this very command closed, before a bot stopped."""
    return open_lesson_of(session, class_id) or lesson_closed_at(session, class_id, moment)
