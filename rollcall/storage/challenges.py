"""Challenges: what a student was asked to say, until when, and which note answered it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.domain.challenge import LIFE, Challenge, Words
from rollcall.domain.verdict import WORDS, Purpose, Reason, Verdict
from rollcall.domain.words_lane import ANSWERS, UNHEARD, Miss
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.tables import STUDENT, Attempt, Attendance, Lesson, Membership, SchoolClass

_WORTHLESS = frozenset({Reason.TEACHER_REJECTED})
"""Of a note: a teacher has heard it, and does not believe that its sender was there."""
_CLOCKS_APART = timedelta(seconds=5)
"""No note is sent before what it answers is shown; Telegram tells whole seconds, and at times we have only our own."""


@dataclass(frozen=True)
class Tries:
    """What a student's notes of a lesson have left unsaid so far.

    Attributes:
        missed: notes in the student's own voice without what was to be said.
        unclear: those of them that could not be understood.
        shown: how many challenges there were.
        misses: see `misses`.
    """

    missed: int
    unclear: int
    shown: int
    misses: Sequence[Miss]


def spoken(row: StoredChallenge) -> Challenge:
    """What is to be said."""
    return Challenge(row.language, tuple(row.items.split()))


def newest(
    session: Session,
    person_id: int,
    *,
    lesson_id: int | None = None,
    enrolment: str | None = None,
    before: datetime | None = None,
) -> StoredChallenge | None:
    """The student's last challenge in the lesson, or in the enrolment.

    Args:
        before: Telegram's time of a note: what was shown after it was sent is not what it answers.
    """
    its = select(StoredChallenge).where(
        StoredChallenge.person_id == person_id,
        StoredChallenge.lesson_id == lesson_id,
        StoredChallenge.enrolment == enrolment,
    )
    if before is not None:
        its = its.where(StoredChallenge.shown_at <= before + _CLOCKS_APART)
    return session.scalar(its.order_by(StoredChallenge.number.desc()).limit(1))


def lesson_asked_in(session: Session, person_id: int, among: Sequence[Lesson], sent_at: datetime) -> int | None:
    """Of these lessons, that for which a challenge of the student's is open for a note of that time."""
    last = (
        select(StoredChallenge)
        .where(
            StoredChallenge.person_id == person_id,
            StoredChallenge.lesson_id.in_([lesson.id for lesson in among]),
            StoredChallenge.shown_at <= sent_at + _CLOCKS_APART,
        )
        .order_by(StoredChallenge.shown_at.desc())
        .limit(1)
    )
    row = session.scalar(last)
    return row.lesson_id if row is not None and is_open(row, sent_at) else None


