"""A student's buttons of a lesson: "I'm here", unless marked or turned down by a teacher; to hear of it or not."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.messages.challenge import say_button
from bot.messages.replies import Buttons
from rollcall.domain.attendance import ATTENDED
from rollcall.storage.reviews import was_rejected
from rollcall.storage.tables import Attendance, Lesson, SchoolClass
from rollcall.storage.votes import voice_of
from rollcall.texts import Texts
from rollcall.usecases.challenges import is_asked


def tap_row(session: Session, lesson: Lesson, person_id: int, t: Texts) -> Buttons:
    """The way without a voice, after the way to be shown a number; or neither.

    A teacher who has said no can still change it, and the buttons could only say so again.
    """
    mark = session.get(Attendance, (lesson.id, person_id))
    marked = mark is not None and mark.status in ATTENDED
    if marked or was_rejected(session, lesson.id, person_id):
        return []
    school_class = session.get_one(SchoolClass, lesson.class_id)
    here = [(t("here-button", title=school_class.title), f"here:{lesson.id}")]
    if is_asked(school_class) and voice_of(session, person_id) is not None:
        return [*say_button(t, school_class.title, lesson.id), here]
    return [here]


def call_button(t: Texts, school_class: SchoolClass, *, muted: bool, titled: bool = False) -> tuple[str, str]:
    """To hear of the class's lessons no more, or again.

    Args:
        titled: where it stands among those of other classes.
    """
    label = t("button-call" if muted else "button-uncall")
    answer = "no" if muted else "yes"
    return (f"{label} — {school_class.title}" if titled else label), f"mute:{school_class.id}:{answer}"
