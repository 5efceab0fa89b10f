"""A teacher's list: shown before it is taken, taken into a class, and who is in the class and not on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.staff import StaffNews
from rollcall.roster.model import LeftOut, Line, Oddity, Roster, Why
from rollcall.storage import audit, rosters
from rollcall.storage.classes import Member, members_of, remove_student
from rollcall.storage.roster_tables import RosterPreview
from rollcall.storage.staff_notices import promise_student
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.roster_matching import match


@dataclass(frozen=True)
class Shown:
    """A list as its teacher sees it before it is taken.

    Attributes:
        school_class: the class that it would be taken into; None where one is to be chosen.
        new, known: how many of its lines are students of the class already, and how many are not.
        gone: how many students of the class are not on it.
    """

    preview_id: int
    roster: Roster
    school_class: SchoolClass | None
    new: int = 0
    known: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Taken:
    """A list that is the class's now.

    Attributes:
        added: how many lines are new students, without an account so far.
        updated: how many students it said something new about.
        gone: the names of students of the class who are not on it.
    """

    preview_id: int
    school_class: SchoolClass
    students: int
    added: int
    updated: int
    gone: Sequence[str]


@dataclass(frozen=True)
class Removed:
    """Who was taken out of the class for not being on its list."""

    school_class: SchoolClass
    names: Sequence[str]


@dataclass(frozen=True)
class Compared:
    """A list beside the class that is to take it, or has taken it.

    Attributes:
        shown: None once it is taken.
        pairs: each line with the name of the student that it means; None for a new one. Empty once it is taken.
        gone: the names of students of the class who are not on it.
    """

    shown: Shown | None
    pairs: Sequence[tuple[Line, str | None]]
    gone: Sequence[str]


class Left(Enum):
    """What a teacher left as it was."""

    LIST = auto()
    KEPT_ALL = auto()
    """The list is taken; who is in the class and not on it stays."""


def keep(
    session: Session, teacher: Person, roster: Roster, class_ids: Sequence[int], update_id: int, now: datetime
) -> Shown:
    """Keep a list that was sent; with one class to take it, it is compared with it at once."""
    preview = rosters.keep_preview(session, teacher.telegram_id, update_id, asdict(roster), now)
    return _shown(session, preview, class_ids[0] if len(class_ids) == 1 else None)


def choose(session: Session, teacher: Person, class_id: int, preview_id: int) -> Shown | None:
    """Compare a list with the class that was chosen for it; None where it is gone or taken."""
    preview = rosters.preview_of(session, teacher.telegram_id, preview_id)
    return _shown(session, preview, class_id) if preview is not None and preview.taken_at is None else None


def compare(session: Session, teacher: Person, class_id: int, preview_id: int) -> Compared | None:
    """The list line by line; None where it is gone, or another class has taken it."""
    preview = rosters.preview_of(session, teacher.telegram_id, preview_id)
    if preview is None or preview.class_id not in (None, class_id):
        return None
    if preview.taken_at is not None:
        members = rosters.members_by_id(session, class_id, preview.content.get("gone", ()))
        return Compared(None, (), [one.name for one in members])
    members = members_of(session, class_id)
    matched = match(_roster_in(preview).lines, members)
    met = {member.person.id for _, member in matched if member is not None}
    pairs = [(line, member.name if member is not None else None) for line, member in matched]
    gone = [one.name for one in members if one.person.id not in met]
    return Compared(_shown(session, preview, class_id), pairs, gone)


def leave(session: Session, teacher: Person, preview_id: int) -> Left | None:
    """Forget a list, or the question who is not on it; None where it is gone."""
    preview = rosters.preview_of(session, teacher.telegram_id, preview_id)
    if preview is None:
        return None
    session.delete(preview)
    return Left.LIST if preview.taken_at is None else Left.KEPT_ALL


def take(session: Session, teacher: Person, class_id: int, preview_id: int, now: datetime) -> Taken | None:
    """Make it the class's list: who is on it is a student, with an account or without. None where it is gone."""
    # Somebody who joins at the same moment is on the list, or is found by it: the class's row is the queue.
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    preview = rosters.preview_of(session, teacher.telegram_id, preview_id)
    if preview is None or preview.taken_at is not None:
        return None
    matched = match(_roster_in(preview).lines, members_of(session, class_id))
    added = updated = 0
    for line, member in matched:
        if member is None:
            membership = rosters.add_line(session, school_class, line.name, teacher, now)
            added += 1
        else:
            membership = member.membership
            updated += _says_more(session, line, member, teacher)
        membership.listed_at = now
        membership.student_number = line.number or membership.student_number
        membership.group_name = line.group or membership.group_name
        membership.email = line.email or membership.email
    teacher.last_class_id = class_id
    session.flush()
    gone = [one for one in members_of(session, class_id) if one.membership.listed_at != now]
    preview.class_id, preview.taken_at = class_id, now
    preview.content = {"gone": [one.person.id for one in gone]}
    audit.record(
        session, Action.ROSTER_TAKEN, teacher, f"class:{class_id}", lines=len(matched), added=added, updated=updated
    )
    return Taken(preview.id, school_class, len(matched), added, updated, [one.name for one in gone])


def remove_gone(session: Session, teacher: Person, class_id: int, preview_id: int, now: datetime) -> Removed | None:
    """Take those out of the class who are not on the list it took; None where that was done, or is no question."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    preview = rosters.preview_of(session, teacher.telegram_id, preview_id)
    if preview is None or preview.class_id != class_id:
        return None
    members = rosters.members_by_id(session, class_id, preview.content.get("gone", ()))
    for member in members:
        remove_student(session, member.person, school_class, teacher, now)
        promise_student(session, member.person, class_id, StaffNews.UNLISTED, now)
    session.delete(preview)
    return Removed(school_class, [one.name for one in members])


def _says_more(session: Session, line: Line, member: Member, teacher: Person) -> bool:
    one = member.membership
    facts = ((line.number, one.student_number), (line.group, one.group_name), (line.email, one.email))
    more = any(new is not None and new != old for new, old in facts)
    return rosters.rename(session, member.person, line.name, teacher, one.class_id) or more


def _shown(session: Session, preview: RosterPreview, class_id: int | None) -> Shown:
    roster = _roster_in(preview)
    if class_id is None:
        return Shown(preview.id, roster, None)
    members = members_of(session, class_id)
    matched = match(roster.lines, members)
    known = sum(member is not None for _, member in matched)
    school_class = session.get_one(SchoolClass, class_id)
    return Shown(preview.id, roster, school_class, len(matched) - known, known, len(members) - known)


def _roster_in(preview: RosterPreview) -> Roster:
    content: dict[str, Any] = preview.content
    return Roster(
        tuple(Line(**line) for line in content["lines"]),
        tuple(LeftOut(one["row"], one["text"], Why(one["why"])) for one in content["left_out"]),
        tuple((place, Oddity(oddity)) for place, oddity in content["odd"]),
        content["sheet"],
    )
