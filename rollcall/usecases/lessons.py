"""A teacher opens a lesson, makes it longer, closes it, and opens it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.lesson_end import goes_on_until, may_reopen, worth_asking
from rollcall.storage.lesson_changes import extend_lesson, lesson_locked, reopen_lesson
from rollcall.storage.lessons import (
    lesson_closed_at,
    open_lesson,
    open_lesson_of,
)
from rollcall.storage.roll import Stands, roll
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.usecases.calls import call_all
from rollcall.usecases.closing import Closed, close, closed


@dataclass(frozen=True)
class Length:
    """How long a lesson stays open.

    Attributes:
        asked: as the teacher said; None where they said nothing.
        usual: of a new lesson for which nothing was said, in a class that is not set otherwise.
        late_after: a new lesson's students are late from then on, likewise.
    """

    asked: timedelta | None
    usual: timedelta
    late_after: timedelta


@dataclass(frozen=True)
class Opened:
    """An open lesson.

    Attributes:
        already: whether it was open before, and shown.
        longer: whether it stays open longer than before.
    """

    lesson: Lesson
    already: bool
    longer: bool


@dataclass(frozen=True)
class Longer:
    """An open lesson after a press on "longer", which a press made twice does not make longer still."""

    lesson: Lesson
    school_class: SchoolClass


@dataclass(frozen=True)
class Doubt:
    """Closing now may be a mistake: the teacher is asked.

    Attributes:
        missing: how many have not checked in.
        waiting: how many wait for a teacher's word.
        left: until the lesson closes by itself.
    """

    lesson: Lesson
    school_class: SchoolClass
    missing: int
    waiting: int
    left: timedelta


class NotReopened(Enum):
    """Why a lesson does not go on."""

    TOO_LATE = auto()
    ANOTHER_IS_OPEN = auto()


def open_for_class(
    session: Session,
    teacher: Person,
    class_id: int,
    moment: datetime,
    length: Length,
    *,
    by_itself: bool = False,
) -> Opened:
    """Open a lesson of the class; one that is open is kept open for as long as was asked for, counted from now.

    Args:
        by_itself: its timetable wants it, and not the teacher, who is shown it.
    """
    teacher.last_class_id = class_id
    usual, late_after = _as_set(session.get_one(SchoolClass, class_id), length)
    lesson, new = open_lesson(
        session, class_id, teacher, moment, length.asked or usual, late_after, by_itself=by_itself
    )
    if new:
        call_all(session, lesson, moment)
    # One that is open but was never shown was opened by this very command, before a bot stopped.
    already = not new and lesson.board_message_id is not None
    longer = already and length.asked is not None and extend_lesson(session, lesson, moment + length.asked, teacher)
    return Opened(lesson, already, longer)


def _as_set(school_class: SchoolClass, length: Length) -> tuple[timedelta, timedelta]:
    """How long the class's lessons are, and after how long a note is late."""
    minutes, late = school_class.lesson_minutes, school_class.late_after_minutes
    usual = timedelta(minutes=minutes) if minutes is not None else length.usual
    return usual, timedelta(minutes=late) if late is not None else length.late_after


def keep_open_longer(session: Session, teacher: Person, lesson_id: int, length: timedelta) -> Longer | None:
    """Keep the lesson open for so long from its opening on; None where it is closed."""
    lesson = lesson_locked(session, lesson_id)
    if lesson.closed_at is not None:
        return None
    extend_lesson(session, lesson, lesson.opened_at + length, teacher)
    return Longer(lesson, session.get_one(SchoolClass, lesson.class_id))


def close_for_class(
    session: Session, teacher: Person, class_id: int, moment: datetime, now: datetime
) -> Closed | Doubt | None:
    """Close the class's lesson, and what came of it; or the doubt whether it is meant. None where none is open."""
    lesson = _to_close(session, class_id, moment)
    if lesson is None:
        return None
    teacher.last_class_id = class_id
    if lesson.closed_at is None:
        doubt = _doubt(session, lesson, moment)
        if doubt is not None:
            return doubt
        close(session, lesson, moment, teacher)
    return closed(session, lesson, now)


def close_all_the_same(session: Session, teacher: Person, lesson_id: int, moment: datetime, now: datetime) -> Closed:
    """Close the lesson without asking; what came of it, also where it was closed already."""
    lesson = lesson_locked(session, lesson_id)
    teacher.last_class_id = lesson.class_id
    if lesson.closed_at is None:
        close(session, lesson, moment, teacher)
    return closed(session, lesson, now)


def leave_open(session: Session, lesson_id: int) -> Longer | None:
    """The lesson goes on after all; None where it is closed."""
    lesson = session.get_one(Lesson, lesson_id)
    return None if lesson.closed_at is not None else Longer(lesson, session.get_one(SchoolClass, lesson.class_id))


def reopen(session: Session, teacher: Person, lesson_id: int, now: datetime) -> Longer | NotReopened:
    """Let a closed lesson go on, on the day on which it was closed; one that is open already just goes on."""
    class_id = session.get_one(Lesson, lesson_id).class_id
    # The class's row is the queue for whoever opens a lesson of it.
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True, populate_existing=True)
    lesson = lesson_locked(session, lesson_id)
    teacher.last_class_id = class_id
    if lesson.closed_at is not None:
        if not may_reopen(lesson.closed_at, now, ZoneInfo(school_class.timezone)):
            return NotReopened.TOO_LATE
        if open_lesson_of(session, class_id) is not None:
            return NotReopened.ANOTHER_IS_OPEN
        reopen_lesson(session, lesson, goes_on_until(lesson.closes_at, now), teacher)
    return Longer(lesson, school_class)


def classes_to_close(session: Session, class_ids: Iterable[int], moment: datetime) -> set[int]:
    """Those of the classes that have a lesson to close."""
    return {class_id for class_id in class_ids if _to_close(session, class_id, moment) is not None}


def _to_close(session: Session, class_id: int, moment: datetime) -> Lesson | None:
    """The open lesson; or the one that this very command closed, before a bot stopped."""
    return open_lesson_of(session, class_id) or lesson_closed_at(session, class_id, moment)


def _doubt(session: Session, lesson: Lesson, moment: datetime) -> Doubt | None:
    stands = [one.stands for one in roll(session, lesson)]
    missing, waiting = stands.count(Stands.MISSING), stands.count(Stands.WAITING)
    passed, length = moment - lesson.opened_at, lesson.closes_at - lesson.opened_at
    if not worth_asking(missing=missing, waiting=waiting, students=len(stands), passed=passed, length=length):
        return None
    school_class = session.get_one(SchoolClass, lesson.class_id)
    return Doubt(lesson, school_class, missing, waiting, lesson.closes_at - moment)
