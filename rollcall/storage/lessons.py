"""Lessons and the marks in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.absence import AbsenceState
from rollcall.domain.attendance import ATTENDED, MEANINGS, Status, status_at, status_without_mark
from rollcall.domain.verdict import IN_DOUBT, Purpose
from rollcall.storage import audit
from rollcall.storage.audit import PersonId
from rollcall.storage.classes import student_count, students_of
from rollcall.storage.corrections import replace_corrections, standing_correction
from rollcall.storage.excuse_tables import Absence
from rollcall.storage.excuses import absent_on
from rollcall.storage.mark_record import put_on_record
from rollcall.storage.notices import promise
from rollcall.storage.tables import STUDENT, Attempt, Attendance, Lesson, Membership, Person, SchoolClass


@dataclass(frozen=True)
class Headcount:
    """How many of a lesson's students have come."""

    present: int
    late: int
    students: int

    @property
    def attended(self) -> int:
        return self.present + self.late


def open_lesson(
    session: Session,
    class_id: int,
    teacher: Person,
    opened_at: datetime,
    length: timedelta,
    late_after: timedelta,
    *,
    by_itself: bool = False,
) -> tuple[Lesson, bool]:
    """Open a lesson for check-in; one that is open already is returned as it is, with False.

    Args:
        by_itself: the timetable did it, and the teacher is whose chat shows it.
    """
    # Two bots, or two teachers, at the same moment: the class's row is the queue.
    session.get_one(SchoolClass, class_id, with_for_update=True, populate_existing=True)
    existing = open_lesson_of(session, class_id)
    if existing is not None:
        return existing, False
    lesson = Lesson(
        class_id=class_id,
        opened_by=teacher.id,
        opened_at=opened_at,
        late_at=opened_at + late_after,
        closes_at=opened_at + length,
    )
    session.add(lesson)
    session.flush()
    audit.record(
        session, Action.LESSON_OPENED, None if by_itself else teacher, _object(lesson.id),
        school_class=class_id, minutes=int(length.total_seconds() // 60),
    )  # fmt: skip
    return lesson, True


def open_lesson_of(session: Session, class_id: int) -> Lesson | None:
    """The class's open lesson."""
    return session.scalar(
        select(Lesson).where(Lesson.class_id == class_id, Lesson.closed_at.is_(None)).order_by(Lesson.id.desc())
    )


def lesson_closed_at(session: Session, class_id: int, moment: datetime) -> Lesson | None:
    """The class's lesson that was closed at this very moment."""
    return session.scalar(select(Lesson).where(Lesson.class_id == class_id, Lesson.closed_at == moment))


def open_lessons(session: Session) -> Sequence[Lesson]:
    """Every open lesson of the installation."""
    return (session.scalars(select(Lesson).where(Lesson.closed_at.is_(None)))).all()


def take_open_lesson(session: Session, lesson_id: int) -> Lesson | None:
    """The lesson to close it, unless somebody has."""
    return session.scalar(select(Lesson).where(Lesson.id == lesson_id, Lesson.closed_at.is_(None)).with_for_update())


def close_lesson(session: Session, lesson: Lesson, closed_at: datetime, by: audit.Who = None) -> None:
    """Close the lesson and give everyone without a mark theirs: absent, flagged, or excused by an announcement.

    Args:
        by: the teacher who closes it; nobody where its time was up, and then every teacher of the class is owed a word.
    """
    lesson.closed_at = closed_at
    audit.record(session, Action.LESSON_CLOSED, by, _object(lesson.id))
    marked = set(session.scalars(select(Attendance.person_id).where(Attendance.lesson_id == lesson.id)))
    suspicious, announced = suspicious_notes(session, lesson.id), excused_from(session, lesson)
    for person, _joined_at in students_of(session, lesson.class_id):
        if person.id not in marked:
            status, reason = status_without_mark(suspicious_notes=suspicious.get(person.id, 0)), None
            if MEANINGS[status].missed and person.id in announced:
                status, reason = Status.EXCUSED, announced[person.id].reason
            session.add(Attendance(lesson_id=lesson.id, person_id=person.id, status=status, reason=reason))
            put_on_record(
                session, lesson.id, by, person, status, how="announced" if status is Status.EXCUSED else "closing"
            )
    if by is None:
        promise(session, lesson, closed_at)
    session.flush()


def excused_from(session: Session, lesson: Lesson) -> dict[int, Absence]:
    """Who had announced to be absent that day, and was excused."""
    zone = ZoneInfo(session.get_one(SchoolClass, lesson.class_id).timezone)
    return absent_on(session, lesson.class_id, lesson.opened_at.astimezone(zone).date(), AbsenceState.EXCUSED)


def flag_absent(session: Session, lesson_id: int, person_id: int) -> None:
    """A note that leaves a doubt was settled after its lesson had closed: who was counted absent is flagged, but not
    whom a teacher has marked.
    """
    mark = session.get(Attendance, (lesson_id, person_id), with_for_update=True)
    if mark is not None and mark.status is Status.ABSENT and not standing_correction(session, lesson_id, person_id):
        mark.status = Status.FLAGGED
        put_on_record(session, lesson_id, None, PersonId(person_id), Status.FLAGGED, was=Status.ABSENT, how="late note")


def suspicious_notes(session: Session, lesson_id: int) -> dict[int, int]:
    """How many notes of each account in the lesson leave it in doubt."""
    rows = session.execute(
        select(Attempt.person_id, func.count())
        .where(
            Attempt.lesson_id == lesson_id, Attempt.purpose == Purpose.CHECK_IN, Attempt.reason.in_(sorted(IN_DOUBT))
        )
        .group_by(Attempt.person_id)
    )
    return dict(rows.all())


def lessons_to_check_in(session: Session, student: Person, sent_at: datetime) -> Sequence[Lesson]:
    """The lessons of the student's classes that were open when a note was sent, latest first."""
    return [lesson for lesson, _ in lessons_with_mark(session, student, sent_at)]


def lessons_with_mark(
    session: Session, student: Person, sent_at: datetime
) -> Sequence[tuple[Lesson, Attendance | None]]:
    """The same, each with the student's mark in it."""
    rows = session.execute(_OPEN_THEN, {"student": student.id, "sent_at": sent_at})
    return [(lesson, mark) for lesson, mark in rows]


def lessons_begun_since(session: Session, student: Person, sent_at: datetime) -> Sequence[Lesson]:
    """The lessons of the student's classes that opened after a note was sent and are open now, latest first."""
    rows = session.scalars(
        select(Lesson)
        .join(Membership, Membership.class_id == Lesson.class_id)
        .where(
            Membership.person_id == student.id,
            Membership.role == STUDENT,
            Lesson.closed_at.is_(None),
            Lesson.opened_at > sent_at,
        )
        .order_by(Lesson.opened_at.desc())
    )
    return rows.all()


def mark(
    session: Session,
    lesson: Lesson,
    person_id: int,
    sent_at: datetime,
    confidence: float | None,
    attempt_id: str | None,
    teacher: Person | None = None,
    *,
    unmarked: bool = False,
) -> Attendance:
    """Mark a student present or late. The first accepted note counts; later ones change nothing.

    Nor does a note change what a teacher has marked, unless that is absent: the teacher did not see them, the note did.

    Args:
        unmarked: this transaction has seen that there is no mark.
        teacher: who decided it; None where the student's own note did.
    """
    existing = None if unmarked else session.get(Attendance, (lesson.id, person_id), with_for_update=True)
    if existing is not None and existing.status in ATTENDED:
        return existing
    if existing is not None and (given := standing_correction(session, lesson.id, person_id)) is not None:
        if teacher is None and given.status is not Status.ABSENT:
            return existing
        replace_corrections(session, lesson.id, person_id, sent_at)
    status = status_at(sent_at, lesson.late_at)
    was = existing.status if existing is not None else None
    if existing is None:
        existing = Attendance(lesson_id=lesson.id, person_id=person_id, status=status)
        session.add(existing)
    existing.status, existing.reason = status, None
    existing.at = sent_at
    existing.confidence = confidence
    existing.attempt_id = attempt_id
    student = PersonId(person_id)
    how = "teacher" if teacher is not None else "voice"
    put_on_record(session, lesson.id, teacher or student, student, status, was=was, how=how)
    return existing


def take_back(session: Session, lesson: Lesson, person_id: int, teacher: Person) -> None:
    """A teacher withdraws a confirmation: the mark is again what it would be without. One that a voice made stays."""
    existing = session.get(Attendance, (lesson.id, person_id), with_for_update=True)
    if existing is None or existing.confirmed_by is None:
        return
    was = existing.status
    suspicious = (suspicious_notes(session, lesson.id)).get(person_id, 0)
    existing.status = status_without_mark(suspicious_notes=suspicious)
    existing.at = existing.confidence = existing.attempt_id = existing.confirmed_by = None
    session.flush()
    put_on_record(session, lesson.id, teacher, PersonId(person_id), existing.status, was=was, how="teacher")


def _object(lesson_id: int) -> str:
    return f"lesson:{lesson_id}"


def headcount(session: Session, lesson: Lesson) -> Headcount:
    """How many came, of how many. A mark of somebody who was taken out of the class since counts no more."""
    rows = session.execute(
        select(Attendance.status, func.count())
        .join(Membership, Membership.person_id == Attendance.person_id)
        .where(Attendance.lesson_id == lesson.id, Membership.class_id == lesson.class_id, Membership.role == STUDENT)
        .group_by(Attendance.status)
    )
    counts = dict(rows.all())
    return Headcount(
        present=counts.get(Status.PRESENT, 0),
        late=counts.get(Status.LATE, 0),
        students=student_count(session, lesson.class_id),
    )


def last_lessons(session: Session, student: Person, class_id: int, limit: int) -> Sequence[tuple[Lesson, Attendance]]:
    """The student's marks in a class, newest lesson first."""
    rows = session.execute(
        select(Lesson, Attendance)
        .join(Attendance, Attendance.lesson_id == Lesson.id)
        .where(Lesson.class_id == class_id, Attendance.person_id == student.id)
        .order_by(Lesson.opened_at.desc())
        .limit(limit)
    )
    return [(lesson, attendance) for lesson, attendance in rows]


def mark_counts(session: Session, student: Person, class_id: int) -> dict[Status, int]:
    """How often the student has each mark in a class."""
    rows = session.execute(
        select(Attendance.status, func.count())
        .join(Lesson, Lesson.id == Attendance.lesson_id)
        .where(Lesson.class_id == class_id, Attendance.person_id == student.id)
        .group_by(Attendance.status)
    )
    return dict(rows.all())


_OPEN_THEN = (
    select(Lesson, Attendance)
    .join(Membership, Membership.class_id == Lesson.class_id)
    .outerjoin(Attendance, and_(Attendance.lesson_id == Lesson.id, Attendance.person_id == bindparam("student")))
    .where(
        Membership.person_id == bindparam("student"),
        Membership.role == STUDENT,
        Lesson.opened_at <= bindparam("sent_at"),
        Lesson.closes_at >= bindparam("sent_at"),
        or_(Lesson.closed_at.is_(None), Lesson.closed_at >= bindparam("sent_at")),
    )
    .order_by(Lesson.opened_at.desc())
)
