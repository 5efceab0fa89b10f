"""Two accounts are to be one, asked for where there is no bot: it erases the lost one's voice first.

What `rollcall.usecases.students` has for a press in the chat, in two steps and whenever a bot gets to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rollcall.storage.insertion import insert_new
from rollcall.storage.merge_tables import Merge
from rollcall.storage.tables import Person
from rollcall.usecases.erasure import Erased
from rollcall.usecases.students import Merging, OneStudent, begin_merging, merge, merging


def ask_to_merge(
    session: Session, teacher: Person, class_id: int, old_id: int, new_id: int, now: datetime
) -> Merging | None:
    """From now on it is the bot's to do; None where these are not two students of the class."""
    found = merging(session, teacher, class_id, old_id, new_id)
    if found is not None:
        row = {
            "old_id": found.old.member.person.id, "new_id": found.new.member.person.id, "class_id": class_id,
            "asked_by": teacher.id, "asked_at": now, "receipt": str(uuid.uuid4()),
        }  # fmt: skip
        insert_new(session, Merge, row)
    return found


def merges_owed(session: Session) -> Sequence[Merge]:
    """What was asked for and is not done."""
    return session.scalars(select(Merge).order_by(Merge.asked_at, Merge.old_id)).all()


def begin_owed(session: Session, one: Merge, now: datetime) -> Erased | Merging | None:
    """See `rollcall.usecases.students.begin_merging`; where nothing can come of it any more, it is not owed."""
    teacher = session.get(Person, one.asked_by)
    begun = (
        begin_merging(session, teacher, one.class_id, one.old_id, one.new_id, one.receipt, now)
        if teacher is not None
        else None
    )
    if begun is None:
        session.execute(delete(Merge).where(Merge.old_id == one.old_id))
    return begun


def end_owed(session: Session, one: Merge, now: datetime) -> OneStudent | None:
    """See `rollcall.usecases.students.merge`; with the lost account the debt goes."""
    teacher = session.get_one(Person, one.asked_by)
    done = merge(session, teacher, one.class_id, one.old_id, one.new_id, now)
    session.execute(delete(Merge).where(Merge.old_id == one.old_id))
    return done
