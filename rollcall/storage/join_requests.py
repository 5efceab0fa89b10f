"""Those who wait for a teacher to say who they are: they have a class's link, and are not on its list."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from rollcall.domain.joiner import ANSWERED, WAITING, JoinState
from rollcall.storage.roster_tables import JoinerCard, JoinRequest

_NUMBERS = 10**9


def ask(
    session: Session, class_id: int, telegram_id: int, full_name: str, now: datetime, *, without_voice: bool
) -> JoinRequest:
    """Ask the class's teachers; once more under another name, where that was given since."""
    session.execute(
        delete(JoinRequest).where(
            JoinRequest.class_id == class_id,
            JoinRequest.telegram_id == telegram_id,
            or_(JoinRequest.full_name != full_name, JoinRequest.state.in_(ANSWERED)),
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
    asked.freed, asked.state = True, JoinState.SILENT
    session.flush()


def freed_of(session: Session, telegram_id: int, class_id: int | None = None) -> JoinRequest | None:
    """What waits for a teacher's word about an account whose line was freed.

    Args:
        class_id: in which class; without it, in the one where that was last.
    """
    mine = select(JoinRequest).where(
        JoinRequest.telegram_id == telegram_id, JoinRequest.freed, JoinRequest.state.in_(WAITING)
    )
    if class_id is not None:
        mine = mine.where(JoinRequest.class_id == class_id)
    return session.scalars(mine.order_by(JoinRequest.created_at.desc())).first()


def say_name(session: Session, found: JoinRequest, full_name: str) -> None:
    """They have said who they are, and the teachers are asked; anew, where it is another name than before."""
    if found.full_name != full_name:
        session.execute(delete(JoinerCard).where(JoinerCard.question_id == found.id))
    found.full_name, found.state = full_name, JoinState.OPEN
    session.flush()


def open_request(session: Session, class_id: int, request_id: int) -> JoinRequest | None:
    """The question, while nobody has answered it; nobody else's until the transaction ends."""
    found = session.get(JoinRequest, request_id, with_for_update=True)
    return found if found is not None and found.class_id == class_id and found.state in WAITING else None


def forget_answered(session: Session) -> None:
    """Nothing is left of a question once its answer is told, and every card shows it."""
    waits = exists().where(
        JoinerCard.question_id == JoinRequest.id, JoinerCard.message_id > 0, JoinerCard.shown != JoinRequest.state
    )
    gone = delete(JoinRequest).where(JoinRequest.state.in_(ANSWERED), JoinRequest.told_at.is_not(None), ~waits)
    session.execute(gone.execution_options(synchronize_session=False))
