"""Telegram updates between their arrival and their effect: what makes confirming them safe."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.storage.tables import IncomingUpdate

_KEPT_FOR = timedelta(hours=48)
"""Telegram redelivers for 24 hours at most."""


async def accept(session: AsyncSession, update_id: int, payload: str, now: datetime) -> str | None:
    """Keep an update until it is handled; its digest, or None if it has been here before.

    The digest covers the content: a Bot API server that was reset counts from one again.
    """
    digest = hashlib.sha256(payload.encode()).hexdigest()
    if await session.get(IncomingUpdate, digest) is not None:
        return None
    session.add(IncomingUpdate(digest=digest, update_id=update_id, payload=payload, received_at=now))
    await session.flush()
    return digest


async def handled(session: AsyncSession, digest: str, now: datetime) -> None:
    """The update's effect is safe: its content is dropped, its digest kept against a second delivery."""
    await session.execute(
        update(IncomingUpdate).where(IncomingUpdate.digest == digest).values(payload=None, handled_at=now)
    )


async def unhandled(session: AsyncSession) -> list[tuple[str, str]]:
    """Digest and payload of what a stopped bot left behind, oldest first."""
    rows = await session.execute(
        select(IncomingUpdate.digest, IncomingUpdate.payload)
        .where(IncomingUpdate.handled_at.is_(None))
        .order_by(IncomingUpdate.received_at, IncomingUpdate.update_id)
    )
    return [(digest, payload) for digest, payload in rows if payload is not None]


async def sweep(session: AsyncSession, now: datetime) -> None:
    """Forget the digests of updates that Telegram no longer redelivers."""
    await session.execute(
        delete(IncomingUpdate).where(
            IncomingUpdate.handled_at.is_not(None), IncomingUpdate.received_at < now - _KEPT_FOR
        )
    )
