"""A teacher opens a lesson and closes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rollcall.storage.lessons import (
    close_lesson,
    lesson_closed_at,
    open_lesson,
    open_lesson_of,
)
from rollcall.storage.tables import Lesson, Person
from rollcall.usecases.closing import Closed, closed


@dataclass(frozen=True)
class Opened:
    """An open lesson.

    Attributes:
        already: whether it was open before, and shown.
    """

    lesson: Lesson
    already: bool


def open_for_class(
    session: Session, teacher: Person, class_id: int, moment: datetime, length: timedelta, late_after: timedelta
) -> Opened:
    """Open a lesson of the class, unless one is open."""
    teacher.last_class_id = class_id
    lesson, new = open_lesson(session, class_id, teacher, moment, length, late_after)
    # One that is open but was never shown was opened by this very command, before a bot stopped.
    already = not new and lesson.board_message_id is not None
    return Opened(lesson, already)


def close_for_class(session: Session, teacher: Person, class_id: int, moment: datetime, now: datetime) -> Closed | None:
    """Close the class's lesson, and what came of it; None where none is open."""
    lesson = _to_close(session, class_id, moment)
    if lesson is None:
        return None
    teacher.last_class_id = class_id
    if lesson.closed_at is None:
        close_lesson(session, lesson, moment, teacher)
    return closed(session, lesson, now)


def classes_to_close(session: Session, class_ids: Iterable[int], moment: datetime) -> set[int]:
    """Those of the classes that have a lesson to close."""
    return {class_id for class_id in class_ids if _to_close(session, class_id, moment) is not None}


def _to_close(session: Session, class_id: int, moment: datetime) -> Lesson | None:
    """The open lesson; or the one that this very command closed, before a bot stopped."""
    return open_lesson_of(session, class_id) or lesson_closed_at(session, class_id, moment)
