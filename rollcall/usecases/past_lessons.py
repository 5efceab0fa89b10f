"""A teacher looks at the lessons that a class has had, and at one of them, student by student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.report.model import Period, Report
from rollcall.storage.past_lessons import how_many, marks_in, newest
from rollcall.storage.tables import Lesson, SchoolClass
from rollcall.usecases.report import build_report


@dataclass(frozen=True)
class PastLesson:
    """A line of the list."""

    lesson: Lesson
    counts: dict[Status, int]


@dataclass(frozen=True)
class PastLessons:
    """A page of the list.

    Attributes:
        number: of the page, from 0.
        pages: how many there are; one for a class without lessons.
    """

    school_class: SchoolClass
    lessons: Sequence[PastLesson]
    number: int
    pages: int


@dataclass(frozen=True)
class OneLesson:
    """A lesson, and its report."""

    lesson: Lesson
    report: Report


def past_lessons(session: Session, class_id: int, page: int, size: int) -> PastLessons:
    """A page of the class's lessons, newest first; of one that is not there, the last."""
    pages = max(1, -(-how_many(session, class_id) // size))
    number = min(page, pages - 1)
    lessons = newest(session, class_id, number * size, size)
    counts = marks_in(session, [lesson.id for lesson in lessons])
    listed = [PastLesson(lesson, counts[lesson.id]) for lesson in lessons]
    return PastLessons(session.get_one(SchoolClass, class_id), listed, number, pages)


def one_lesson(session: Session, lesson_id: int, now: datetime) -> OneLesson:
    """One of them; an open one as it stands."""
    lesson = session.get_one(Lesson, lesson_id)
    school_class = session.get_one(SchoolClass, lesson.class_id)
    return OneLesson(lesson, build_report(session, school_class, Period.LESSON, now, of=lesson))
