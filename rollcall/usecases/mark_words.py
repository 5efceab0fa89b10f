"""A student hears what became of their mark: once, of the end of a teacher's second thoughts, and only of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status, seen_by_student
from rollcall.storage import mark_words
from rollcall.storage.holder import Holder
from rollcall.storage.people import locale_of
from rollcall.storage.tables import Attendance, Lesson, Person, SchoolClass
from rollcall.usecases.cards import name_of


@dataclass(frozen=True)
class Changed:
    """What the student hears.

    Attributes:
        opened_at: the lesson's beginning, in the class's time zone.
        teacher: who changed the mark; empty where they are gone.
        status, reason: the mark as the student sees it now; None where there is none any more.
        was: the one that they knew of; None where there was none.
    """

    chat_id: int
    locale: str
    lesson_id: int
    title: str
    vocabulary: str
    opened_at: datetime
    teacher: str
    status: Status | None
    reason: str | None
    was: Status | None


def take_word(session: Session, lesson_id: int, person_id: int, now: datetime, holder: Holder) -> Changed | None:
    """Take it on to tell the student; None where that is done, another bot is at it, or nothing has changed."""
    word = mark_words.claim(session, lesson_id, person_id, now, holder)
    if word is None:
        return None
    person, lesson = session.get_one(Person, person_id), session.get_one(Lesson, lesson_id)
    mark = session.get(Attendance, (lesson_id, person_id))
    status = seen_by_student(mark.status) if mark is not None else None
    reason = mark.reason if mark is not None else None
    was = seen_by_student(word.before) if word.before is not None else None
    school_class = session.get_one(SchoolClass, lesson.class_id)
    if (status, reason) == (was, word.before_reason) or not person.has_account or school_class.archived_at is not None:
        mark_words.kept(session, lesson_id, person_id, holder)
        return None
    return Changed(
        person.telegram_id,
        locale_of(session, person.telegram_id),
        lesson_id,
        school_class.title,
        school_class.vocabulary,
        lesson.opened_at.astimezone(ZoneInfo(school_class.timezone)),
        name_of(session, word.teacher_id),
        status,
        reason,
        was,
    )
