"""An admin says who teaches any class, and is shown nothing of it for that.

Of a class an admin sees title, teachers and counts. Whoever wants to see more appoints themselves: that is on record,
and the class's teachers hear of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rollcall.domain.collation import sort_key
from rollcall.domain.staff import StaffNews
from rollcall.storage import staff, staff_notices
from rollcall.storage.people import make_teacher
from rollcall.storage.tables import TEACHER, Membership, Person, SchoolClass
from rollcall.storage.teaching import teachers_of
from rollcall.usecases.overview import ClassLine, every_class
from rollcall.usecases.staff import end_guest, end_membership, hand_over, lock_class


@dataclass(frozen=True)
class AnyClass:
    """A class as an admin sees it.

    Attributes:
        own: the admin's number among the people.
    """

    line: ClassLine
    own: int

    @property
    def is_mine(self) -> bool:
        """Whether the admin teaches it."""
        return any(one.person_id == self.own for one in self.line.teachers)


def any_class(session: Session, admin: Person, class_id: int, now: datetime) -> AnyClass | None:
    """The class; None where there is none."""
    found = every_class(session, now, class_id)
    return AnyClass(found[0], admin.id) if found else None


def classes_with(session: Session, words: str, now: datetime) -> Sequence[ClassLine]:
    """The classes in whose title, or among the names of whose teachers, these words are."""
    wanted = words.casefold().split()
    return [one for one in every_class(session, now) if all(word in _said_of(one) for word in wanted)]


def candidates(session: Session, class_id: int) -> Sequence[Person]:
    """Who may teach and does not teach this class for good, nor is on its list; by name."""
    belong = select(Membership.person_id).where(
        Membership.class_id == class_id, or_(Membership.role != TEACHER, Membership.until.is_(None))
    )
    may_teach = select(Person).where(Person.is_teacher, Person.id.not_in(belong))
    return sorted(session.scalars(may_teach), key=lambda one: (sort_key(one.full_name), one.id))


def appoint(session: Session, admin: Person, class_id: int, person_id: int, now: datetime) -> str | None:
    """Somebody who may teach, teaches this class from now on; their name.

    None where they may not, teach it for good already or are on its list, and where there is no such class.
    """
    school_class = session.get(SchoolClass, class_id, with_for_update=True)
    person = session.get(Person, person_id)
    if school_class is None or school_class.practice_of is not None or person is None or not person.is_teacher:
        return None
    belongs = session.get(Membership, (class_id, person_id))
    if belongs is not None and (belongs.role != TEACHER or belongs.until is None):
        return None
    make_teacher(session, person, admin)
    before = teachers_of(session, class_id, now)
    staff.add(session, person, class_id, None, admin, now)
    for other in before:
        if other.id not in (person.id, admin.id):
            staff_notices.promise(session, other, class_id, StaffNews.JOINED, now, about=person, by=admin)
    if person.id != admin.id:
        staff_notices.promise(session, person, class_id, StaffNews.APPOINTED, now, by=admin)
    return person.full_name


def dismiss(session: Session, admin: Person, class_id: int, person_id: int, now: datetime) -> str | None:
    """Somebody does not teach the class any more, be they the last who did; their name, or None where they did not."""
    if session.get(SchoolClass, class_id) is None:
        return None
    lock_class(session, class_id)
    membership = staff.member(session, person_id, class_id, now)
    if membership is None:
        return None
    person = session.get_one(Person, person_id)
    end_membership(session, person, membership, admin, now, how="removed")
    if person.id != admin.id:
        staff_notices.promise(session, person, class_id, StaffNews.YOU_LEFT, now, by=admin)
    end_guest(session, person, now)
    return person.full_name


def put_in_charge(session: Session, admin: Person, class_id: int, person_id: int, now: datetime) -> str | None:
    """One of the class's teachers owns it from now on; their name, or None where that cannot be."""
    if session.get(SchoolClass, class_id) is None:
        return None
    return hand_over(session, admin, class_id, person_id, now, go=False)


def _said_of(one: ClassLine) -> str:
    return " ".join([one.title, *(who.name for who in one.teachers)]).casefold()
