"""What teachers are asked about students whom the voice left in doubt, or who came without one; what students hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.domain.review import Asked, ReviewState
from rollcall.domain.verdict import Verdict
from rollcall.storage import cards, reviews
from rollcall.storage.classes import names_in_class
from rollcall.storage.people import locale_of
from rollcall.storage.questions import REVIEWS
from rollcall.storage.remarks import other_voices
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person, Review, SchoolClass
from rollcall.usecases.cards import Due, Facts, Told, due, name_of, note_to_hear


@dataclass(frozen=True, kw_only=True)
class ReviewFacts(Facts):
    """What a review's card says.

    Attributes:
        by_voice: there is a note; else the student came without.
        voice_waits: nobody has stood for the student's voice yet.
        words: the voice is right, and the words that were asked for were not clear.
        other_voices: how many notes in another voice the student sent in the lesson.
    """

    by_voice: bool
    voice_waits: bool
    words: bool
    other_voices: int


@dataclass(frozen=True, kw_only=True)
class ReviewTold(Told):
    """What a student hears of a decision.

    Attributes:
        by_voice: the question was about their notes; else they came without a voice.
        title: of the class.
        status: their mark, where the teacher confirmed that they were there.
        at: since when they were, in the class's time zone.
    """

    by_voice: bool
    title: str
    status: Status | None
    at: datetime


def reviews_due(session: Session, now: datetime) -> Due:
    """What is owed at this moment; embeddings that nothing will be averaged with go."""
    reviews.drop_old_embeddings(session, now)
    return due(session, now, REVIEWS)


def asked_about(session: Session, lesson_id: int, person_id: int, now: datetime) -> Asked:
    """Whether a teacher was really asked about the student."""
    review = reviews.review_of(session, lesson_id, person_id)
    return cards.asked(session, REVIEWS, [review.id], now) if review is not None else Asked.SOON


def review_facts(session: Session, review_id: int, chat_id: int, _now: datetime) -> ReviewFacts:
    """What the card says in this teacher's chat."""
    review = session.get_one(Review, review_id)
    school_class = _class_of(session, review)
    person = session.get_one(Person, review.person_id)
    attempt = session.get(Attempt, review.attempt_id) if review.attempt_id else None
    return ReviewFacts(
        question=review.id,
        state=review.state,
        locale=locale_of(session, chat_id),
        note=note_to_hear(session, review.attempt_id),
        name=names_in_class(session, school_class.id).get(person.id, person.full_name),
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        at=review.sent_at.astimezone(ZoneInfo(school_class.timezone)),
        teacher=name_of(session, review.decided_by),
        by_voice=bool(review.attempt_id),
        voice_waits=attempt is not None and attempt.score is None and attempt.verdict is not Verdict.UNSAID,
        words=attempt is not None and attempt.verdict is Verdict.UNSAID,
        other_voices=other_voices(session, review.lesson_id, review.person_id),
    )


def review_told(session: Session, review_id: int) -> ReviewTold:
    """What the student hears of it."""
    review = session.get_one(Review, review_id)
    person = session.get_one(Person, review.person_id)
    school_class = _class_of(session, review)
    mark = session.get(Attendance, (review.lesson_id, person.id))
    at = mark.at if mark is not None and mark.at is not None else review.sent_at
    return ReviewTold(
        chat_id=person.telegram_id,
        locale=locale_of(session, person.telegram_id),
        by_voice=bool(review.attempt_id),
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        status=mark.status if mark is not None and review.state is ReviewState.CONFIRMED else None,
        at=at.astimezone(ZoneInfo(school_class.timezone)),
    )


def _class_of(session: Session, review: Review) -> SchoolClass:
    return session.get_one(SchoolClass, session.get_one(Lesson, review.lesson_id).class_id)
