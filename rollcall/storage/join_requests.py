"""Those who wait for a teacher to say who they are: they have a class's link, and are not on its list."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rollcall.storage.roster_tables import JoinRequest
from rollcall.storage.written import QUIETLY

_NUMBERS = 10**9


def ask(
    session: Session, class_id: int, telegram_id: int, full_name: str, now: datetime, *, without_voice: bool
) -> JoinRequest:
    """Ask the class's teachers; once more under another name, where that was given since."""
    session.execute(
        delete(JoinRequest).where(
            JoinRequest.class_id == class_id, JoinRequest.telegram_id == telegram_id, JoinRequest.full_name != full_name
        )
    )
    known = session.scalar(
        select(JoinRequest).where(JoinRequest.class_id == class_id, JoinRequest.telegram_id == telegram_id)
    )
    if known is not None:
        return known
    # Drawn, so that a button of an earlier question never means a later one.
    asked = JoinRequest(
        id=secrets.randbelow(_NUMBERS), class_id=class_id, telegram_id=telegram_id, full_name=full_name,
        without_voice=without_voice, created_at=now,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    return asked


def wait_for_name(session: Session, class_id: int, telegram_id: int, full_name: str, now: datetime) -> None:
    """Somebody whose line was freed may say who they are; nobody is asked before that."""
    session.execute(delete(JoinRequest).where(JoinRequest.class_id == class_id, JoinRequest.telegram_id == telegram_id))
    asked = ask(session, class_id, telegram_id, full_name, now, without_voice=False)
    asked.freed, asked.told_at = True, now
    session.flush()


def freed_of(session: Session, telegram_id: int, class_id: int | None = None) -> JoinRequest | None:
    """What waits for a teacher's word about an account whose line was freed.

    Args:
        class_id: in which class; without it, in the one where that was last.
    """
    mine = select(JoinRequest).where(
        JoinRequest.telegram_id == telegram_id, JoinRequest.freed, JoinRequest.accepted.is_(None)
    )
    if class_id is not None:
        mine = mine.where(JoinRequest.class_id == class_id)
    return session.scalars(mine.order_by(JoinRequest.created_at.desc())).first()


def say_name(session: Session, found: JoinRequest, full_name: str) -> None:
    """They have said who they are, and the teachers are asked."""
    found.full_name, found.told_at = full_name, None
    session.flush()


def open_request(session: Session, class_id: int, request_id: int) -> JoinRequest | None:
    """The question, while nobody has answered it; nobody else's until the transaction ends."""
    found = session.get(JoinRequest, request_id, with_for_update=True)
    return found if found is not None and found.class_id == class_id and found.accepted is None else None


def untold(session: Session) -> Sequence[int]:
    """Questions that no teacher has heard of."""
    return session.scalars(select(JoinRequest.id).where(JoinRequest.told_at.is_(None))).all()


def take_telling(session: Session, request_id: int, now: datetime) -> JoinRequest | None:
    """Take it on to ask the teachers; None where that is done."""
    taken = session.scalar(
        update(JoinRequest)
        .where(JoinRequest.id == request_id, JoinRequest.told_at.is_(None))
        .values(told_at=now)
        .returning(JoinRequest.id),
        execution_options=QUIETLY,
    )
    return session.get(JoinRequest, request_id) if taken is not None else None


def not_told(session: Session, request_id: int) -> None:
    """No teacher could be asked: it is still owed."""
    untold = update(JoinRequest).where(JoinRequest.id == request_id).values(told_at=None)
    session.execute(untold, execution_options=QUIETLY)  # tried again, but not at once


def answered(session: Session) -> Sequence[int]:
    """Questions of whose answer the student is to hear."""
    return session.scalars(select(JoinRequest.id).where(JoinRequest.accepted.is_not(None))).all()


def done(session: Session, request_id: int) -> bool:
    """The student is told, by whoever gets True; nothing is left of the question."""
    gone = delete(JoinRequest).where(JoinRequest.id == request_id, JoinRequest.accepted.is_not(None))
    return session.scalar(gone.returning(JoinRequest.id)) is not None
