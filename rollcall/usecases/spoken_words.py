"""A note whose voice was accepted: do its words count? What was asked for, what was heard, and what follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.challenge import ChallengeMode, Words
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.words_lane import ANSWERS, Lane, Said, lane
from rollcall.queue.job import Result
from rollcall.storage import challenges, reviews
from rollcall.storage.note import Note
from rollcall.storage.tables import Lesson

_UNSAID = {
    Words.NOT_HEARD: Reason.WORDS_NOT_HEARD,
    Words.SOMETHING_ELSE: Reason.WORDS_OTHER,
    Words.UNSURE: Reason.WORDS_UNCLEAR,
}


def words_count(session: Session, note: Note, lesson: Lesson, result: Result, now: datetime, *, hearing: bool) -> bool:
    """Whether a note in its sender's own voice marks them; else its attempt says what it lacks, and is settled so.

    In a class without challenges, and of somebody who is marked, it always does.

    Args:
        hearing: whether a live worker can hear words at all.
    """
    mode = note.school_class.challenge if note.school_class is not None else ChallengeMode.OFF
    if mode is ChallengeMode.OFF or (note.mark is not None and note.mark.status in ATTENDED):
        return True
    attempt = note.attempt
    answers = attempt.challenge_id is not None and challenges.answered_by(
        session, attempt, use_up=result.words in ANSWERS
    )
    if answers:
        attempt.words, attempt.words_score = result.words or Words.NOT_CHECKED, result.words_score
    if mode is ChallengeMode.ASK:
        return True
    before = challenges.tries_before(session, attempt)
    said = Said(
        answers=answers,
        words=result.words,
        missed=before.missed,
        unclear=before.unclear,
        shown=before.shown,
        heard_by_some=hearing,
        over=lesson.closed_at is not None,
    )
    way = lane(mode, said)
    if way in (Lane.COUNTS, Lane.UNCHECKED):
        if way is Lane.UNCHECKED:
            attempt.words = Words.NOT_CHECKED
        return True
    heard = attempt.words
    attempt.verdict = Verdict.UNSAID
    attempt.reason = Reason.WORDS_WANTED if heard is None else _UNSAID[heard]
    if way is Lane.TEACHER:
        reviews.ask_about_words(session, attempt, challenges.first_unsaid(session, attempt), now)
    return False
