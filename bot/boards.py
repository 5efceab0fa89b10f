"""What a lesson's board and its closing summary say, and the task that keeps boards up to date."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import BadRequest, Forbidden

from bot.phrases import lesson_phrase
from bot.replies import Buttons, keyboard
from bot.services import App, Services, now
from rollcall.attendance import Status
from rollcall.report.model import Period
from rollcall.storage.classes import teachers_of
from rollcall.storage.lessons import Headcount, close_lesson, headcount, open_lessons
from rollcall.storage.reports import build_report
from rollcall.storage.tables import Conversation, Lesson, Person, SchoolClass
from rollcall.texts import Texts, texts_in

_log = logging.getLogger(__name__)

_EDIT_EVERY = 2.0
"""Seconds from the first change to the edits, and so between a board's message and its first edit as well: below one
edit a second in a chat, below 20 a minute in a group with room to spare."""


def board_text(t: Texts, lesson: Lesson, school_class: SchoolClass, count: Headcount) -> str:
    """The open lesson, or the closed one's last word."""
    zone = ZoneInfo(school_class.timezone)
    key = "board-count" if lesson.closed_at is None else "board-count-closed"
    head = t(key, present=count.attended, students=count.students)
    if count.late:
        head += " · " + t("board-late", late=count.late)
    if lesson.closed_at is not None:
        return t("board-closed", title=school_class.title, time=_clock(lesson.closed_at, zone)) + "\n" + head
    return (
        t("board-open", title=school_class.title, closes=_clock(lesson.closes_at, zone))
        + "\n"
        + head
        + (
            "\n\n" + t("board-late-from", late=_clock(lesson.late_at, zone))
            if lesson.late_at < lesson.closes_at
            else ""
        )
        + "\n"
        + t("board-hint")
        + "\n"
        + t("board-phrase", phrase=lesson_phrase(lesson, t.language))
    )


def board_buttons(t: Texts, lesson: Lesson) -> Buttons:
    """Close and report while it is open, report afterwards."""
    report = (t("button-report"), f"report:{lesson.class_id}:lesson")
    return [[report]] if lesson.closed_at is not None else [[(t("button-close"), f"close:{lesson.class_id}"), report]]


async def summary_text(session: AsyncSession, t: Texts, lesson: Lesson, school_class: SchoolClass) -> str:
    """The closed lesson's counts."""
    report = await build_report(session, school_class, Period.LESSON, now(), of=lesson)
    counts = {status.value: report.count(status) for status in Status}
    attended = report.count(Status.PRESENT) + report.count(Status.LATE)
    return t("closed", title=school_class.title, attended=attended, students=len(report.students), **counts)


async def keep_boards(application: App, services: Services) -> None:
    """For ever: edit the boards of lessons that changed."""
    async with services.database.session() as session:
        for lesson in await open_lessons(session):
            services.stale_boards.touch(lesson.id)
    while True:
        lesson_ids, class_ids = await services.stale_boards.changes(_EDIT_EVERY)
        if class_ids:
            try:
                async with services.database.session() as session:
                    lesson_ids |= {one.id for one in await open_lessons(session) if one.class_id in class_ids}
            except Exception:
                for class_id in class_ids:
                    services.stale_boards.touch_class(class_id)
                for lesson_id in lesson_ids:
                    services.stale_boards.touch(lesson_id)
                raise
        for lesson_id in sorted(lesson_ids):
            await services.mailbox.keeps_up.wait()  # answers come first
            try:
                await _edit(application, services, lesson_id)
            except Exception as error:
                # Looked at again with the next round: the others do not wait for this one.
                services.stale_boards.touch(lesson_id)
                _log.info("a board is edited later", extra={"lesson": lesson_id, "error": type(error).__name__})


async def close_overdue(application: App, services: Services) -> None:
    """Close the lessons whose time is up, and tell their teachers."""
    async with services.database.session() as session:
        overdue = [lesson for lesson in await open_lessons(session) if lesson.closes_at <= now()]
    for lesson in overdue:
        await _close(application, services, lesson.id)


async def _close(application: App, services: Services, lesson_id: int) -> None:
    notices: list[tuple[int, str]] = []
    async with services.database.session() as session:
        query = select(Lesson).where(Lesson.id == lesson_id, Lesson.closed_at.is_(None)).with_for_update()
        lesson = await session.scalar(query)
        if lesson is None:
            return
        await close_lesson(session, lesson, lesson.closes_at)
        school_class = await session.get_one(SchoolClass, lesson.class_id)
        for teacher in await teachers_of(session, lesson.class_id):
            t = await _texts_for(session, teacher)
            notices.append((teacher.telegram_id, await summary_text(session, t, lesson, school_class)))
    services.stale_boards.touch(lesson_id)
    for chat_id, text in notices:
        try:
            await application.bot.send_message(chat_id, text)
        except (Forbidden, BadRequest):
            _log.info("a teacher cannot be told that a lesson closed", extra={"lesson": lesson_id})


async def _edit(application: App, services: Services, lesson_id: int) -> None:
    async with services.database.session() as session:
        lesson = await session.get(Lesson, lesson_id)
        if lesson is None or lesson.board_chat_id is None or lesson.board_message_id is None:
            return
        school_class = await session.get_one(SchoolClass, lesson.class_id)
        teacher = await session.get_one(Person, lesson.opened_by)
        t = await _texts_for(session, teacher)
        text = board_text(t, lesson, school_class, await headcount(session, lesson))
    try:
        await application.bot.edit_message_text(
            text,
            chat_id=lesson.board_chat_id,
            message_id=lesson.board_message_id,
            reply_markup=keyboard(board_buttons(t, lesson)),
            rate_limit_args=0,
        )
    except BadRequest as error:
        if "not modified" not in str(error).lower():
            _log.info("a board cannot be edited", extra={"lesson": lesson_id, "error": type(error).__name__})
    except Forbidden:
        _log.info("a board's chat is closed to us", extra={"lesson": lesson_id})


async def _texts_for(session: AsyncSession, person: Person) -> Texts:
    conversation = await session.get(Conversation, person.telegram_id)
    return texts_in(conversation.locale if conversation else "en")


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
