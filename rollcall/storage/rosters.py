"""A class's list at rest: its lines are students, with an account or without; lists that wait to be taken."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.storage import audit
from rollcall.storage.classes import Member, members_of
from rollcall.storage.roster_tables import RosterPreview
from rollcall.storage.tables import STUDENT, WITHOUT_ACCOUNT, Membership, Person, SchoolClass

_NUMBERS = 2**61
"""Of accounts that are none: so many that no two lines draw the same."""

_PREVIEWS = 10**9
"""Nine digits: what a button carries of them."""


def has_roster(session: Session, class_id: int) -> bool:
    """Whether the class's students are known by a list."""
    listed = exists().where(
        Membership.class_id == class_id, Membership.role == STUDENT, Membership.listed_at.is_not(None)
    )
    return bool(session.scalar(select(listed)))


def unclaimed(session: Session, class_id: int) -> Sequence[Member]:
    """The lines of the class's list behind which there is no account, in the order of the list."""
    return [one for one in members_of(session, class_id) if not one.person.has_account]


def add_line(session: Session, school_class: SchoolClass, name: str, by: audit.Who, now: datetime) -> Membership:
    """A student without an account: on the list, and marked by the teacher."""
    person = Person(
        telegram_id=WITHOUT_ACCOUNT - 1 - secrets.randbelow(_NUMBERS), full_name=name, is_teacher=False, created_at=now
    )
    session.add(person)
    session.flush()
    line = Membership(class_id=school_class.id, person_id=person.id, role=STUDENT, joined_at=now, listed_at=now)
    session.add(line)
    session.flush()
    audit.record(session, Action.STUDENT_LISTED, by, f"class:{school_class.id}", about=person)
    return line


def rename(session: Session, person: Person, name: str, by: audit.Who, class_id: int) -> bool:
    """Give a student another name; False where it is theirs."""
    if person.full_name == name:
        return False
    person.full_name = name
    membership = session.get(Membership, (class_id, person.id))
    if membership is not None:
        membership.listed_name = None
    audit.record(session, Action.STUDENT_RENAMED, by, f"class:{class_id}", about=person)
    return True


def keep_preview(
    session: Session, telegram_id: int, update_id: int, content: dict[str, Any], now: datetime
) -> RosterPreview:
    """Keep a list that a teacher has sent, in the place of an earlier one that was not taken."""
    mine = RosterPreview.telegram_id == telegram_id
    known = session.scalar(select(RosterPreview).where(mine, RosterPreview.update_id == update_id))
    if known is not None:
        return known
    session.execute(delete(RosterPreview).where(mine, RosterPreview.taken_at.is_(None)))
    # Drawn, so that a button of an earlier list never means a later one.
    number = secrets.randbelow(_PREVIEWS)
    preview = RosterPreview(id=number, telegram_id=telegram_id, update_id=update_id, content=content, created_at=now)
    session.add(preview)
    session.flush()
    return preview


def preview_of(session: Session, telegram_id: int, preview_id: int) -> RosterPreview | None:
    """The list, if this teacher sent it; nobody else's until the transaction ends."""
    preview = session.get(RosterPreview, preview_id, with_for_update=True)
    return preview if preview is not None and preview.telegram_id == telegram_id else None


def members_by_id(session: Session, class_id: int, person_ids: Collection[int]) -> Sequence[Member]:
    """Those of these people who are students of the class now."""
    return [one for one in members_of(session, class_id) if one.person.id in person_ids]
