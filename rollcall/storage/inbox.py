"""Telegram updates between their arrival and their effect: what makes confirming them safe."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.storage.tables import IncomingUpdate

LEASE = timedelta(seconds=15)
"""A bot that has not renewed what it holds for this long has it taken over by another."""
_KEPT_FOR = timedelta(hours=48)
"""Telegram redelivers for 24 hours at most."""


@dataclass(frozen=True)
class Holder:
    """One bot process, so that another on the same machine can tell whether it still lives."""

    host: str
    pid: int
    token: str

    @classmethod
    def this_process(cls) -> Holder:
        """A name that no other process has, nor a later one with the same id."""
        return cls(socket.gethostname()[:80], os.getpid(), secrets.token_hex(8))

    def __str__(self) -> str:
        return f"{self.host}|{self.pid}|{self.token}"

    def knows_dead(self, name: str) -> bool:
        """Whether the named process ran on this machine and certainly runs no more."""
        host, _, rest = name.rpartition("|")[0].rpartition("|")
        if host != self.host or not rest.isdecimal():
            return False
        # Our own process id with another token: a container started anew counts its processes from one again.
        return int(rest) == self.pid or not Path(f"/proc/{rest}").exists()


async def accept(session: AsyncSession, update_id: int, payload: str, holder: Holder, now: datetime) -> str | None:
    """Keep an update until it is handled; its digest, or None if it has been here before.

    The digest covers the content: a Bot API server that was reset counts from one again.
    """
    digest = hashlib.sha256(payload.encode()).hexdigest()
    if await session.get(IncomingUpdate, digest) is not None:
        return None
    session.add(
        IncomingUpdate(
            digest=digest,
            update_id=update_id,
            payload=payload,
            received_at=now,
            holder=str(holder),
            held_until=now + LEASE,
        )
    )
    await session.flush()
    return digest


async def handled(session: AsyncSession, digests: Sequence[str], now: datetime) -> None:
    """The updates' effect is safe: their content is dropped, their digests kept against a second delivery."""
    await session.execute(
        update(IncomingUpdate)
        .where(IncomingUpdate.digest.in_(digests))
        .values(payload=None, handled_at=now, holder=None, held_until=None)
    )


async def arrival(session: AsyncSession, update_id: int) -> datetime | None:
    """When an update came that is being handled: a backlog makes nobody late."""
    return await session.scalar(
        select(IncomingUpdate.received_at)
        .where(IncomingUpdate.update_id == update_id, IncomingUpdate.handled_at.is_(None))
        .order_by(IncomingUpdate.received_at.desc())
        .limit(1)
    )


async def renew(session: AsyncSession, holder: Holder, now: datetime) -> None:
    """The holder lives and still works on what it holds."""
    await session.execute(
        update(IncomingUpdate)
        .where(IncomingUpdate.holder == str(holder), IncomingUpdate.handled_at.is_(None))
        .values(held_until=now + LEASE)
    )


async def release(session: AsyncSession, holder: Holder) -> None:
    """The holder stops: what it leaves may be taken over at once."""
    await session.execute(
        update(IncomingUpdate)
        .where(IncomingUpdate.holder == str(holder), IncomingUpdate.handled_at.is_(None))
        .values(holder=None, held_until=None)
    )


async def take_over(session: AsyncSession, holder: Holder, now: datetime) -> list[tuple[str, str]]:
    """Digest and payload of what no living bot holds, oldest first; from now on this one does."""
    rows = await session.scalars(
        select(IncomingUpdate)
        .where(
            IncomingUpdate.handled_at.is_(None),
            or_(IncomingUpdate.holder.is_(None), IncomingUpdate.holder != str(holder)),
        )
        .order_by(IncomingUpdate.received_at, IncomingUpdate.update_id)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for row in rows:
        free = row.holder is None or row.held_until is None or row.held_until < now or holder.knows_dead(row.holder)
        if free and row.payload is not None:
            row.holder, row.held_until = str(holder), now + LEASE
            taken.append((row.digest, row.payload))
    return taken


async def sweep(session: AsyncSession, now: datetime) -> None:
    """Forget the digests of updates that Telegram no longer redelivers."""
    await session.execute(
        delete(IncomingUpdate).where(
            IncomingUpdate.handled_at.is_not(None), IncomingUpdate.received_at < now - _KEPT_FOR
        )
    )
