"""What waits for a teacher's word in a class: who wants in, who will be absent, which mark is objected to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.attendance import Status
from rollcall.domain.joiner import JoinState
from rollcall.domain.review import ReviewState
from rollcall.storage.claims import of_class
from rollcall.storage.classes import members_of
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.roster_tables import JoinRequest
from rollcall.storage.rosters import unclaimed
from rollcall.storage.tables import Attendance, Lesson, Review, SchoolClass


@dataclass(frozen=True)
class Joiner:
    """Somebody with the class's link whose name is not on its list."""

    id: int
    name: str
    at: datetime
    freed: bool


@dataclass(frozen=True)
class Announced:
    """Days on which a student will be absent."""

    id: int
    name: str
    first: date
    last: date
    reason: str | None


@dataclass(frozen=True)
class Objected:
    """A mark that its student objects to."""

    id: int
    name: str
    lesson_id: int
    person_id: int
    at: datetime
    status: Status | None


@dataclass(frozen=True)
class Waiting:
    """All of it, oldest first.

    Attributes:
        lines: of the class's list, behind which there is no account.
        voices: how many recordings wait to be listened to; see `rollcall.usecases.voice_questions`.
    """

    joiners: Sequence[Joiner]
    lines: Sequence[tuple[int, str]]
    absences: Sequence[Announced]
    appeals: Sequence[Objected]
    voices: int

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.joiners) + len(self.absences) + len(self.appeals) + self.voices


def waiting(session: Session, class_id: int) -> Waiting:
    """What waits in the class."""
    zone = ZoneInfo(session.get_one(SchoolClass, class_id).timezone)
    names = {one.person.id: one.name for one in members_of(session, class_id, former=True)}
    joiners = [
        Joiner(one.id, one.full_name, one.created_at.astimezone(zone), one.freed)
        for one in session.scalars(
            select(JoinRequest)
            .where(JoinRequest.class_id == class_id, JoinRequest.state == JoinState.OPEN)
            .order_by(JoinRequest.created_at, JoinRequest.id)
        )
    ]
    lines = [(one.person.id, one.name) for one in unclaimed(session, class_id)] if joiners else []
    absences = [
        Announced(one.id, names.get(one.person_id, ""), one.first_day, one.last_day, one.reason)
        for one in session.scalars(
            select(Absence)
            .where(Absence.class_id == class_id, Absence.state == AbsenceState.OPEN)
            .order_by(Absence.created_at, Absence.id)
        )
    ]
    return Waiting(joiners, lines, absences, _appeals(session, class_id, zone, names), _voices(session, class_id))


def _appeals(session: Session, class_id: int, zone: ZoneInfo, names: Mapping[int, str]) -> list[Objected]:
    rows = session.execute(
        select(Appeal, Lesson.opened_at, Attendance.status)
        .join(Lesson, Lesson.id == Appeal.lesson_id)
        .outerjoin(Attendance, (Attendance.lesson_id == Appeal.lesson_id) & (Attendance.person_id == Appeal.person_id))
        .where(Lesson.class_id == class_id, Appeal.state == AppealState.OPEN)
        .order_by(Appeal.created_at, Appeal.id)
    )
    return [
        Objected(one.id, names.get(one.person_id, ""), one.lesson_id, one.person_id, opened_at.astimezone(zone), status)
        for one, opened_at, status in rows
    ]


def _voices(session: Session, class_id: int) -> int:
    reviews = select(func.count(Review.id)).join(Lesson, Lesson.id == Review.lesson_id)
    waits = reviews.where(Lesson.class_id == class_id, Review.state == ReviewState.OPEN)
    return (session.scalar(waits) or 0) + len(of_class(session, class_id))
