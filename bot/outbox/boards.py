"""What a lesson's board and its closing summary say, and the task that keeps boards up to date."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.messages.phrases import lesson_phrase
from bot.messages.places import Place, alternatives, place_of, send_to_first
from bot.messages.replies import Buttons, keyboard
from bot.outbox.claim_cards import report_line
from bot.outbox.review_cards import texts_for
from bot.services import App, Services, now
from rollcall.domain.attendance import Status
from rollcall.report.model import Period
from rollcall.report.remarks import remarked
from rollcall.storage.lessons import Headcount, headcount, open_lessons
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.texts import Texts
from rollcall.usecases.report import build_report

_log = logging.getLogger(__name__)

_EDIT_EVERY = 2.0
"""Seconds from the first change to the edits, and so between a board's message and its first edit as well: below one
edit a second in a chat, below 20 a minute in a group with room to spare."""
_MOST_MOVES = 5
"""A board that is gone again after so many times is not wanted."""
_PATIENCE = 20.0


def board_text(t: Texts, lesson: Lesson, school_class: SchoolClass, count: Headcount, bot: str) -> str:
    """The open lesson, or the closed one's last word.

    Args:
        bot: our username; in a group nobody would know where to send a note.
    """
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
        + t("board-hint", bot=bot)
        + "\n"
        + t("board-phrase", phrase=lesson_phrase(lesson, t.language))
    )


def board_buttons(t: Texts, lesson: Lesson) -> Buttons:
    """Close and report while it is open, report afterwards."""
    (report,) = report_button(t, lesson)
    return [report] if lesson.closed_at is not None else [[(t("button-close"), f"close:{lesson.class_id}"), *report]]


def report_button(t: Texts, lesson: Lesson) -> Buttons:
    """Under a closed lesson's summary."""
    return [[(t("button-report"), f"report:{lesson.class_id}:lesson")]]


def summary_text(session: Session, t: Texts, lesson: Lesson, school_class: SchoolClass) -> str:
    """The closed lesson's counts, and how many students still wait for a teacher's word."""
    report = build_report(session, school_class, Period.LESSON, now(), of=lesson)
    counts = {status.value: report.count(status) for status in Status}
    attended = report.count(Status.PRESENT) + report.count(Status.LATE)
    text = t("closed", title=school_class.title, attended=attended, students=len(report.students), **counts)
    if report.waiting:
        text += "\n" + t("closed-waiting", number=report.waiting)
    if number := remarked(report):
        text += "\n" + t("closed-remarks", number=number)
    return text + report_line(session, school_class.id, t)


async def keep_boards(application: App, services: Services) -> None:
    """For ever: edit the boards of lessons that changed."""
    async with services.database.session() as session:
        for lesson in await session.run_sync(open_lessons):
            services.stale_boards.touch(lesson.id)
    while True:
        lesson_ids, class_ids = await services.stale_boards.changes(_EDIT_EVERY)
        if class_ids:
            try:
                async with services.database.session() as session:
                    lesson_ids |= {one.id for one in await session.run_sync(open_lessons) if one.class_id in class_ids}
            except Exception:
                for class_id in class_ids:
                    services.stale_boards.touch_class(class_id)
                for lesson_id in lesson_ids:
                    services.stale_boards.touch(lesson_id)
                raise
        for lesson_id in sorted(lesson_ids):
            await services.queue.keeps_up.wait()  # answers come first
            try:
                await _show(application, services, lesson_id)
            except Exception as error:
                # Looked at again with the next round: the others do not wait for this one.
                services.stale_boards.touch(lesson_id)
                _log.info("a board is edited later", extra={"lesson": lesson_id, "error": type(error).__name__})


@dataclass(frozen=True)
class _Board:
    """A lesson's message, as it is and as it should read."""

    place: Place
    message_id: int | None
    opener: int | None
    """The chat of the teacher who opened the lesson, if they still teach."""
    may_move: bool
    texts: Texts
    text: str
    buttons: Buttons


async def _show(application: App, services: Services, lesson_id: int) -> None:
    """Edit the board; where it is gone, or its place is closed to us, send it anew, there or elsewhere."""
    board = await _read(application, services, lesson_id)
    if board is None:
        return
    if board.message_id is not None:
        try:
            await _edit(application, board, board.message_id)
            return
        except ChatMigrated:
            # By now it belongs to the new chat, where none of the old messages is.
            board = await _read(application, services, lesson_id)
        except (BadRequest, Forbidden) as error:
            if "not modified" in str(error).lower():
                return
            _log.info("a board cannot be edited", extra={"lesson": lesson_id, "error": type(error).__name__})
    if board is not None and board.may_move:
        await _send_anew(application, services, lesson_id, board)


async def _read(application: App, services: Services, lesson_id: int) -> _Board | None:
    async with services.database.session() as session:
        lesson = await session.get(Lesson, lesson_id)
        if lesson is None or lesson.board_chat_id is None:
            return None
        school_class = await session.get_one(SchoolClass, lesson.class_id)
        teacher = await session.get_one(Person, lesson.opened_by)
        t = await session.run_sync(texts_for, teacher.telegram_id)
        return _Board(
            place=Place(lesson.board_chat_id, lesson.board_thread_id),
            message_id=lesson.board_message_id,
            opener=teacher.telegram_id if teacher.is_teacher else None,
            may_move=lesson.closed_at is None and lesson.board_moves < _MOST_MOVES,
            texts=t,
            text=board_text(
                t, lesson, school_class, await session.run_sync(headcount, lesson), application.bot.username
            ),
            buttons=board_buttons(t, lesson),
        )


async def _edit(application: App, board: _Board, message_id: int) -> None:
    await application.bot.edit_message_text(
        board.text,
        chat_id=board.place.chat_id,
        message_id=message_id,
        reply_markup=keyboard(board.buttons),
        rate_limit_args=0,
    )


async def _send_anew(application: App, services: Services, lesson_id: int, board: _Board) -> None:
    places = [board.place, *alternatives(board.place, board.opener)]
    try:
        sent = await send_to_first(
            application.bot, places, board.text, keyboard(board.buttons), board.texts, patience=_PATIENCE
        )
    except (BadRequest, Forbidden) as error:
        _log.warning("a board is nowhere to be shown", extra={"lesson": lesson_id, "error": type(error).__name__})
        place, message_id = None, None
    else:
        place, message_id = place_of(sent), sent.message_id
    async with services.database.session() as session:
        lesson = await session.get_one(Lesson, lesson_id, with_for_update=True)
        lesson.board_chat_id = place.chat_id if place is not None else None
        lesson.board_thread_id = place.thread_id if place is not None else None
        lesson.board_message_id = message_id
        lesson.board_moves += 1
    services.stale_boards.touch(lesson_id)


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
