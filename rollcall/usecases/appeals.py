"""A student says that a mark is wrong; the teachers of the class give another one, or keep it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.absence import APPEAL_WITHIN, AppealState
from rollcall.domain.attendance import MEANINGS, Status, seen_by_student
from rollcall.storage import excuses
from rollcall.storage.classes import attended_classes, names_in_class
from rollcall.storage.correcting import Wanted, correct, hold, lesson_to_correct
from rollcall.storage.excuse_tables import Appeal
from rollcall.storage.people import locale_of
from rollcall.storage.tables import Attendance, Lesson, Person, SchoolClass
from rollcall.usecases.cards import Facts, Told, name_of


@dataclass(frozen=True)
class OwnMark:
    """A lesson of one's own, with the mark as its student sees it.

    Attributes:
        opened_at: in the class's time zone.
        state: of the objection to it; None where there is none.
    """

    lesson_id: int
    title: str
    opened_at: datetime
    status: Status
    state: AppealState | None


class NotTaken(StrEnum):
    """Why an objection is not taken."""

    NO_SUCH = "no such"
    """The lesson is not the student's, still goes on, or was too long ago; or there is nothing to object to."""
    BEFORE = "before"
    """It was taken before."""


@dataclass(frozen=True, kw_only=True)
class AppealFacts(Facts):
    """What an objection's card says.

    Attributes:
        lesson_id, person_id: whose mark in which lesson it is about.
        status: the mark as it is now; None where there is none.
    """

    lesson_id: int
    person_id: int
    status: Status | None


@dataclass(frozen=True, kw_only=True)
class AppealTold(Told):
    """What a student hears where the mark stays."""

    title: str
    opened_at: datetime
    status: Status | None


def own_marks(session: Session, student: Person, now: datetime) -> Sequence[OwnMark]:
    """The lessons whose mark the student can object to, newest first."""
    return [_own_mark(session, lesson, mark) for lesson, mark in _recent(session, student, now) if _objectionable(mark)]


def own_mark(session: Session, student: Person, lesson_id: int, now: datetime) -> OwnMark | None:
    """One of them."""
    return next((one for one in own_marks(session, student, now) if one.lesson_id == lesson_id), None)


def object_to(session: Session, student: Person, lesson_id: int, now: datetime) -> OwnMark | NotTaken:
    """The student was there: the teachers of the class are asked."""
    one = own_mark(session, student, lesson_id, now)
    if one is None:
        return NotTaken.NO_SUCH
    taken = excuses.object_to(session, session.get_one(Lesson, lesson_id), student, now)
    return one if taken is not None else NotTaken.BEFORE


def decide(session: Session, teacher: Person, appeal_id: int, status: Status | None, now: datetime) -> bool:
    """Give the mark, or keep the one that is there (None). False where it was decided already."""
    appeal = session.get_one(Appeal, appeal_id)
    lesson = lesson_to_correct(session, appeal.lesson_id)
    if not hold(session, [appeal.person_id]):
        return False
    state = AppealState.KEPT if status is None else AppealState.ACCEPTED
    if not excuses.decide_appeal(session, appeal, teacher, state, now):
        return False
    if status is not None:
        correct(session, lesson, appeal.person_id, teacher, Wanted(status), now)
    return True


def appeal_facts(session: Session, appeal_id: int, chat_id: int, _now: datetime) -> AppealFacts:
    """What the card says in this teacher's chat."""
    appeal = session.get_one(Appeal, appeal_id)
    lesson = session.get_one(Lesson, appeal.lesson_id)
    school_class = session.get_one(SchoolClass, lesson.class_id)
    person, mark = session.get_one(Person, appeal.person_id), _mark(session, appeal)
    return AppealFacts(
        question=appeal.id,
        state=appeal.state,
        locale=locale_of(session, chat_id),
        note=None,
        name=names_in_class(session, school_class.id).get(person.id, person.full_name),
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        at=lesson.opened_at.astimezone(ZoneInfo(school_class.timezone)),
        teacher=name_of(session, appeal.decided_by),
        lesson_id=lesson.id,
        person_id=person.id,
        status=mark.status if mark is not None else None,
    )


def appeal_told(session: Session, appeal_id: int) -> AppealTold:
    """What the student hears of a mark that stays."""
    appeal = session.get_one(Appeal, appeal_id)
    lesson, person = session.get_one(Lesson, appeal.lesson_id), session.get_one(Person, appeal.person_id)
    school_class, mark = session.get_one(SchoolClass, lesson.class_id), _mark(session, appeal)
    return AppealTold(
        chat_id=person.telegram_id,
        locale=locale_of(session, person.telegram_id),
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        opened_at=lesson.opened_at.astimezone(ZoneInfo(school_class.timezone)),
        status=seen_by_student(mark.status) if mark is not None else None,
    )


def _recent(session: Session, student: Person, now: datetime) -> Sequence[tuple[Lesson, Attendance]]:
    classes = [one.id for one in attended_classes(session, student)]
    rows = session.execute(
        select(Lesson, Attendance)
        .join(Attendance, Attendance.lesson_id == Lesson.id)
        .where(
            Attendance.person_id == student.id,
            Lesson.class_id.in_(classes),
            Lesson.closed_at.is_not(None),
            Lesson.opened_at >= now - APPEAL_WITHIN,
        )
        .order_by(Lesson.opened_at.desc(), Lesson.id.desc())
    )
    return [(lesson, mark) for lesson, mark in rows]


def _own_mark(session: Session, lesson: Lesson, mark: Attendance) -> OwnMark:
    school_class = session.get_one(SchoolClass, lesson.class_id)
    appeal = excuses.appeal_of(session, lesson.id, mark.person_id)
    return OwnMark(
        lesson.id,
        school_class.title,
        lesson.opened_at.astimezone(ZoneInfo(school_class.timezone)),
        seen_by_student(mark.status),
        appeal.state if appeal is not None else None,
    )


def _objectionable(mark: Attendance) -> bool:
    """Nobody objects to having been there in time."""
    return not MEANINGS[mark.status].attended or MEANINGS[mark.status].named


def _mark(session: Session, appeal: Appeal) -> Attendance | None:
    return session.get(Attendance, (appeal.lesson_id, appeal.person_id))
