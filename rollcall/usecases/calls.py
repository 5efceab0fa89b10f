"""Students hear that a lesson is open, and again before it ends; each can have that stopped, and so can the teacher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rollcall.storage import calls
from rollcall.storage.holder import Holder
from rollcall.storage.lessons import open_lessons
from rollcall.storage.people import has_consent, locale_of
from rollcall.storage.tables import STUDENT, Call, Lesson, Membership, Person, SchoolClass
from rollcall.storage.votes import voice_of
from rollcall.usecases.challenges import is_asked

_BEFORE_THE_END = timedelta(minutes=5)
_LONG_ENOUGH = timedelta(minutes=20)
"""A shorter lesson has no last call: the first one was a moment ago."""
_ANOTHER = timedelta(minutes=10)
"""By so much a lesson has to be longer for another last call."""


class Way(StrEnum):
    """How a student checks in."""

    VOICE = "voice"
    SAY = "say"
    """By voice, with a number that is shown at the wish of each."""
    TAP = "tap"
    """By "I'm here": a voice that waits for a teacher's word, or none, by choice."""
    ENROL = "enrol"
    """Likewise, for now: they agreed to check in by voice, and have not recorded it."""


@dataclass(frozen=True)
class ToCall:
    """A call that this bot has taken on."""

    call_id: int
    chat_id: int
    person_id: int
    locale: str
    last: bool
    way: Way
    lesson: Lesson
    school_class: SchoolClass


@dataclass(frozen=True)
class ToTidy:
    """A sent call whose buttons lead nowhere."""

    call_id: int
    chat_id: int
    message_id: int


def call_all(session: Session, lesson: Lesson, now: datetime) -> None:
    """The lesson has opened: its students are owed a word."""
    calls.write(session, lesson, 0, now)


def call_the_missing(session: Session, now: datetime) -> None:
    """Before lessons end, who has not come is owed another word; once for each end."""
    for lesson in open_lessons(session):
        near = now < lesson.closes_at <= now + _BEFORE_THE_END
        if not near or lesson.closes_at - lesson.opened_at < _LONG_ENOUGH:
            continue
        before = lesson.last_call_for
        if before is not None and lesson.closes_at - before < _ANOTHER:
            continue
        # One statement, so that of two bots one is first.
        unseen = Lesson.last_call_for.is_(None) if before is None else Lesson.last_call_for == before
        first = update(Lesson).where(Lesson.id == lesson.id, unseen).values(last_call_for=lesson.closes_at)
        if session.scalar(first.returning(Lesson.id)) is not None:
            calls.write(session, lesson, max(1, calls.rounds(session, lesson.id)), now)


def take_calls(session: Session, now: datetime, holder: Holder, most: int) -> Sequence[ToCall]:
    """Take some calls on."""
    return [_to_call(session, call) for call in calls.take_owed(session, now, holder, most)]


def take_pointless(session: Session, now: datetime, holder: Holder, most: int) -> Sequence[ToTidy]:
    """Take some on whose buttons are to be taken away."""
    return [
        ToTidy(call.id, session.get_one(Person, call.person_id).telegram_id, call.message_id)
        for call in calls.take_pointless(session, now, holder, most)
        if call.message_id is not None
    ]


def called(session: Session, sent: Mapping[int, int], over: Sequence[int], again: Sequence[int], now: datetime) -> None:
    """What became of calls.

    Args:
        sent: the message of each that was sent.
        over: those for which nothing more is to be done: tidied, or to a chat that is closed to us.
        again: those that Telegram did not take.
    """
    for call_id, message_id in sent.items():
        calls.sent(session, call_id, message_id)
    calls.done(session, over)
    for call_id in again:
        calls.put_off(session, call_id, now)


def set_uncalled(session: Session, person_id: int, class_id: int, *, uncalled: bool) -> SchoolClass | None:
    """A student wants to hear of the class's lessons no more, or again; None for who is no student of it."""
    membership = session.get(Membership, (class_id, person_id))
    if membership is None or membership.role != STUDENT:
        return None
    membership.uncalled = uncalled
    return session.get_one(SchoolClass, class_id)


def uncalled_classes(session: Session, person_id: int) -> set[int]:
    """The classes of whose lessons the student does not want to hear."""
    return set(
        session.scalars(select(Membership.class_id).where(Membership.person_id == person_id, Membership.uncalled))
    )


def set_calls(session: Session, class_id: int, *, wanted: bool) -> None:
    """A teacher has the class's students told of its lessons, or not."""
    session.get_one(SchoolClass, class_id).call_students = wanted


def _to_call(session: Session, call: Call) -> ToCall:
    person, lesson = session.get_one(Person, call.person_id), session.get_one(Lesson, call.lesson_id)
    return ToCall(
        call_id=call.id,
        chat_id=person.telegram_id,
        person_id=person.id,
        locale=locale_of(session, person.telegram_id),
        last=call.round > 0,
        way=_way(session, person, lesson.class_id),
        lesson=lesson,
        school_class=session.get_one(SchoolClass, lesson.class_id),
    )


def _way(session: Session, person: Person, class_id: int) -> Way:
    voice = voice_of(session, person.id)
    if voice is not None:
        if class_id in voice.withheld:
            return Way.TAP
        return Way.SAY if is_asked(session.get_one(SchoolClass, class_id)) else Way.VOICE
    return Way.ENROL if has_consent(session, person.telegram_id) else Way.TAP
