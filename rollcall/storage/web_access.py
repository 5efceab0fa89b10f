"""Links, devices and screens: made, found by their token, and gone. Tokens have 256 bits; only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.web_access import LINK_LASTS, MOST_SESSIONS, SESSION_LASTS
from rollcall.storage import audit
from rollcall.storage.audit import Account
from rollcall.storage.insertion import insert_new
from rollcall.storage.tables import Lesson
from rollcall.storage.web_tables import SpentInitData, WebLink, WebScreen, WebSession


def make_link(session: Session, telegram_id: int, leads_to: str, now: datetime) -> str:
    """A token that signs one device in, once; it is shown and not kept."""
    token = _token()
    row = WebLink(token_hash=_hash(token), telegram_id=telegram_id, leads_to=leads_to, expires_at=now + LINK_LASTS)
    session.add(row)
    return token


def find_link(session: Session, token: str, now: datetime) -> WebLink | None:
    """The link, while it can be used."""
    link = session.get(WebLink, _hash(token))
    return link if link is not None and link.expires_at > now else None


def use_link(session: Session, token: str, now: datetime) -> WebLink | None:
    """The link, which is nobody's any more; None where it was used, or its time is up."""
    link = session.scalar(delete(WebLink).where(WebLink.token_hash == _hash(token)).returning(WebLink))
    return link if link is not None and link.expires_at > now else None


def sign_in(session: Session, telegram_id: int, device: str, now: datetime, *, in_telegram: bool) -> str:
    """A device is signed in; its token. Of too many the oldest ends."""
    token = _token()
    for oldest in devices_of(session, telegram_id, now)[MOST_SESSIONS - 1 :]:
        sign_out(session, oldest)
    row = WebSession(
        token_hash=_hash(token), telegram_id=telegram_id, device=device, in_telegram=in_telegram,
        created_at=now, expires_at=now + SESSION_LASTS,
    )  # fmt: skip
    session.add(row)
    audit.record(session, Action.SIGNED_IN, Account(telegram_id), "web", in_telegram=in_telegram)
    return token


def signed_in(session: Session, token: str, now: datetime) -> WebSession | None:
    """The device with this token."""
    row = session.scalar(select(WebSession).where(WebSession.token_hash == _hash(token)))
    return row if row is not None and row.expires_at > now else None


def devices_of(session: Session, telegram_id: int, now: datetime) -> Sequence[WebSession]:
    """Where the account is signed in, latest first."""
    rows = session.scalars(
        select(WebSession)
        .where(WebSession.telegram_id == telegram_id, WebSession.expires_at > now)
        .order_by(WebSession.created_at.desc(), WebSession.id.desc())
    )
    return rows.all()


def sign_out(session: Session, device: WebSession) -> None:
    """The device is signed in no more."""
    audit.record(session, Action.SIGNED_OUT, Account(device.telegram_id), "web", in_telegram=device.in_telegram)
    session.delete(device)
    session.flush()


def make_screen(session: Session, lesson: Lesson, telegram_id: int, now: datetime) -> str:
    """A token that shows the lesson on a projector while it is open."""
    token = _token()
    row = WebScreen(token_hash=_hash(token), lesson_id=lesson.id, telegram_id=telegram_id, created_at=now)
    session.add(row)
    audit.record(session, Action.SCREEN_MADE, Account(telegram_id), f"lesson:{lesson.id}")
    return token


def find_screen(session: Session, token: str) -> WebScreen | None:
    """The projector's link, also where its lesson is over."""
    return session.get(WebScreen, _hash(token))


def spend_init_data(session: Session, digest: str, expires_at: datetime) -> bool:
    """Take what Telegram gave a Mini App; False where it was taken before."""
    return insert_new(session, SpentInitData, {"digest": digest, "expires_at": expires_at})


def forget_web(session: Session, telegram_id: int) -> None:
    """Every way into the pages that the account has, or has given."""
    for table in (WebLink, WebSession, WebScreen):
        session.execute(delete(table).where(table.telegram_id == telegram_id))


def sign_everybody_out(session: Session) -> None:
    """A backup is of the past: who was signed out since stays out, and a link that was used leads nowhere."""
    for table in (WebLink, WebSession):
        session.execute(delete(table))


def sweep_web(session: Session, now: datetime) -> None:
    """What is past its time, and the screens of lessons that are over for a while."""
    for table in (WebLink, WebSession, SpentInitData):
        session.execute(delete(table).where(table.expires_at <= now))
    over = select(Lesson.id).where(Lesson.closed_at < now - SESSION_LASTS)
    session.execute(delete(WebScreen).where(WebScreen.lesson_id.in_(over)))


def _token() -> str:
    return secrets.token_urlsafe(32)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