def add(
    session: Session,
    challenge: Challenge,
    person_id: int,
    number: int,
    at: datetime,
    *,
    lesson_id: int | None = None,
    enrolment: str | None = None,
) -> StoredChallenge:
    """Write down what is about to be shown."""
    row = StoredChallenge(
        person_id=person_id, lesson_id=lesson_id, enrolment=enrolment, number=number, language=challenge.language,
        items=" ".join(challenge.items), shown_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def is_open(row: StoredChallenge, sent_at: datetime) -> bool:
    """Whether a note of that time (Telegram's) may answer it."""
    in_time = row.shown_at - _CLOCKS_APART <= sent_at <= row.shown_at + LIFE
    return in_time and row.used_by is None


def shown(session: Session, challenge_id: int, at: datetime) -> None:
    """The message with it is there, by Telegram's time: from now on it has its life."""
    there = update(StoredChallenge).where(StoredChallenge.id == challenge_id)
    session.execute(there.values(shown_at=at, was_shown=True))


def answered_by(session: Session, attempt: Attempt, words: Words | None) -> bool:
    """Whether the note answers the challenge that it was to answer, and no other note has.

    Whoever has not said one of which nobody knows that it was shown, has missed nothing.

    Args:
        words: what was heard in it; an answer uses the challenge up, and it is no other note's any more.
    """
    its = [
        StoredChallenge.id == attempt.challenge_id,
        StoredChallenge.person_id == attempt.person_id,
        or_(StoredChallenge.used_by.is_(None), StoredChallenge.used_by == attempt.id),
    ]
    if words in UNHEARD:
        its.append(StoredChallenge.was_shown.is_(True))
    if words not in ANSWERS:
        return session.scalar(select(StoredChallenge.id).where(*its)) is not None
    # One statement, so that of two notes one is first.
    first = update(StoredChallenge).where(*its).values(used_by=attempt.id).returning(StoredChallenge.id)
    return session.scalar(first) is not None


def tries_before(session: Session, attempt: Attempt) -> Tries:
    """What the sender's other notes of the lesson have left unsaid."""
    rows = session.execute(_unsaid(attempt.lesson_id, attempt.person_id).where(Attempt.id != attempt.id)).all()
    heard = [words for words, *_ in rows if words is not None]
    last = newest(session, attempt.person_id, lesson_id=attempt.lesson_id)
    return Tries(
        missed=len(heard),
        unclear=heard.count(Words.UNSURE),
        shown=last.number if last is not None else 0,
        misses=_misses(rows),
    )


def misses(session: Session, lesson_id: int, person_id: int) -> Sequence[Miss]:
    """The student's notes of the lesson that left something unsaid, the latest first; none that a teacher rejected."""
    return _misses(session.execute(_unsaid(lesson_id, person_id)).all())


def unsaid_to_the_end(session: Session, lesson_id: int) -> Sequence[Attempt]:
    """Of a closed lesson: the last such note of everybody who is in doubt, and about whom no teacher was asked."""
    rows = session.scalars(
        select(Attempt)
        .join(Attendance, and_(Attendance.lesson_id == Attempt.lesson_id, Attendance.person_id == Attempt.person_id))
        .where(
            Attempt.lesson_id == lesson_id,
            Attempt.verdict == Verdict.UNSAID,
            Attempt.reason.in_(sorted(WORDS)),
            Attendance.status == Status.FLAGGED,
        )
        .order_by(Attempt.sent_at, Attempt.received_at)
    )
    return list({attempt.person_id: attempt for attempt in rows}.values())


def _unsaid(lesson_id: int | None, person_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Attempt.words, Attempt.reason, Attempt.sent_at, func.coalesce(Attempt.answered_at, Attempt.settled_at))
        .where(Attempt.lesson_id == lesson_id, Attempt.person_id == person_id, Attempt.verdict == Verdict.UNSAID)
        .order_by(Attempt.sent_at.desc(), Attempt.received_at.desc())
    )


def _misses(rows: Sequence[Row[*tuple[Any, ...]]]) -> Sequence[Miss]:
    return [Miss(sent_at, answered_at) for _, reason, sent_at, answered_at in rows if reason not in _WORTHLESS]


def missed_in_enrolment(session: Session, attempt: Attempt) -> int:
    """How many of the enrolment's other notes were listened to, and did not hold what they were to say."""
    its = [Attempt.enrolment == attempt.enrolment, Attempt.person_id == attempt.person_id, Attempt.id != attempt.id]
    return session.scalar(select(func.count()).where(*its, Attempt.words.in_(UNHEARD))) or 0


def is_unsaid(session: Session, enrolment: str | None) -> bool:
    """Whether the enrolment was completed without what it was to say."""
    if enrolment is None:
        return False
    its = [Attempt.enrolment == enrolment, Attempt.note_number.is_not(None), Attempt.words.in_(UNHEARD)]
    return session.scalar(select(Attempt.id).where(*its).limit(1)) is not None


def classes_that_ask(session: Session, person_id: int) -> Sequence[int]:
    """The student's classes in which an enrolment has to say something."""
    rows = session.scalars(
        select(SchoolClass.id)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == STUDENT,
            SchoolClass.enrol_challenge,
            SchoolClass.archived_at.is_(None),
        )
        .order_by(SchoolClass.id)
    )
    return rows.all()


def heard_in(session: Session, class_id: int) -> dict[Words, int]:
    """How often which was heard in the class's notes whose voice was accepted."""
    rows = session.execute(
        select(Attempt.words, func.count())
        .where(
            Attempt.class_id == class_id,
            Attempt.purpose == Purpose.CHECK_IN,
            Attempt.verdict.in_((Verdict.ACCEPTED, Verdict.UNSAID)),
            Attempt.words.is_not(None),
        )
        .group_by(Attempt.words)
    )
    return {words: number for words, number in rows if words is not None}
