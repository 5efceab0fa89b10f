"""What a teacher makes of a doubt about a student, after listening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.review import ReviewState
from rollcall.storage.reviews import change_decision, decide_review
from rollcall.storage.tables import Person, Review


@dataclass(frozen=True)
class ReviewPressed:
    """What came of a teacher's word.

    Attributes:
        too_late: it was to turn a decision round, and that cannot be done any more.
    """

    lesson_id: int
    too_late: bool


def press_review(
    session: Session, review_id: int, teacher: Person, *, confirmed: bool, anew: bool, now: datetime
) -> ReviewPressed:
    """Confirm or reject. The first decision stands until a teacher turns it round (``anew``)."""
    review = session.get_one(Review, review_id)
    act = change_decision if anew else decide_review
    act(session, review, teacher, confirmed=confirmed, now=now)
    wanted = ReviewState.CONFIRMED if confirmed else ReviewState.REJECTED
    return ReviewPressed(review.lesson_id, anew and review.state is not wanted)
