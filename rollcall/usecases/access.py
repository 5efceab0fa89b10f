"""May somebody do this, to what they name? One answer for the bot and for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy.orm import Session

from rollcall.domain.permissions import Permission, Role, Target
from rollcall.storage.people import Acquaintance
from rollcall.storage.rights import (
    class_of_absence,
    class_of_appeal,
    class_of_claim,
    class_of_lesson,
    class_of_review,
    roles_of,
)
from rollcall.storage.tables import SchoolClass
from rollcall.storage.teaching import archived_class
from rollcall.usecases.staff import standing_refused

_GREATEST_NUMBER = 2**31 - 1
"""Of a row in our tables; PostgreSQL refuses to compare with a greater one."""
WITH_NUMBERS = (Target.CLASS, Target.LESSON, Target.REVIEW, Target.CLAIM, Target.ABSENCE, Target.APPEAL, Target.PERSON)
"""Targets that are named by the number of a row."""

_CLASS_OF = {
    Target.LESSON: class_of_lesson,
    Target.REVIEW: class_of_review,
    Target.ABSENCE: class_of_absence,
    Target.APPEAL: class_of_appeal,
}
"""How the class is found of what an action names, by its number alone."""


class Denied(Enum):
    """Why somebody may not."""

    ROLE = auto()
    """What they are to the class at hand, or at all."""
    ARCHIVED = auto()
    """The class is theirs and in the archive, and this would change it."""
    STANDING = auto()
    """They teach the class, and are too little to it."""


@dataclass(frozen=True)
class Access:
    """The answer.

    Attributes:
        denied: None where they may.
        class_id: the class at hand, where there is one.
        put_away: the same, where it is in this teacher's archive.
    """

    roles: frozenset[Role]
    denied: Denied | None
    class_id: int | None
    put_away: SchoolClass | None = None


def access(
    session: Session, permission: Permission, known: Acquaintance, number: int, now: datetime, *, is_admin: bool
) -> Access:
    """Whether they may take the action on what has that number.

    Args:
        number: of what the action names, where it names something by a row's number.
    """
    person = known.person
    class_id = _class_at_hand(session, permission.target, known, number, now)
    roles = roles_of(person, known.classes, class_id, is_admin=is_admin)
    put_away = None
    if not permission.allows(roles):
        put_away = _put_away(session, permission, known, class_id, now)
        if put_away is None:
            return Access(roles, Denied.ROLE, class_id)
        if not permission.archived:
            return Access(roles, Denied.ARCHIVED, class_id, put_away)
    if person is not None and standing_refused(session, person, class_id, permission.standing, now):
        return Access(roles, Denied.STANDING, class_id, put_away)
    return Access(roles, None, class_id, put_away)


def number_in(text: str) -> int:
    """A row's number out of what somebody sent; 0, which is no row's, where it cannot be one."""
    number = int(text)
    return number if number <= _GREATEST_NUMBER else 0


def _class_at_hand(session: Session, target: Target, known: Acquaintance, number: int, now: datetime) -> int | None:
    """The class that an action is about, if it is about one and there may be such a class."""
    if target is Target.CLASS:
        return number
    if target is Target.CLAIM:
        return class_of_claim(session, number, known.person, now)
    found = _CLASS_OF.get(target)
    return found(session, number) if found is not None else None


def _put_away(
    session: Session, permission: Permission, known: Acquaintance, class_id: int | None, now: datetime
) -> SchoolClass | None:
    """The class at hand, where it is in the archive and the caller its teacher: then they are told so."""
    if class_id is None or known.person is None or Role.TEACHER not in permission.roles:
        return None
    return archived_class(session, known.person.id, class_id, now)
