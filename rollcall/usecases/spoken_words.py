"""A note whose voice was accepted: do its words count? What was asked for, what was heard, and what follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.challenge import ChallengeMode, Words
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.words_lane import MOST_SHOWN, MOST_TRIES, Lane, Said, lane, since
from rollcall.queue.job import Result
from rollcall.storage import challenges, reviews
from rollcall.storage.note import Note
from rollcall.storage.people import has_words_heard
from rollcall.storage.tables import Attempt, Lesson, Person, SchoolClass

_UNSAID = {
    Words.NOT_HEARD: Reason.WORDS_NOT_HEARD,
    Words.SOMETHING_ELSE: Reason.WORDS_OTHER,
    Words.UNSURE: Reason.WORDS_UNCLEAR,
}


def enrolment_counts(session: Session, attempt: Attempt, result: Result, *, hearing: bool) -> bool:
    """Whether the note of an enrolment that has something to say may count; else its attempt says what it lacks.

    After as many tries as a lesson has it counts all the same: a teacher is asked then whether the voice is its owner's
    (`rollcall.storage.claims`).
    """
    person = session.get_one(Person, attempt.person_id)
    if not challenges.classes_that_ask(session, person.id) or not has_words_heard(session, person.telegram_id):
        return True
    answers = attempt.challenge_id is not None and challenges.answered_by(session, attempt, result.words)
    unheard = result.words is None or result.words is Words.NOT_CHECKED
    if unheard and (answers or not hearing):
        attempt.words = Words.NOT_CHECKED
        return True
    if not answers and _has_had_enough(session, attempt):
        attempt.words = Words.NOT_HEARD
        return True
    if not answers:
        attempt.verdict, attempt.reason, attempt.fingerprint = Verdict.REFUSED, Reason.WORDS_WANTED, None
        return False
    attempt.words, attempt.words_score = result.words, result.words_score
    if result.words is Words.HEARD or challenges.missed_in_enrolment(session, attempt) + 1 >= MOST_TRIES:
        return True
    if result.words is not None:
        attempt.verdict, attempt.reason, attempt.fingerprint = Verdict.REFUSED, _UNSAID[result.words], None
    return False


def _has_had_enough(session: Session, attempt: Attempt) -> bool:
    """Whoever is always too late for their number is asked no more: a teacher's word does as well."""
    last = challenges.newest(session, attempt.person_id, enrolment=attempt.enrolment)
    return last is not None and last.number >= MOST_SHOWN


def ask_about_unsaid(session: Session, lesson: Lesson, now: datetime) -> None:
    """The lesson was closed: whoever could not try again is the teacher's to hear, where a number is required."""
    if session.get_one(SchoolClass, lesson.class_id).challenge is not ChallengeMode.REQUIRE:
        return
    for attempt in challenges.unsaid_to_the_end(session, lesson.id):
        before = challenges.misses(session, lesson.id, attempt.person_id)[1:]
        reviews.ask_about_words(session, attempt, since(attempt.sent_at, before), now)


def there_since(
    session: Session, note: Note, lesson: Lesson, result: Result, now: datetime, *, hearing: bool
) -> datetime | None:
    """Since when a note in its sender's own voice marks them; None: its attempt says what it lacks, and is settled so.

    In a class without challenges, and of somebody who is marked, it always marks them, since it was sent.

    Args:
        hearing: whether a live worker can hear words at all.
    """
    attempt = note.attempt
    mode = note.school_class.challenge if note.school_class is not None else ChallengeMode.OFF
    if mode is ChallengeMode.OFF or (note.mark is not None and note.mark.status in ATTENDED):
        return attempt.sent_at
    answers = attempt.challenge_id is not None and challenges.answered_by(session, attempt, result.words)
    if answers:
        attempt.words, attempt.words_score = result.words or Words.NOT_CHECKED, result.words_score
    if mode is ChallengeMode.ASK:
        return attempt.sent_at
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
    way, first = lane(mode, said), since(attempt.sent_at, before.misses)
    if way in (Lane.COUNTS, Lane.UNCHECKED):
        if way is Lane.UNCHECKED:
            attempt.words = Words.NOT_CHECKED
        return first
    heard = attempt.words
    attempt.verdict = Verdict.UNSAID
    attempt.reason = Reason.WORDS_WANTED if heard is None else _UNSAID[heard]
    if way is Lane.TEACHER:
        reviews.ask_about_words(session, attempt, first, now)
    return None
