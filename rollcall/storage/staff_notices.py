"""What teachers are still owed: a word about who teaches their class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from rollcall.domain.staff import OUT_OR_BACK, StaffNews
from rollcall.storage.holder import Holder
from rollcall.storage.notices import wait_after
from rollcall.storage.tables import Person, StaffNotice

_CLAIM = timedelta(minutes=2)
"""A bot that has not sent a notice this long after it took it on, was stopped."""
_KEPT = timedelta(days=7)


def promise(
    session: Session,
    to: Person,
    class_id: int,
    news: StaffNews,
    now: datetime,
    *,
    about: Person | None = None,
    by: Person | None = None,
    until: datetime | None = None,
) -> None:
    """The teacher is to hear of it."""
    session.add(
        StaffNotice(
            class_id=class_id, chat_id=to.telegram_id, news=news, created_at=now, until=until,
            about_id=about.id if about is not None else None, by_id=by.id if by is not None else None,
        )
    )  # fmt: skip


def promise_student(session: Session, student: Person, class_id: int, news: StaffNews, now: datetime) -> None:
    """A student who was taken out of the class, or put back, is to hear of it: of the last such change alone.

    Whoever is on the class's list without an account has no chat.
    """
    if not student.has_account:
        return
    before = (StaffNotice.class_id == class_id, StaffNotice.chat_id == student.telegram_id)
    unsaid = delete(StaffNotice).where(*before, StaffNotice.news.in_(sorted(OUT_OR_BACK)), StaffNotice.holder.is_(None))
    session.execute(unsaid.execution_options(synchronize_session=False))
    promise(session, student, class_id, news, now)


def owed(session: Session, now: datetime, holder: Holder) -> Sequence[int]:
    """The notices that can be sent now, oldest first; those of bots that died here are freed before."""
    session.execute(delete(StaffNotice).where(StaffNotice.created_at < now - _KEPT))
    sending = session.scalars(select(StaffNotice.holder).where(StaffNotice.holder.is_not(None)).distinct())
    dead = [other for other in sending if other is not None and holder.knows_dead(other)]
    if dead:
        session.execute(update(StaffNotice).where(StaffNotice.holder.in_(dead)).values(not_before=None, holder=None))
    return session.scalars(select(StaffNotice.id).where(_due(now)).order_by(StaffNotice.id)).all()


def claim(session: Session, notice_id: int, now: datetime, holder: Holder) -> StaffNotice | None:
    """Take it on to send a notice; None where it was sent, or another bot is at it."""
    # One statement, so that of two bots one is first.
    taken = (
        update(StaffNotice)
        .where(StaffNotice.id == notice_id, _due(now))
        .values(not_before=now + _CLAIM, holder=str(holder))
        .returning(StaffNotice.id)
    )
    return session.get(StaffNotice, notice_id) if session.scalar(taken) is not None else None


def kept(session: Session, notice_id: int) -> None:
    """It was said."""
    session.execute(delete(StaffNotice).where(StaffNotice.id == notice_id))


def put_off(session: Session, notice_id: int, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    notice = session.get(StaffNotice, notice_id, with_for_update=True)
    if notice is not None:
        notice.not_before, notice.holder = now + wait_after(notice.tries), None
        notice.tries += 1


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(StaffNotice.not_before.is_(None), StaffNotice.not_before <= now)
