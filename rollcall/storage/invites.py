"""Teachers' invitations: single-use, short-lived, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.audit import Action
from rollcall.storage import audit
from rollcall.storage.audit import Account
from rollcall.storage.tables import Invite

VALID_FOR = timedelta(days=7)


async def create_invite(session: AsyncSession, created_by: int, now: datetime) -> str:
    """A new token (128 bits, URL-safe); it is shown once and not kept."""
    token = secrets.token_urlsafe(16)
    session.add(Invite(token_hash=_hash(token), created_by=created_by, expires_at=now + VALID_FOR))
    audit.record(session, Action.INVITE_MADE, Account(created_by), _object(_hash(token)))
    return token


async def redeem_invite(session: AsyncSession, token: str, used_by: int, now: datetime) -> bool:
    """Use up an invitation. False if it is unknown, expired, or was used by someone else.

    The same person may press the link twice: Telegram delivers at least once.
    """
    invite = await session.get(Invite, _hash(token), with_for_update=True)
    if invite is None:
        return False
    if invite.used_by is not None:
        return invite.used_by == used_by
    if invite.expires_at < now:
        return False
    invite.used_by = used_by
    invite.used_at = now
    audit.record(session, Action.INVITE_USED, Account(used_by), _object(invite.token_hash))
    return True


def _object(token_hash: str) -> str:
    # Enough to tell invitations apart, and of no use to whoever reads it.
    return f"invite:{token_hash[:12]}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
