"""A teacher moves a student to another of their classes; the marks stay where they were given, to be read there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.absence import AbsenceState
from rollcall.domain.similar_names import look_alike
from rollcall.domain.staff import StaffNews
from rollcall.sealing.seal import Keyring
from rollcall.storage import audit, staff_notices
from rollcall.storage.claims import take_along
from rollcall.storage.classes import join_class, remove_student
from rollcall.storage.excuse_tables import Absence
from rollcall.storage.handover import hand_over
from rollcall.storage.rosters import has_roster, unclaimed
from rollcall.storage.tables import FORMER, Membership, Person, SchoolClass
from rollcall.storage.teaching import taught_classes
from rollcall.usecases.students import OneStudent, student


@dataclass(frozen=True)
class Ways:
    """Where a student can go.

    Attributes:
        classes: the teacher's others, in which they are no student.
    """

    one: OneStudent
    classes: Sequence[SchoolClass]


@dataclass(frozen=True)
class Way:
    """A student's way from one class to another, before it or after.

    Attributes:
        one: the student, in the class that they leave.
    """

    one: OneStudent
    to: SchoolClass


def ways(session: Session, teacher: Person, class_id: int, person_id: int, now: datetime) -> Ways | None:
    """Where the student can go; None for somebody who is none of the class."""
    one = student(session, teacher, class_id, person_id)
    if one is None or one.member.is_former:
        return None
    return Ways(one, [found for found in _lasting(session, teacher, now) if _is_free(session, found.id, person_id)])


def way(session: Session, teacher: Person, class_id: int, person_id: int, to_id: int, now: datetime) -> Way | None:
    """Whether this student can go to this class: one that the teacher has for good, and that they are no part of."""
    found = ways(session, teacher, class_id, person_id, now)
    to = next((one for one in found.classes if one.id == to_id), None) if found is not None else None
    return Way(found.one, to) if found is not None and to is not None else None


def move(
    session: Session, teacher: Person, keyring: Keyring, class_id: int, person_id: int, to_id: int, now: datetime
) -> Way | None:
    """A former student of the one class, a student of the other; None where that cannot be, or is done.

    Nothing is counted twice: each class's reports have the marks given in it, and the new one's begin with the day of
    the move. What is announced for days to come goes along, and so does what a school calls the student by.
    """
    for number in sorted((class_id, to_id)):
        session.get(SchoolClass, number, with_for_update=True)
    found = way(session, teacher, class_id, person_id, to_id, now)
    if found is None:
        return None
    person, school_class = found.one.member.person, found.one.school_class
    old, listed = found.one.member.membership, has_roster(session, to_id)
    _meet_line(session, person, to_id, teacher, now)
    remove_student(session, person, school_class, teacher, now)
    join_class(session, person, found.to, now)
    new = session.get_one(Membership, (to_id, person_id), populate_existing=True)
    new.came_from_id = class_id
    new.student_number, new.email = new.student_number or old.student_number, new.email or old.email
    if listed:
        new.listed_at = new.listed_at or now
    _take_absences_along(session, person_id, school_class, to_id, now)
    take_along(session, keyring, person_id, to_id, now)
    audit.record(session, Action.STUDENT_MOVED, teacher, f"class:{class_id}", about=person, to=to_id)
    if person.has_account:
        staff_notices.promise(session, person, to_id, StaffNews.MOVED, now, about=person, by=teacher)
    session.flush()
    return found


def _lasting(session: Session, teacher: Person, now: datetime) -> list[SchoolClass]:
    """The classes in which the teacher is no substitute."""
    classes = taught_classes(session, teacher, now)
    return [one for one in classes if session.get_one(Membership, (one.id, teacher.id)).until is None]


def _is_free(session: Session, class_id: int, person_id: int) -> bool:
    membership = session.get(Membership, (class_id, person_id))
    return membership is None or membership.role == FORMER


def _meet_line(session: Session, person: Person, class_id: int, teacher: Person, now: datetime) -> None:
    """The new class's list may have the student already, as a line that nobody has claimed: it is theirs."""
    same = [one for one in unclaimed(session, class_id) if look_alike(one.person.full_name, person.full_name)]
    if len(same) == 1:
        hand_over(session, same[0].person, person, teacher, now)
        met = session.get_one(Membership, (class_id, person.id), populate_existing=True)
        met.role = FORMER  # until they join, like anybody who was there before
        session.flush()


def _take_absences_along(
    session: Session, person_id: int, school_class: SchoolClass, to_id: int, now: datetime
) -> None:
    """What is announced for today or later; lessons that are over have their marks."""
    today = now.astimezone(ZoneInfo(school_class.timezone)).date()
    coming = select(Absence.id).where(
        Absence.class_id == school_class.id,
        Absence.person_id == person_id,
        Absence.last_day >= today,
        Absence.state != AbsenceState.WITHDRAWN,
    )
    session.execute(update(Absence).where(Absence.id.in_(coming)).values(class_id=to_id))
