"""A line of the class's list that somebody else has claimed is freed; its marks stay with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.staff import StaffNews
from rollcall.storage import audit, join_requests, rosters, staff_notices
from rollcall.storage.handover import leave_behind
from rollcall.storage.people import set_step
from rollcall.storage.tables import Membership, Person, SchoolClass
from rollcall.usecases.dialogue import JOIN_CODE, NAME
from rollcall.usecases.students import OneStudent, student


@dataclass(frozen=True)
class Freed:
    """A line that nobody has claimed any more.

    Attributes:
        line: as it stands in the class now.
    """

    line: OneStudent


def claimed(session: Session, teacher: Person, class_id: int, person_id: int) -> OneStudent | None:
    """A line of the class's list behind which there is an account; None for any other student."""
    one = student(session, teacher, class_id, person_id)
    return one if one is not None and is_claimed(one) else None


def is_claimed(one: OneStudent) -> bool:
    """Whether it is a line of the list, and an account has said that it is theirs."""
    member = one.member
    return not member.is_former and member.person.has_account and member.membership.listed_at is not None


def free(session: Session, teacher: Person, class_id: int, person_id: int, now: datetime, *, ask: bool) -> Freed | None:
    """Part a line from its account; None where there is none, or somebody has done it.

    Args:
        ask: whether the account's owner may say who they are, and wait for a teacher's word; else they are out.
    """
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    one = claimed(session, teacher, class_id, person_id)
    if one is None:
        return None
    person, membership = one.member.person, one.member.membership
    name, account = membership.listed_name or person.full_name, person.telegram_id
    line = rosters.add_line(session, school_class, name, teacher, now)
    _copy(membership, line)
    session.delete(membership)
    session.flush()
    marks = leave_behind(session, person, line.person_id, class_id)
    audit.record(session, Action.LINE_FREED, teacher, f"class:{class_id}", about=person, marks=marks, ask=ask)
    if ask:
        join_requests.wait_for_name(session, class_id, account, person.full_name, now)
        set_step(session, account, NAME, {JOIN_CODE: school_class.join_code}, now)
    news = StaffNews.FREED if ask else StaffNews.FREED_OUT
    listed = session.get_one(Person, line.person_id)
    staff_notices.promise(session, person, class_id, news, now, about=listed, by=teacher)
    session.flush()
    found = student(session, teacher, class_id, line.person_id)
    return Freed(found) if found is not None else None


def _copy(old: Membership, line: Membership) -> None:
    line.joined_at, line.listed_at, line.came_from_id = old.joined_at, old.listed_at, old.came_from_id
    line.student_number, line.group_name, line.email = old.student_number, old.group_name, old.email
