"""Announced absences and objections to marks: the one writer of both, and what lessons ask of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.excuses import kind_of
from rollcall.storage import audit
from rollcall.storage.audit import PersonId
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.tables import Lesson, Person


def announce(
    session: Session, student: Person, class_id: int, days: tuple[date, date], reason: str | None, now: datetime
) -> Absence:
    """The student will not be there. The same days once more (a press made twice) are the same announcement."""
    known = session.scalar(
        select(Absence).where(
            Absence.class_id == class_id,
            Absence.person_id == student.id,
            Absence.first_day == days[0],
            Absence.last_day == days[1],
            Absence.state != AbsenceState.WITHDRAWN,
        )
    )
    if known is not None:
        return known
    absence = Absence(
        class_id=class_id, person_id=student.id, first_day=days[0], last_day=days[1], reason=reason,
        state=AbsenceState.OPEN, created_at=now,
    )  # fmt: skip
    session.add(absence)
    session.flush()
    audit.record(
        session, Action.ABSENCE_ANNOUNCED, student, _absence(absence), about=student,
        days=(days[1] - days[0]).days + 1, reason=kind_of(reason),
    )  # fmt: skip
    return absence


def open_absences(session: Session, person_id: int) -> int:
    """How many of the student's announcements wait for a teacher."""
    waiting = select(func.count()).where(Absence.person_id == person_id, Absence.state == AbsenceState.OPEN)
    return session.scalar(waiting) or 0


def withdraw(session: Session, student: Person, absence_id: int, now: datetime) -> Absence | None:
    """The student is there after all; None where it is not theirs, or is withdrawn already."""
    absence = session.get(Absence, absence_id, with_for_update=True)
    if absence is None or absence.person_id != student.id or absence.state is AbsenceState.WITHDRAWN:
        return None
    was, absence.state, absence.told_at = absence.state, AbsenceState.WITHDRAWN, now
    audit.record(
        session, Action.ABSENCE_DECIDED, student, _absence(absence), about=student, decision="withdrawn", was=was
    )
    return absence


def decide_absence(
    session: Session, absence: Absence, teacher: Person, state: AbsenceState, was: AbsenceState, now: datetime
) -> bool:
    """Record what a teacher decided; False where it does not stand as it did when the button was shown."""
    decided = update(Absence).where(Absence.id == absence.id, Absence.state == was)
    # One statement, so that of two teachers pressing at once one is first.
    done = session.scalar(
        decided.values(state=state, decided_by=teacher.id, decided_at=now, told_at=None).returning(Absence.id)
    )
    session.refresh(absence)
    if done is None:
        return False
    audit.record(
        session, Action.ABSENCE_DECIDED, teacher, _absence(absence), about=PersonId(absence.person_id),
        decision=state.value, was=was.value,
    )  # fmt: skip
    return True


def absent_on(session: Session, class_id: int, day: date, *states: AbsenceState) -> dict[int, Absence]:
    """Who announced to be absent from the class that day, in these states: the latest word of each."""
    rows = session.scalars(
        select(Absence)
        .where(
            Absence.class_id == class_id, Absence.first_day <= day, Absence.last_day >= day, Absence.state.in_(states)
        )
        .order_by(Absence.id)
    )
    return {row.person_id: row for row in rows}


def object_to(session: Session, lesson: Lesson, student: Person, now: datetime) -> Appeal | None:
    """The student objects to the mark; None where they have before."""
    appeal = Appeal(lesson_id=lesson.id, person_id=student.id, state=AppealState.OPEN, created_at=now)
    try:
        with session.begin_nested():
            session.add(appeal)
    except IntegrityError:
        return None
    audit.record(session, Action.MARK_APPEALED, student, f"lesson:{lesson.id}", about=student)
    return appeal


def appeal_of(session: Session, lesson_id: int, person_id: int) -> Appeal | None:
    """The student's objection to the mark."""
    return session.scalar(select(Appeal).where(Appeal.lesson_id == lesson_id, Appeal.person_id == person_id))


def decide_appeal(session: Session, appeal: Appeal, teacher: Person, state: AppealState, now: datetime) -> bool:
    """Record what a teacher decided; False where it was decided already."""
    decided = update(Appeal).where(Appeal.id == appeal.id, Appeal.state == AppealState.OPEN)
    done = session.scalar(decided.values(state=state, decided_by=teacher.id, decided_at=now).returning(Appeal.id))
    session.refresh(appeal)
    if done is None:
        return False
    audit.record(
        session, Action.APPEAL_DECIDED, teacher, f"lesson:{appeal.lesson_id}", about=PersonId(appeal.person_id),
        decision=state.value,
    )  # fmt: skip
    return True


def settle_appeal(session: Session, lesson_id: int, person_id: int) -> None:
    """A teacher gave the mark by hand: what the student objected to is no more."""
    of_student = (Appeal.lesson_id == lesson_id, Appeal.person_id == person_id)
    session.execute(
        update(Appeal).where(*of_student, Appeal.state == AppealState.OPEN).values(state=AppealState.SETTLED)
    )


def _absence(absence: Absence) -> str:
    return f"absence:{absence.id}"
