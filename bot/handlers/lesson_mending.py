"""A lesson's topic, a lesson deleted, two lessons made one."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update
from telegram.error import TelegramError

from bot.caller import Caller, as_teacher
from bot.messages.menus import show
from bot.messages.replies import Buttons, cancel_button, reply
from bot.services import Context, now
from rollcall.domain.names import LONGEST_TITLE
from rollcall.report.wording import clock, lesson_times
from rollcall.storage.tables import Lesson
from rollcall.texts import Texts
from rollcall.usecases.lesson_mending import (
    ask_topic,
    lesson_to_delete,
    merge,
    neighbours,
    remove_lesson,
    topic_said,
)


async def topic_pressed(update: Update, context: Context) -> None:
    """lesson-topic:<lesson>: what is it about?"""
    t = context.caller.texts
    lesson = await context.services.database.run(_ask_topic, context.caller, context.number)
    key = "topic-ask-again" if lesson.title else "topic-ask"
    await reply(update, t(key, topic=lesson.title or ""), cancel_button(t), t)


async def topic_given(update: Update, context: Context) -> None:
    """What it is about, in answer to our question; or that answer, edited."""
    services, message, t = context.services, update.effective_message, context.caller.texts
    if message is None:
        return
    if not context.caller.is_teacher:  # not any more
        await reply(update, t("not-a-teacher"))
        return
    said = await services.database.run(
        as_teacher(context.caller, topic_said), message.text or "", message.message_id, now()
    )
    if said.lesson is None:
        await reply(update, t("lesson-gone"), texts=t)
    elif not said.fits:
        await reply(update, t("topic-too-long", most=LONGEST_TITLE), cancel_button(t), t)
    else:
        text = t("topic-set", topic=said.lesson.title) if said.lesson.title else t("topic-removed")
        await reply(update, text, _back(t, said.lesson), t)
        services.stale_boards.touch(said.lesson.id)


async def delete_pressed(update: Update, context: Context) -> None:
    """lesson-delete:<lesson> asks."""
    t = context.caller.texts
    found = await context.services.database.run(lesson_to_delete, context.number)
    text = t("lesson-delete-ask", when=_when(found.lesson, found.zone, t), number=found.marks)
    yes = (t("button-lesson-delete-yes"), f"lesson-delete-yes:{found.lesson.id}")
    await show(update, text, [[yes, (t("button-back"), f"lesson:{found.lesson.id}")]], t)


async def delete_confirmed(update: Update, context: Context) -> None:
    """lesson-delete-yes:<lesson>."""
    t = context.caller.texts
    gone = await context.services.database.run(as_teacher(context.caller, remove_lesson), context.number)
    when = _times(gone.opened_at, gone.closed_at, gone.zone, t)
    text = t("lesson-deleted", when=when)
    await show(update, text, [[(t("button-lessons"), f"lessons:{gone.class_id}:0")]], t)
    await _end_board(context, gone.board, text)


async def merge_pressed(update: Update, context: Context) -> None:
    """lesson-merge:<lesson>: with which of its neighbours of the day?"""
    t = context.caller.texts
    found = await context.services.database.run(neighbours, context.number)
    lesson, zone = found.lesson, found.zone
    if not found.others:
        await show(update, t("merge-none"), _back(t, lesson), t)
        return
    buttons = [
        [(t("button-merge-with", times=_clocks(one, zone)), f"lesson-merge-yes:{lesson.id}:{one.id}")]
        for one in found.others
    ]
    await show(update, t("merge-ask", when=_when(lesson, zone, t)), [*buttons, *_back(t, lesson)], t)


async def merge_confirmed(update: Update, context: Context) -> None:
    """lesson-merge-yes:<lesson>:<other>."""
    t, match = context.caller.texts, context.match
    other = int(match["other_id"]) if isinstance(match, re.Match) else 0
    merged = await context.services.database.run(as_teacher(context.caller, merge), context.number, other)
    if merged is None:
        await show(update, t("merge-none"), texts=t)
        return
    text = t("merged", when=_when(merged.lesson, merged.zone, t))
    await show(update, text, _back(t, merged.lesson), t)
    context.services.stale_boards.touch(merged.lesson.id)
    await _end_board(context, merged.board, text)


def mending_buttons(t: Texts, lesson: Lesson) -> Buttons:
    """Under a lesson."""
    change = [(t("button-topic"), f"lesson-topic:{lesson.id}")]
    if lesson.closed_at is not None:
        change.append((t("button-merge"), f"lesson-merge:{lesson.id}"))
    return [change, [(t("button-lesson-delete"), f"lesson-delete:{lesson.id}")]]


async def _end_board(context: Context, board: tuple[int, int] | None, text: str) -> None:
    """The message that showed a lesson says what became of it; nobody is owed that, so it is tried once."""
    if board is None:
        return
    with suppress(TelegramError):
        await context.bot.edit_message_text(text, chat_id=board[0], message_id=board[1])


def _ask_topic(session: Session, caller: Caller, lesson_id: int) -> Lesson:
    return ask_topic(session, caller.within(session).conversation, lesson_id, now())


def _back(t: Texts, lesson: Lesson) -> Buttons:
    return [[(t("button-back"), f"lesson:{lesson.id}")]]


def _when(lesson: Lesson, zone: ZoneInfo, t: Texts) -> str:
    return _times(lesson.opened_at, lesson.closed_at, zone, t)


def _times(opened_at: datetime, closed_at: datetime | None, zone: ZoneInfo, t: Texts) -> str:
    return lesson_times(opened_at.astimezone(zone), closed_at.astimezone(zone) if closed_at is not None else None, t)


def _clocks(lesson: Lesson, zone: ZoneInfo) -> str:
    end = lesson.closed_at or lesson.closes_at
    return f"{clock(lesson.opened_at.astimezone(zone))}–{clock(end.astimezone(zone))}"
