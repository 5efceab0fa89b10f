"""A student says that they are here, without a voice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.review import ReviewState
from rollcall.domain.words_lane import since
from rollcall.storage import challenges
from rollcall.storage.lessons import lessons_to_check_in
from rollcall.storage.reviews import tap_in
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.challenges import is_asked


@dataclass(frozen=True)
class Tapped:
    """What came of it.

    Attributes:
        state: of the question to the teacher; None where the student is marked already.
        title: of the class.
        at: since when the student is here, in the class's time zone.
    """

    state: ReviewState | None
    title: str
    at: datetime


def tap(session: Session, student: Person, lesson_id: int, at: datetime, now: datetime) -> Tapped | None:
    """On to the teacher; None where it is no lesson that this student could check in to then."""
    lesson = next((one for one in lessons_to_check_in(session, student, at) if one.id == lesson_id), None)
    if lesson is None:
        return None
    school_class = session.get_one(SchoolClass, lesson.class_id)
    first = since(at, challenges.misses(session, lesson.id, student.id)) if is_asked(school_class) else at
    state = tap_in(session, lesson, student.id, first, now)
    return Tapped(state, school_class.title, first.astimezone(ZoneInfo(school_class.timezone)))
