"""A student is shown what to say: drawn for this student and this lesson, never for a whole class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.challenge import LIFE, Challenge, ChallengeMode, draw
from rollcall.domain.class_settings import Vocabulary
from rollcall.domain.words_lane import MOST_SHOWN
from rollcall.storage import challenges
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.lessons import lessons_to_check_in
from rollcall.storage.people import agree_to_words, has_words_heard
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person, SchoolClass
from rollcall.storage.votes import voice_of

_WORTH_IT = timedelta(seconds=40)
"""With less time left nobody reads, records and sends: another one is shown."""


class NotShown(StrEnum):
    """Why there is nothing to say."""

    CLOSED = "closed"
    """No lesson that the student could check in to."""
    MARKED = "marked"
    NO_VOICE = "no_voice"
    """No voice is on record, or it waits for a teacher's word: a number would help nothing."""
    ANYTHING = "anything"
    """The class has no challenges, or nobody could hear one at present: any words will do."""
    AGREE = "agree"
    """The student has yet to agree that the words are listened to."""
    ENOUGH = "enough"
    """There were as many as a lesson has."""


@dataclass(frozen=True)
class Shown:
    """What is to be said.

    Attributes:
        number: the row's, for `show` once the message is there.
        kept: it was shown before, and lives on.
        until: when it ends, by Telegram's time.
    """

    number: int
    challenge: Challenge
    kept: bool
    until: datetime


@dataclass(frozen=True)
class Asked:
    """What a student hears who wants to check in.

    Attributes:
        lesson: None where there is none for this student.
    """

    outcome: Shown | NotShown
    lesson: Lesson | None
    title: str
    vocabulary: Vocabulary


def ask(
    session: Session, student: Person, lesson_id: int, at: datetime, language: str, *, hearing: bool, agreed: bool
) -> Asked:
    """A student wants to check in to a lesson, and is shown what to say.

    Args:
        at: Telegram's time of the wish.
        hearing: whether a live worker can hear words.
        agreed: the student has just agreed that they are listened to.
    """
    lesson = next((one for one in lessons_to_check_in(session, student, at) if one.id == lesson_id), None)
    if lesson is None:
        return Asked(NotShown.CLOSED, None, "", Vocabulary.NEUTRAL)
    school_class = session.get_one(SchoolClass, lesson.class_id)
    outcome = _outcome(session, student, lesson, school_class, at, language, hearing=hearing, agreed=agreed, keep=False)
    return Asked(outcome, lesson, school_class.title, school_class.vocabulary)


def ask_again(session: Session, attempt_id: str, now: datetime, language: str, *, hearing: bool) -> Asked:
    """What the sender of a note is to say whose voice was right and whose words were not.

    The same as before, where nothing like an answer was heard and there is time; else another one.
    """
    attempt = session.get_one(Attempt, attempt_id)
    lesson = session.get(Lesson, attempt.lesson_id) if attempt.lesson_id is not None else None
    if lesson is None or lesson.closed_at is not None:
        return Asked(NotShown.CLOSED, None, "", Vocabulary.NEUTRAL)
    school_class, student = session.get_one(SchoolClass, lesson.class_id), session.get_one(Person, attempt.person_id)
    outcome = _outcome(session, student, lesson, school_class, now, language, hearing=hearing, agreed=False, keep=True)
    return Asked(outcome, lesson, school_class.title, school_class.vocabulary)


def ask_enrolling(session: Session, attempt_id: str, now: datetime, language: str, *, hearing: bool) -> Shown | None:
    """What the next note of an enrolment is to say beside its sentence; None where no class of its owner wants that."""
    attempt = session.get_one(Attempt, attempt_id)
    if not hearing or attempt.enrolment is None or not challenges.classes_that_ask(session, attempt.person_id):
        return None
    student = session.get_one(Person, attempt.person_id)
    if not has_words_heard(session, student.telegram_id):
        return None
    last = challenges.newest(session, student.id, enrolment=attempt.enrolment)
    if last is not None and (standing := _standing(last, now, language, keep=True)) is not None:
        return standing
    number = last.number + 1 if last is not None else 1
    return _shown(
        challenges.add(session, draw(language), student.id, number, now, enrolment=attempt.enrolment), kept=False
    )


def show(session: Session, number: int, at: datetime) -> None:
    """The message with it is there, by Telegram's time."""
    challenges.shown(session, number, at)


def is_asked(school_class: SchoolClass) -> bool:
    """Whether the class's students are shown something to say."""
    return school_class.challenge is not ChallengeMode.OFF


def listens(school_class: SchoolClass) -> bool:
    """Whether the words of any of its students' notes are listened to."""
    return is_asked(school_class) or school_class.enrol_challenge


def _outcome(
    session: Session,
    student: Person,
    lesson: Lesson,
    school_class: SchoolClass,
    at: datetime,
    language: str,
    *,
    hearing: bool,
    agreed: bool,
    keep: bool,
) -> Shown | NotShown:
    mark = session.get(Attendance, (lesson.id, student.id))
    if mark is not None and mark.status in ATTENDED:
        return NotShown.MARKED
    if not is_asked(school_class) or not hearing:
        return NotShown.ANYTHING
    voice = voice_of(session, student.id)
    if voice is None or lesson.class_id in voice.withheld:
        return NotShown.NO_VOICE
    if agreed:
        agree_to_words(session, student.telegram_id, WORDS_VERSION, language, at)
    elif not has_words_heard(session, student.telegram_id):
        return NotShown.AGREE
    last = challenges.newest(session, student.id, lesson_id=lesson.id)
    if last is not None and (standing := _standing(last, at, language, keep=keep)) is not None:
        return standing
    number = last.number + 1 if last is not None else 1
    if number > MOST_SHOWN:
        return NotShown.ENOUGH
    return _shown(
        challenges.add(session, draw(language), student.id, number, at, lesson_id=lesson.id), kept=False
    )  # fmt: skip


def _standing(last: StoredChallenge, at: datetime, language: str, *, keep: bool) -> Shown | None:
    """The last one, where it is not time for another: nobody has read it yet, or it lives, and is to be kept.

    One whose message did not arrive is as good as new, and none of those that a lesson has was spent. It stays the
    same one: Telegram may have shown it, and lost only its word that it has.
    """
    if not last.was_shown and last.used_by is None:
        last.shown_at, last.language = at, language
        return _shown(last, kept=False)
    return _shown(last, kept=True) if keep and last.language == language and _lasts(last, at) else None


def _lasts(row: StoredChallenge, at: datetime) -> bool:
    return challenges.is_open(row, at) and row.shown_at + LIFE - at >= _WORTH_IT


def _shown(row: StoredChallenge, *, kept: bool) -> Shown:
    return Shown(row.id, challenges.spoken(row), kept=kept, until=row.shown_at + LIFE)


WORDS_VERSION = "2026-11-29"
"""Of the text that asks whether the words may be listened to: goes up whenever its meaning changes."""
