"""What each account has left of its limits: in the database, so that every bot counts the same.

Under a pseudonym that only the installation can make: of a stranger we keep nothing, not even an id.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rollcall.domain.limits import LIMITS, Limit
from rollcall.sealing.seal import Keyring
from rollcall.storage.tables import Allowance

_PURPOSE = "rollcall allowances v1"


def pseudonym(keyring: Keyring, telegram_id: int) -> str:
    """Whose allowance it is. After a change of the key everyone begins anew."""
    newest = next(iter(keyring.derived(_PURPOSE).values()))
    return hmac.new(newest, str(telegram_id).encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True)
class Exceeded:
    """Too often: how long until the next one, and whether the person has not been told yet."""

    wait: timedelta
    first: bool


def spend(session: Session, who: str, limit: Limit, now: datetime, update_id: int) -> Exceeded | None:
    """Count one; None where it is within the limit. The same update again (a second try) counts once."""
    row = _row(session, who, limit, now)
    if row.last_update_id == update_id:
        return None
    if row.told_update_id is not None and limit.recovered(row.whole_at, now):
        row.told_update_id = None
    taken = limit.take(row.whole_at, now)
    if isinstance(taken, timedelta):
        first = row.told_update_id in (None, update_id)
        row.told_update_id = update_id if first else row.told_update_id
        return Exceeded(taken, first)
    row.whole_at = taken
    row.last_update_id = update_id
    return None


def exceeded(session: Session, who: str, limit: Limit, now: datetime) -> timedelta | None:
    """The wait for the next one, without counting one; None where there is one left."""
    row = session.get(Allowance, (who, limit.name))
    taken = limit.take(row.whole_at if row else None, now)
    return taken if isinstance(taken, timedelta) else None


def sweep(session: Session, now: datetime) -> None:
    """Forget the allowances that are whole again."""
    longest = max(limit.refill for limit in LIMITS)
    session.execute(delete(Allowance).where(Allowance.whole_at < now - longest))


def _row(session: Session, who: str, limit: Limit, now: datetime) -> Allowance:
    row = session.get(Allowance, (who, limit.name), with_for_update=True)
    if row is None:
        row = Allowance(who=who, kind=limit.name, whole_at=now)
        session.add(row)
    return row
