"""Chats that become others, and chats that open again: what we keep of them follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rollcall.storage.claim_tables import ClaimCard
from rollcall.storage.excuse_tables import AbsenceCard, AppealCard
from rollcall.storage.roster_tables import JoinerCard
from rollcall.storage.tables import ClosingNotice, Lesson, Person, ReviewCard, StaffNotice
from rollcall.storage.weekly_tables import WeeklyWord


def move_chat(session: Session, old: int, new: int) -> Sequence[int]:
    """A group has become another chat: its boards belong there, and none of its messages came along.

    Done a second time it changes nothing.

    Returns:
        The open lessons whose board is to be sent to the new chat.
    """
    moved = (
        update(Lesson)
        .where(Lesson.board_chat_id == old)
        .values(board_chat_id=new, board_message_id=None, board_thread_id=None)
        .returning(Lesson.id, Lesson.closed_at)
    )
    return [lesson_id for lesson_id, closed_at in session.execute(moved) if closed_at is None]


def opened_again(session: Session, chat_id: int, now: datetime) -> None:
    """A person's chat takes messages again: what it refused may be tried at once."""
    for table in (ReviewCard, ClaimCard, AbsenceCard, AppealCard, JoinerCard, ClosingNotice, StaffNotice, WeeklyWord):
        session.execute(
            update(table)
            .where(table.chat_id == chat_id, table.tries > 0, table.not_before > now)
            .values(not_before=now)
        )


def opener_in(session: Session, chat_id: int) -> int | None:
    """The Telegram id of the teacher who last showed a lesson in this chat."""
    return session.scalar(
        select(Person.telegram_id)
        .join(Lesson, Lesson.opened_by == Person.id)
        .where(Lesson.board_chat_id == chat_id)
        .order_by(Lesson.opened_at.desc())
        .limit(1)
    )
