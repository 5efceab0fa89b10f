"""The button "I'm here": for a student of an open lesson who is not marked, and to whom no teacher has said no."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.messages.replies import Buttons
from rollcall.domain.attendance import ATTENDED
from rollcall.storage.reviews import was_rejected
from rollcall.storage.tables import Attendance, Lesson, SchoolClass
from rollcall.texts import Texts


def tap_row(session: Session, lesson: Lesson, person_id: int, t: Texts) -> Buttons:
    """One row, or none: a teacher who has said no can still change it, the button could only say so again."""
    mark = session.get(Attendance, (lesson.id, person_id))
    marked = mark is not None and mark.status in ATTENDED
    if marked or was_rejected(session, lesson.id, person_id):
        return []
    school_class = session.get_one(SchoolClass, lesson.class_id)
    return [[(t("here-button", title=school_class.title), f"here:{lesson.id}")]]
