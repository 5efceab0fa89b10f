"""Telegram updates between their arrival and their effect: what makes confirming them safe."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from rollcall.storage.holder import LEASE, Holder, Watch
from rollcall.storage.insertion import insert_all_new
from rollcall.storage.tables import IncomingUpdate, Table

_KEPT_FOR = timedelta(hours=48)
"""Telegram redelivers for 24 hours at most."""


def accept(session: Session, updates: Sequence[tuple[int, str]], holder: Holder, now: datetime) -> Sequence[str | None]:
    """Keep updates, each a number and a payload, until they are handled; their digests, None if it was here before.

    The digest covers the content: a Bot API server that was reset counts from one again.
    """
    digests = [hashlib.sha256(payload.encode()).hexdigest() for _, payload in updates]
    rows = {
        digest: {
            "digest": digest,
            "update_id": update_id,
            "payload": payload,
            "received_at": now,
            "holder": str(holder),
            "held_until": now + LEASE,
        }
        for digest, (update_id, payload) in zip(reversed(digests), reversed(updates), strict=True)
    }
    new = insert_all_new(session, IncomingUpdate, list(rows.values()))
    kept: list[str | None] = []
    for digest in digests:
        kept.append(digest if (digest,) in new else None)
        new.discard((digest,))  # the same twice at once
    return kept


def handled(session: Session, digests: Sequence[str], now: datetime) -> None:
    """The updates' effect is safe: their content is dropped, their digests kept against a second delivery."""
    session.connection().execute(_HANDLED, {"digests": list(digests), "now": now})


def arrival(session: Session, update_id: int) -> datetime | None:
    """When an update came that is being handled: a backlog makes nobody late."""
    return session.scalar(
        select(IncomingUpdate.received_at)
        .where(IncomingUpdate.update_id == update_id, IncomingUpdate.handled_at.is_(None))
        .order_by(IncomingUpdate.received_at.desc())
        .limit(1)
    )


def renew(session: Session, holder: Holder, now: datetime) -> None:
    """The holder lives and still works on what it holds."""
    session.execute(
        update(IncomingUpdate)
        .where(IncomingUpdate.holder == str(holder), IncomingUpdate.handled_at.is_(None))
        .values(held_until=now + LEASE)
    )


def release(session: Session, holder: Holder) -> None:
    """The holder stops: what it leaves may be taken over at once."""
    session.execute(
        update(IncomingUpdate)
        .where(IncomingUpdate.holder == str(holder), IncomingUpdate.handled_at.is_(None))
        .values(holder=None, held_until=None)
    )


def take_over(session: Session, holder: Holder, watch: Watch, now: datetime) -> list[tuple[str, str]]:
    """Digest and payload of what no living bot holds, oldest first; from now on this one does."""
    rows = (
        session.scalars(
            select(IncomingUpdate)
            .where(
                IncomingUpdate.handled_at.is_(None),
                or_(IncomingUpdate.holder.is_(None), IncomingUpdate.holder != str(holder)),
            )
            .order_by(IncomingUpdate.received_at, IncomingUpdate.update_id)
            .with_for_update(skip_locked=True)
        )
    ).all()
    marks: dict[str, set[datetime | None]] = defaultdict(set)
    for row in rows:
        if row.holder is not None:
            marks[row.holder].add(row.held_until)
    gone = watch.silent(marks) | {other for other in marks if holder.knows_dead(other)}
    taken = []
    for row in rows:
        if (row.holder is None or row.holder in gone) and row.payload is not None:
            row.holder, row.held_until = str(holder), now + LEASE
            taken.append((row.digest, row.payload))
    return taken


def holds(session: Session, holder: Holder, digest: str) -> bool:
    """Whether the update is still this holder's to handle."""
    row = session.get(IncomingUpdate, digest, populate_existing=True)
    return row is not None and row.handled_at is None and row.holder == str(holder)


def sweep(session: Session, now: datetime) -> None:
    """Forget the digests of updates that Telegram no longer redelivers."""
    session.execute(
        delete(IncomingUpdate).where(
            IncomingUpdate.handled_at.is_not(None), IncomingUpdate.received_at < now - _KEPT_FOR
        )
    )


_updates = Table.metadata.tables[IncomingUpdate.__tablename__]
# Every update passes here: made once.
_HANDLED = (
    update(_updates)
    .where(_updates.c.digest.in_(bindparam("digests", expanding=True)))
    .values(payload=None, handled_at=bindparam("now"), holder=None, held_until=None)
)
