"""The answer to a voice note: taken on by one bot, with everything that it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.enrolment import whole_notes
from rollcall.domain.verdict import Purpose, Verdict
from rollcall.domain.voiceprint import NOTES
from rollcall.storage.attempts import claim_answer, owed, release_answers_of_the_dead
from rollcall.storage.holder import Holder
from rollcall.storage.lessons import lessons_to_check_in, open_lesson_of
from rollcall.storage.tables import Attempt, Attendance, Conversation, Lesson, Person, SchoolClass, Table
from rollcall.storage.voiceprints import notes_of
from rollcall.usecases.dialogue import ENROLMENT, UNASKED
from rollcall.usecases.practice import practice_of


@dataclass(frozen=True)
class Answer:
    """What the answer to a note is written from.

    Attributes:
        locale: the sender's language.
        lesson: an open one that the sender has yet to be marked in, if the answer may ask for a note.
        step: which note of an enrolment is asked for next, from 1.
        marked: of a note that was not accepted: the mark that its sender has all the same.
        unasked: the note began an enrolment by itself, and its sender has yet to hear why.
        practice: after an enrolment, the practice class that its owner opens a lesson of next.
    """

    attempt: Attempt
    person: Person
    locale: str
    school_class: SchoolClass | None
    lesson: Lesson | None
    step: int
    marked: Attendance | None
    practice: int | None = None
    unasked: bool = False


@dataclass(frozen=True)
class Claim:
    """An answer is taken on: by whom, and for how long."""

    holder: Holder
    until: datetime


def take_answer(session: Session, attempt_id: str, claim: Claim, now: datetime) -> Answer | None:
    """Take it on to answer a note; None where it was answered, or another bot is at it."""
    if not claim_answer(session, attempt_id, claim.until, now, claim.holder):
        return None
    return answer_to(session, session.get_one(Attempt, attempt_id, populate_existing=True), now)


def owed_answers(session: Session, holder: Holder, settled_before: datetime, now: datetime) -> Sequence[str]:
    """Settled notes whose sender has not been told; those that a bot was sending when it died are free again."""
    release_answers_of_the_dead(session, holder)
    return owed(session, settled_before, now)


def answer_to(session: Session, attempt: Attempt, now: datetime) -> Answer:
    """What the answer to a settled note is written from."""
    person = session.get_one(Person, attempt.person_id)
    conversation = session.get(Conversation, person.telegram_id)
    step = _next_step(session, attempt.enrolment) if attempt.enrolment else 1
    unasked = _is_unasked(attempt, conversation, step)
    return Answer(
        attempt,
        person,
        locale=conversation.locale if conversation else "en",
        school_class=session.get(SchoolClass, attempt.class_id) if attempt.class_id else None,
        lesson=_lesson_to_check_in(session, attempt, person, now, unasked=unasked),
        step=step,
        marked=_mark_beside(session, attempt),
        unasked=unasked,
        practice=_practice_to_open(session, attempt, person),
    )


Became = Mapping[str, datetime | str | None]
"""What became of an answer: columns of its attempt."""


def answered(session: Session, answers: Sequence[tuple[str, Became]]) -> None:
    """What became of answers; those that were sent, as a rule all, go in one statement."""
    connection = session.connection()
    sent = [{"id_": one, **became} for one, became in answers if became.keys() == {"answered_at"}]
    if sent:
        connection.execute(_SENT, sent)
    for attempt_id, became in answers:
        if became.keys() != {"answered_at"}:
            connection.execute(update(_attempts).where(_attempts.c.id == attempt_id).values(**became))


def _next_step(session: Session, enrolment: str) -> int:
    return len(whole_notes([row.speech_seconds for row in notes_of(session, enrolment)])) + 1


def _is_unasked(attempt: Attempt, conversation: Conversation | None, step: int) -> bool:
    data = conversation.data if conversation is not None else {}
    its_own = UNASKED in data and data.get(ENROLMENT) == attempt.enrolment
    first = (attempt.note_number or step) == 1
    return attempt.purpose is Purpose.ENROL and its_own and first


def _lesson_to_check_in(
    session: Session, attempt: Attempt, person: Person, now: datetime, *, unasked: bool
) -> Lesson | None:
    if attempt.purpose is Purpose.CHECK_IN:
        lesson = session.get(Lesson, attempt.lesson_id) if attempt.lesson_id else None
        return lesson if lesson is not None and lesson.closed_at is None else None
    if attempt.note_number != NOTES and not unasked:
        return None
    found = lessons_to_check_in(session, person, now)
    return found[0] if found else None


def _practice_to_open(session: Session, attempt: Attempt, person: Person) -> int | None:
    if attempt.purpose is not Purpose.ENROL or attempt.note_number != NOTES:
        return None
    found = practice_of(session, person) if person.is_teacher else None
    return found.id if found is not None and open_lesson_of(session, found.id) is None else None


def _mark_beside(session: Session, attempt: Attempt) -> Attendance | None:
    if attempt.purpose is not Purpose.CHECK_IN or attempt.verdict is Verdict.ACCEPTED or attempt.lesson_id is None:
        return None
    mark = session.get(Attendance, (attempt.lesson_id, attempt.person_id))
    return mark if mark is not None and mark.status in ATTENDED else None


_attempts = Table.metadata.tables[Attempt.__tablename__]
_SENT = update(_attempts).where(_attempts.c.id == bindparam("id_")).values(answered_at=bindparam("answered_at"))
