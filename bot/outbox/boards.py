"""What a lesson's board says, and the task that keeps boards up to date."""

from __future__ import annotations

import asyncio
import logging
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.messages.allowed import in_a_group
from bot.messages.phrases import lesson_phrase
from bot.messages.places import Place, alternatives, place_of, send_to_first
from bot.messages.replies import Buttons, keyboard
from bot.outbox.board_names import names_part
from bot.outbox.lesson_words import closed_buttons, lesson_clock, open_buttons
from bot.services import App, Services, now
from bot.transport.pace import ONCE
from rollcall.marked import one_below_the_other
from rollcall.report.text import LONGEST_MESSAGE, units
from rollcall.storage.roll import make_ready
from rollcall.texts import Texts, texts_in
from rollcall.usecases.boards import Board, board_moved, board_of, open_lesson_ids
from rollcall.usecases.challenges import is_asked

_log = logging.getLogger(__name__)

_EDIT_EVERY = 2.0
"""Seconds from the first change to the edits, and so between a board's message and its first edit as well: below one
edit a second in a chat, below 20 a minute in a group with room to spare."""
_PATIENCE = 20.0
_SPARE = 200
"""Units that a board leaves for a line before it."""


def board_text(t: Texts, board: Board, bot: str, *, hearing: bool) -> str:
    """The open lesson, or the closed one's last word; in private with the names that it still lacks.

    Args:
        bot: our username; in a group nobody would know where to send a note.
        hearing: whether a live worker hears words, where the class has its notes say something.
    """
    lesson, count, title = board.lesson, board.count, board.school_class.title
    if lesson.title:
        title += f" · {lesson.title}"
    zone = ZoneInfo(board.school_class.timezone)
    key = "board-count" if lesson.closed_at is None else "board-count-closed"
    head = t(key, present=count.attended, students=count.students)
    if count.late:
        head += " · " + t("board-late", late=count.late)
    if lesson.closed_at is not None:
        return _with_names(
            t, t("board-closed", title=title, time=lesson_clock(lesson.closed_at, zone)) + "\n" + head, board
        )
    text = t("board-open", title=title, closes=lesson_clock(lesson.closes_at, zone)) + "\n" + head
    if lesson.late_at < lesson.closes_at:
        text += "\n" + t("board-late-from", late=lesson_clock(lesson.late_at, zone))
    hint = t("board-hint", bot=bot) + "\n"
    if not is_asked(board.school_class):
        hint += t("board-phrase", phrase=lesson_phrase(lesson, t.language))
    else:
        hint += t("board-number" if hearing else "board-number-deaf")
    return _with_names(t, text, board, hint)


def _with_names(t: Texts, text: str, board: Board, hint: str = "") -> str:
    room = LONGEST_MESSAGE - units(text + hint) - _SPARE
    names = names_part(t, board.roll, room, closed=board.lesson.closed_at is not None)
    return one_below_the_other([part for part in (text, names, hint) if part], "\n\n")


def board_buttons(t: Texts, board: Board, bot: str) -> Buttons:
    """What a teacher may do with the lesson; in a group, while it is open, also the way to where one checks in."""
    is_open = board.lesson.closed_at is None
    rows = open_buttons(t, board.lesson) if is_open else closed_buttons(t, board.lesson)
    if board.is_private:
        return rows
    check_in: Buttons = [[(t("button-check-in"), f"https://t.me/{bot}")]] if is_open else []
    return [*check_in, *in_a_group(rows)]


async def keep_boards(application: App, services: Services) -> None:
    """For ever: edit the boards of lessons that changed."""
    await asyncio.to_thread(make_ready)  # or everybody would wait for the first board
    run = services.database.run
    for lesson_id in await run(open_lesson_ids):
        services.stale_boards.touch(lesson_id)
    while True:
        lesson_ids, class_ids = await services.stale_boards.changes(_EDIT_EVERY)
        if class_ids:
            try:
                lesson_ids |= set(await run(open_lesson_ids, class_ids))
            except Exception:
                services.stale_boards.take_back(lesson_ids, class_ids)
                raise
        for lesson_id in sorted(lesson_ids):
            await services.queue.keeps_up.wait()  # answers come first
            try:
                await _show(application, services, lesson_id)
            except Exception as error:
                # Looked at again with the next round: the others do not wait for this one.
                services.stale_boards.touch(lesson_id)
                _log.info("a board is edited later", extra={"lesson": lesson_id, "error": type(error).__name__})


async def _show(application: App, services: Services, lesson_id: int) -> None:
    """Edit the board; where it is gone, or its place is closed to us, send it anew, there or elsewhere."""
    board = await services.database.look(board_of, lesson_id, now())
    if board is None:
        return
    if board.message_id is not None:
        try:
            await _edit(application, services, board, board.message_id)
            return
        except ChatMigrated:
            # By now it belongs to the new chat, where none of the old messages is.
            board = await services.database.look(board_of, lesson_id, now())
        except (BadRequest, Forbidden) as error:
            if "not modified" in str(error).lower():
                return
            _log.info("a board cannot be edited", extra={"lesson": lesson_id, "error": type(error).__name__})
    if board is not None and board.may_move:
        await _send_anew(application, services, board)


async def _edit(application: App, services: Services, board: Board, message_id: int) -> None:
    text, buttons, _ = await _content(application, services, board)
    await application.bot.edit_message_text(
        text, chat_id=board.chat_id, message_id=message_id, reply_markup=buttons, rate_limit_args=ONCE
    )


async def _send_anew(application: App, services: Services, board: Board) -> None:
    text, buttons, t = await _content(application, services, board)
    place, lesson_id = Place(board.chat_id, board.thread_id), board.lesson.id
    places = [place, *alternatives(place, board.opener)]
    try:
        sent = await send_to_first(application.bot, places, text, buttons, t, patience=_PATIENCE)
    except (BadRequest, Forbidden) as error:
        _log.warning("a board is nowhere to be shown", extra={"lesson": lesson_id, "error": type(error).__name__})
        await services.database.run(board_moved, lesson_id, None, None, None)
    else:
        taken = place_of(sent)
        await services.database.run(board_moved, lesson_id, taken.chat_id, taken.thread_id, sent.message_id)
    services.stale_boards.touch(lesson_id)


async def _content(
    application: App, services: Services, board: Board
) -> tuple[str, InlineKeyboardMarkup | None, Texts]:
    t = texts_in(board.locale).speaking(board.school_class.vocabulary)
    bot = application.bot.username
    hearing = is_asked(board.school_class) and await services.hearing.any_worker()
    return board_text(t, board, bot, hearing=hearing), keyboard(board_buttons(t, board, bot)), t
