"""A student announces an absence, the teachers of the class excuse it or do not, and lessons of these days follow.

Excused, a lesson that is closed with the student missing becomes "excused", and one that closes later is at once. Never
a mark that a teacher gave by hand, nor one that suspicious notes put in doubt: that wants a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.absence import AbsenceState, fits, week_of
from rollcall.domain.attendance import MEANINGS, Status, status_without_mark
from rollcall.storage import excuses
from rollcall.storage.audit import PersonId
from rollcall.storage.classes import attended_classes, names_in_class
from rollcall.storage.corrections import standing_correction
from rollcall.storage.excuse_tables import Absence
from rollcall.storage.lessons import suspicious_notes
from rollcall.storage.mark_record import put_on_record
from rollcall.storage.people import locale_of
from rollcall.storage.tables import Attendance, Lesson, Person, SchoolClass
from rollcall.usecases.cards import Facts, Told, name_of

_MOST_OPEN = 20
"""Announcements of one student that wait for a teacher."""


class When(StrEnum):
    """The days that a button stands for."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"


class NotAnnounced(StrEnum):
    """Why an absence is not taken."""

    NO_STUDENT = "no student"
    """Of this class, any more."""
    DAYS = "days"
    TOO_MANY = "too many"


@dataclass(frozen=True)
class Announced:
    """What the student hears.

    Attributes:
        first, last: the days, which are in no zone.
    """

    absence_id: int
    title: str
    first: date
    last: date
    reason: str | None
    state: AbsenceState


@dataclass(frozen=True, kw_only=True)
class AbsenceFacts(Facts):
    """What an announced absence's card says."""

    first: date
    last: date
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class AbsenceTold(Told):
    """What a student hears of the decision."""

    title: str
    first: date
    last: date
    state: AbsenceState


def days_of(session: Session, class_id: int, when: When, now: datetime) -> tuple[date, date]:
    """The days that a button stands for, by the class's clock."""
    today = today_in(session, class_id, now)
    if when is When.WEEK:
        return week_of(today)
    day = today + timedelta(days=when is When.TOMORROW)
    return day, day


def today_in(session: Session, class_id: int, now: datetime) -> date:
    """The day that it is in the class; UTC's where there is no class."""
    school_class = session.get(SchoolClass, class_id)
    return now.astimezone(ZoneInfo(school_class.timezone) if school_class is not None else UTC).date()


def announce(
    session: Session, student: Person, class_id: int, days: tuple[date, date], reason: str | None, now: datetime
) -> Announced | NotAnnounced:
    """Take the announcement; the teachers of the class are asked."""
    school_class = next((one for one in attended_classes(session, student) if one.id == class_id), None)
    if school_class is None:
        return NotAnnounced.NO_STUDENT
    if not fits(*days, today_in(session, class_id, now)):
        return NotAnnounced.DAYS
    if excuses.open_absences(session, student.id) >= _MOST_OPEN:
        return NotAnnounced.TOO_MANY
    absence = excuses.announce(session, student, class_id, days, reason, now)
    return Announced(absence.id, school_class.title, *days, absence.reason, absence.state)


def give_reason(session: Session, student: Person, absence_id: int, reason: str) -> bool:
    """The reason in other words; False where a teacher has decided by now."""
    absence = session.get(Absence, absence_id, with_for_update=True)
    if absence is None or absence.person_id != student.id or absence.state is not AbsenceState.OPEN:
        return False
    absence.reason = reason
    return True


def withdraw(session: Session, student: Person, absence_id: int, now: datetime) -> bool:
    """The student is there after all; False where that is said already. What was excused stays for past lessons."""
    return excuses.withdraw(session, student, absence_id, now) is not None


def decide(session: Session, teacher: Person, absence_id: int, *, excused: bool, anew: bool, now: datetime) -> bool:
    """Excuse it, or do not; a decision is turned round by the button that says so (``anew``).

    Returns:
        Whether it changed anything.
    """
    absence = session.get_one(Absence, absence_id)
    state = AbsenceState.EXCUSED if excused else AbsenceState.REFUSED
    opposite = AbsenceState.REFUSED if excused else AbsenceState.EXCUSED
    if not excuses.decide_absence(session, absence, teacher, state, opposite if anew else AbsenceState.OPEN, now):
        return False
    for lesson in _closed_lessons(session, absence):
        if excused:
            _excuse(session, lesson, absence, teacher)
        elif anew:
            _take_back(session, lesson, absence, teacher)
    return True


def absence_facts(session: Session, absence_id: int, chat_id: int, _now: datetime) -> AbsenceFacts:
    """What the card says in this teacher's chat."""
    absence = session.get_one(Absence, absence_id)
    school_class = session.get_one(SchoolClass, absence.class_id)
    person = session.get_one(Person, absence.person_id)
    return AbsenceFacts(
        question=absence.id,
        state=absence.state,
        locale=locale_of(session, chat_id),
        note=None,
        name=names_in_class(session, school_class.id).get(person.id, person.full_name),
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        at=absence.created_at.astimezone(ZoneInfo(school_class.timezone)),
        teacher=name_of(session, absence.decided_by),
        first=absence.first_day,
        last=absence.last_day,
        reason=absence.reason,
    )


def absence_told(session: Session, absence_id: int) -> AbsenceTold:
    """What the student hears of it."""
    absence = session.get_one(Absence, absence_id)
    person = session.get_one(Person, absence.person_id)
    school_class = session.get_one(SchoolClass, absence.class_id)
    return AbsenceTold(
        chat_id=person.telegram_id,
        locale=locale_of(session, person.telegram_id),
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        first=absence.first_day,
        last=absence.last_day,
        state=absence.state,
    )


def _closed_lessons(session: Session, absence: Absence) -> Sequence[Lesson]:
    """Of the class, begun on these days by its clock."""
    zone = ZoneInfo(session.get_one(SchoolClass, absence.class_id).timezone)
    first = datetime.combine(absence.first_day, time(), zone)
    end = datetime.combine(absence.last_day + timedelta(days=1), time(), zone)
    rows = session.scalars(
        select(Lesson)
        .where(
            Lesson.class_id == absence.class_id,
            Lesson.closed_at.is_not(None),
            Lesson.opened_at >= first.astimezone(UTC),
            Lesson.opened_at < end.astimezone(UTC),
        )
        .order_by(Lesson.opened_at)
    )
    return rows.all()


def _excuse(session: Session, lesson: Lesson, absence: Absence, teacher: Person) -> None:
    mark = session.get(Attendance, (lesson.id, absence.person_id), with_for_update=True)
    if mark is None or not MEANINGS[mark.status].missed or _by_hand(session, lesson, absence):
        return
    was, mark.status, mark.reason = mark.status, Status.EXCUSED, absence.reason
    student = PersonId(absence.person_id)
    put_on_record(session, lesson.id, teacher, student, Status.EXCUSED, was=was, how="announced")


def _take_back(session: Session, lesson: Lesson, absence: Absence, teacher: Person) -> None:
    mark = session.get(Attendance, (lesson.id, absence.person_id), with_for_update=True)
    if mark is None or mark.status is not Status.EXCUSED or _by_hand(session, lesson, absence):
        return
    suspicious = suspicious_notes(session, lesson.id).get(absence.person_id, 0)
    mark.status, mark.reason = status_without_mark(suspicious_notes=suspicious), None
    student = PersonId(absence.person_id)
    put_on_record(session, lesson.id, teacher, student, mark.status, was=Status.EXCUSED, how="announced")


def _by_hand(session: Session, lesson: Lesson, absence: Absence) -> bool:
    return standing_correction(session, lesson.id, absence.person_id) is not None
