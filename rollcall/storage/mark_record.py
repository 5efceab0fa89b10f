"""Marks on the audit record."""

from __future__ import annotations

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action, Detail
from rollcall.domain.attendance import Status
from rollcall.storage import audit


def put_on_record(
    session: Session,
    lesson_id: int,
    by: audit.Who,
    student: audit.Who,
    status: Status | None,
    *,
    was: Status | None = None,
    how: str,
    **more: Detail,
) -> None:
    """A mark was made, changed from what it was, or taken away.

    Args:
        status: None where there is no mark any more.
        how: what gave it, in a word.
    """
    action = Action.MARK_REMOVED if status is None else Action.MARK_MADE if was is None else Action.MARK_CHANGED
    before = {} if was is None else {"was": was.value}
    now = {} if status is None else {"status": status.value}
    audit.record(session, action, by, f"lesson:{lesson_id}", about=student, how=how, **now, **before, **more)
