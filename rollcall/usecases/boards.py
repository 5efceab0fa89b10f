"""Boards: the messages that lessons keep up to date in chats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.storage.lessons import Headcount, headcount, open_lessons
from rollcall.storage.people import find_person, locale_of
from rollcall.storage.roll import OnRoll, roll
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.storage.teaching import teaches

_MOST_MOVES = 5
"""A board that is gone again after so many times is not wanted."""


@dataclass(frozen=True)
class Board:
    """A lesson as its board is to show it.

    Attributes:
        chat_id, thread_id, message_id: where it is; no message where it has yet to be sent there.
        opener: the chat of the teacher who opened the lesson, if they still teach the class.
        may_move: whether it may be sent anew, there or elsewhere.
        locale: the opener's; in a group the class's own, where it is set.
        roll: the students by name; none where others than the teacher read along.
    """

    chat_id: int
    thread_id: int | None
    message_id: int | None
    opener: int | None
    may_move: bool
    locale: str
    lesson: Lesson
    school_class: SchoolClass
    count: Headcount
    roll: Sequence[OnRoll]

    @property
    def is_private(self) -> bool:
        """Whether the teacher alone reads it."""
        return not is_shared(self.chat_id)


def is_shared(chat_id: int) -> bool:
    """Whether a chat is a group: a private one has its person's number."""
    return chat_id < 0


def board_of(session: Session, lesson_id: int, now: datetime) -> Board | None:
    """The lesson's board; None where it has none."""
    lesson = session.get(Lesson, lesson_id)
    if lesson is None or lesson.board_chat_id is None:
        return None
    return board_in(session, lesson, lesson.board_chat_id, lesson.board_thread_id, lesson.board_message_id, now=now)


def is_board(session: Session, lesson_id: int, chat_id: int, message_id: int) -> bool:
    """Whether the message is the lesson's board, which keeps itself up to date: nothing else stays in its place."""
    lesson = session.get(Lesson, lesson_id)
    return lesson is not None and (lesson.board_chat_id, lesson.board_message_id) == (chat_id, message_id)


def board_in(
    session: Session,
    lesson: Lesson,
    chat_id: int,
    thread_id: int | None = None,
    message_id: int | None = None,
    *,
    now: datetime,
) -> Board:
    """The lesson's board as this chat is to show it."""
    teacher = session.get_one(Person, lesson.opened_by)
    school_class = session.get_one(SchoolClass, lesson.class_id)
    return Board(
        chat_id=chat_id,
        thread_id=thread_id,
        message_id=message_id,
        opener=teacher.telegram_id if teaches(session, teacher.id, lesson.class_id, now) else None,
        may_move=lesson.closed_at is None and lesson.board_moves < _MOST_MOVES,
        locale=(is_shared(chat_id) and school_class.language) or locale_of(session, teacher.telegram_id),
        lesson=lesson,
        school_class=school_class,
        count=headcount(session, lesson),
        roll=_names_for(session, chat_id, lesson, now),
    )


def _names_for(session: Session, chat_id: int, lesson: Lesson, now: datetime) -> Sequence[OnRoll]:
    """Names are for who teaches the class, and for as long as they do."""
    reader = None if is_shared(chat_id) else find_person(session, chat_id)
    return roll(session, lesson) if reader is not None and teaches(session, reader.id, lesson.class_id, now) else ()


def board_shown(session: Session, lesson_id: int, chat_id: int, thread_id: int | None, message_id: int) -> None:
    """It was sent here, at a teacher's command."""
    lesson = session.get_one(Lesson, lesson_id)
    lesson.board_chat_id, lesson.board_thread_id, lesson.board_message_id = chat_id, thread_id, message_id


def board_moved(
    session: Session, lesson_id: int, chat_id: int | None, thread_id: int | None, message_id: int | None
) -> None:
    """It was sent anew, here; no chat: it was taken nowhere."""
    lesson = session.get_one(Lesson, lesson_id, with_for_update=True)
    lesson.board_chat_id, lesson.board_thread_id, lesson.board_message_id = chat_id, thread_id, message_id
    lesson.board_moves += 1


def open_lesson_ids(session: Session, class_ids: Collection[int] | None = None) -> Sequence[int]:
    """The open lessons, of these classes or of all."""
    return [one.id for one in open_lessons(session) if class_ids is None or one.class_id in class_ids]
