"""Words still owed to those whose score falls: to record the voice anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from rollcall.storage import lease
from rollcall.storage.holder import Holder
from rollcall.storage.insertion import insert_new
from rollcall.storage.renewal_tables import FreshWord
from rollcall.storage.tables import StoredVoiceprint

_KEPT = timedelta(days=14)
"""Then the score may be another one."""


def promise(session: Session, person_id: int, invited_before: datetime, now: datetime) -> bool:
    """Owe the word; False where its person was invited since then, for the voiceprint that they have."""
    # One statement, so that of two bots one is first.
    invited = StoredVoiceprint.invited_at
    taken = (
        update(StoredVoiceprint)
        .where(StoredVoiceprint.person_id == person_id, or_(invited.is_(None), invited < invited_before))
        .values(invited_at=now)
        .returning(StoredVoiceprint.person_id)
    )
    if session.scalar(taken) is None:
        return False
    row = {"person_id": person_id, "created_at": now, "not_before": None, "holder": None, "tries": 0}
    return insert_new(session, FreshWord, row)


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[int]:
    """Who can be told now."""
    return lease.owed(session, FreshWord, now, holder, _KEPT)


def claim(session: Session, person_id: int, now: datetime, holder: Holder) -> bool:
    """Take it on to say it; False where it was said, or another bot is at it."""
    return bool(lease.take(session, FreshWord, FreshWord.person_id == person_id, now, holder))


def kept(session: Session, person_id: int) -> None:
    """It was said, or is not to be said any more."""
    session.execute(delete(FreshWord).where(FreshWord.person_id == person_id))


def put_off(session: Session, person_id: int, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    lease.put_off(session, FreshWord, FreshWord.person_id == person_id, now)
