"""What teachers are still owed: a word about who teaches their class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rollcall.domain.staff import OUT_OR_BACK, StaffNews
from rollcall.storage import lease
from rollcall.storage.holder import Holder
from rollcall.storage.tables import Person, StaffNotice

_KEPT = timedelta(days=7)


def promise(
    session: Session,
    to: Person,
    class_id: int | None,
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
    """The notices that can be sent now, oldest first."""
    return lease.owed(session, StaffNotice, now, holder, _KEPT)


def claim(session: Session, notice_id: int, now: datetime, holder: Holder) -> StaffNotice | None:
    """Take it on to send a notice; None where it was sent, or another bot is at it."""
    return next(iter(lease.take(session, StaffNotice, StaffNotice.id == notice_id, now, holder)), None)


def kept(session: Session, notice_id: int) -> None:
    """It was said."""
    session.execute(delete(StaffNotice).where(StaffNotice.id == notice_id))


def put_off(session: Session, notice_id: int, now: datetime) -> None:
    """The chat did not take it: again later, ever more seldom."""
    lease.put_off(session, StaffNotice, StaffNotice.id == notice_id, now)
