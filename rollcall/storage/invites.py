"""Teachers' invitations: single-use, short-lived, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.storage import audit
from rollcall.storage.audit import Account
from rollcall.storage.tables import Invite

NOBODY = 0
"""No account: the command line's, or one that left with everything."""
HANDLE = 16
"""Digits of the hash that name an invitation in a button: too few to find the token by, enough to be unique."""


def create_invite(
    session: Session,
    created_by: int | None,
    valid: timedelta,
    now: datetime,
    *,
    class_id: int | None = None,
    until: datetime | None = None,
) -> str:
    """A new token (128 bits, URL-safe); it is shown once and not kept.

    Args:
        created_by: the account; None: the command line.
        class_id: the class that its user is to teach, ``until`` then where not for good.
    """
    token = secrets.token_urlsafe(16)
    expires_at = now + valid if until is None else min(now + valid, until)
    made_by = created_by if created_by is not None else NOBODY
    session.add(
        Invite(token_hash=_hash(token), created_by=made_by, expires_at=expires_at, class_id=class_id, until=until)
    )
    by, what = (Account(created_by) if created_by is not None else None), _object(_hash(token))
    if class_id is None:
        audit.record(session, Action.INVITE_MADE, by, what)
    else:
        end = until.isoformat() if until is not None else None
        audit.record(session, Action.INVITE_MADE, by, what, school_class=class_id, until=end)
    return token


def find_invite(session: Session, token: str) -> Invite | None:
    """The invitation behind a token, nobody else's until the transaction ends."""
    return session.get(Invite, _hash(token), with_for_update=True)


def use_up(session: Session, invite: Invite, used_by: int, now: datetime) -> None:
    """Nobody else can use it any more."""
    invite.used_by, invite.used_at, invite.note = used_by, now, None
    audit.record(session, Action.INVITE_USED, Account(used_by), _object(invite.token_hash))


def redeem_invite(session: Session, token: str, used_by: int, now: datetime) -> bool:
    """Use up an invitation. False if it is unknown, expired, revoked, or was used by someone else.

    The same person may press the link twice: Telegram delivers at least once.
    """
    invite = find_invite(session, token)
    if invite is None or invite.revoked_at is not None or invite.class_id is not None:
        return False
    if invite.used_by is not None:
        return invite.used_by == used_by
    if invite.expires_at < now:
        return False
    use_up(session, invite, used_by, now)
    return True


def open_invites(session: Session, now: datetime, limit: int, class_id: int | None = None) -> Sequence[Invite]:
    """Invitations that can still be used, to teach at all or to teach a class; those that hold longest first."""
    rows = session.scalars(
        select(Invite)
        .where(
            Invite.used_by.is_(None),
            Invite.revoked_at.is_(None),
            Invite.expires_at >= now,
            Invite.class_id == class_id if class_id is not None else Invite.class_id.is_(None),
        )
        .order_by(Invite.expires_at.desc(), Invite.token_hash)
        .limit(limit)
    )
    return rows.all()


def revoke_invite(session: Session, handle: str, by: audit.Who, now: datetime, class_id: int | None = None) -> bool:
    """End an invitation that nobody has used; False where there is none. Once more is no error.

    Args:
        class_id: the class that it is to; None: it is to teach at all.
    """
    invite = session.scalar(
        select(Invite).where(Invite.token_hash.startswith(handle, autoescape=True)).with_for_update()
    )
    if invite is None or invite.used_by is not None or invite.class_id != class_id:
        return False
    _revoke(session, invite, by, now)
    return True


def name_invite(session: Session, handle: str, created_by: int, note: str, now: datetime) -> bool:
    """Say for whom an invitation of one's own is; False where it cannot be used any more."""
    invite = session.scalar(
        select(Invite).where(
            Invite.token_hash.startswith(handle, autoescape=True),
            Invite.created_by == created_by,
            Invite.used_by.is_(None),
            Invite.revoked_at.is_(None),
            Invite.expires_at >= now,
        )
    )
    if invite is not None:
        invite.note = note
    return invite is not None


def forget_notes(before: datetime) -> Update:
    """Whoever did not come by then, nothing is kept of: a statement."""
    return update(Invite).where(Invite.expires_at < before, Invite.note.is_not(None)).values(note=None)


def handle_of(token: str) -> str:
    """What names the invitation in a button."""
    return _hash(token)[:HANDLE]


def revoke_used_by(session: Session, telegram_id: int, by: audit.Who, now: datetime) -> None:
    """The invitations that made someone a teacher do not do it again."""
    for invite in session.scalars(select(Invite).where(Invite.used_by == telegram_id)):
        _revoke(session, invite, by, now)


def forget_inviter_and_guest(session: Session, telegram_id: int) -> None:
    """The account is in no invitation any more; one that it used stays used, and one that it made ends."""
    session.execute(update(Invite).where(Invite.used_by == telegram_id).values(used_by=NOBODY))
    session.execute(delete(Invite).where(Invite.created_by == telegram_id, Invite.used_by.is_(None)))
    session.execute(update(Invite).where(Invite.created_by == telegram_id).values(created_by=NOBODY))


def _revoke(session: Session, invite: Invite, by: audit.Who, now: datetime) -> None:
    if invite.revoked_at is None:
        invite.revoked_at, invite.note = now, None
        audit.record(session, Action.INVITE_REVOKED, by, _object(invite.token_hash))


def _object(token_hash: str) -> str:
    # Enough to tell invitations apart, and of no use to whoever reads it.
    return f"invite:{token_hash[:12]}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
