"""A lesson's time is up: it closes by itself, and each teacher of the class is owed a word with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.report.model import Period, Report
from rollcall.storage import claims, notices
from rollcall.storage.holder import Holder
from rollcall.storage.lessons import close_lesson, open_lessons, take_open_lesson
from rollcall.storage.people import locale_of
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.usecases.report import build_report
from rollcall.usecases.spoken_words import ask_about_unsaid


@dataclass(frozen=True)
class Closed:
    """A closed lesson.

    Attributes:
        voices: how many of the class wait for a teacher's word.
    """

    lesson: Lesson
    report: Report
    voices: int


@dataclass(frozen=True)
class Notice:
    """The word to a teacher, in their language and the class's words."""

    locale: str
    vocabulary: str
    closed: Closed


def overdue_lessons(session: Session, now: datetime) -> Sequence[int]:
    """The open lessons whose time is up."""
    return [lesson.id for lesson in open_lessons(session) if lesson.closes_at <= now]


def close_overdue_lesson(session: Session, lesson_id: int) -> None:
    """Close one of them as of its time, unless somebody has."""
    lesson = take_open_lesson(session, lesson_id)
    if lesson is not None:
        close(session, lesson, lesson.closes_at)


def close(session: Session, lesson: Lesson, at: datetime, teacher: Person | None = None) -> None:
    """Close an open lesson, and ask about those who could not say their number any more.

    Args:
        teacher: who closes it; None where its time was up.
    """
    close_lesson(session, lesson, at, teacher)
    ask_about_unsaid(session, lesson, at)


def take_notice(session: Session, lesson_id: int, chat_id: int, now: datetime, holder: Holder) -> Notice | None:
    """Take it on to tell a teacher; None where they were told, or another bot is at it."""
    if not notices.claim(session, lesson_id, chat_id, now, holder):
        return None
    lesson = session.get_one(Lesson, lesson_id)
    vocabulary = session.get_one(SchoolClass, lesson.class_id).vocabulary
    return Notice(locale_of(session, chat_id), vocabulary, closed(session, lesson, now))


def closed(session: Session, lesson: Lesson, now: datetime) -> Closed:
    """What came of a lesson."""
    report = build_report(session, session.get_one(SchoolClass, lesson.class_id), Period.LESSON, now, of=lesson)
    return Closed(lesson, report, len(claims.of_class(session, lesson.class_id)))
