"""The teachers of a class, as they come and go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.storage import audit
from rollcall.storage.questions import CLAIMS, REVIEWS
from rollcall.storage.tables import TEACHER, ClosingNotice, Lesson, Membership, Person
from rollcall.storage.teaching import gives_right


def members(session: Session, class_id: int, moment: datetime) -> Sequence[tuple[Person, Membership]]:
    """Who teaches the class at the moment: its owner first, substitutes last, else longest first."""
    rows = session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.class_id == class_id, gives_right(moment), Person.is_teacher)
        .order_by(Membership.owner.desc(), Membership.until.is_not(None), Membership.joined_at, Person.id)
    )
    return [(person, membership) for person, membership in rows]


def member(session: Session, person_id: int, class_id: int, moment: datetime) -> Membership | None:
    """By what the person teaches the class at the moment; None where they do not."""
    return session.scalar(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.class_id == class_id, Membership.person_id == person_id, gives_right(moment), Person.is_teacher
        )
    )


def add(
    session: Session, person: Person, class_id: int, until: datetime | None, by: audit.Who, now: datetime
) -> Membership:
    """From now on the person teaches the class; a substitute longer, or for good, never shorter."""
    membership = session.get(Membership, (class_id, person.id))
    if membership is None:
        membership = Membership(class_id=class_id, person_id=person.id, role=TEACHER, joined_at=now, until=until)
        session.add(membership)
    elif membership.until is not None:
        membership.until = None if until is None else max(until, membership.until)
    if (
        until is None
        and not session.scalars(
            select(Membership.person_id).where(Membership.class_id == class_id, Membership.owner)
        ).all()
    ):
        membership.owner = True
    session.flush()
    details = {} if until is None else {"until": until.isoformat()}
    audit.record(session, Action.COLLEAGUE_JOINED, by, f"class:{class_id}", about=person, **details)
    return membership


def end(session: Session, person: Person, membership: Membership, by: audit.Who, now: datetime, *, how: str) -> None:
    """The person does not teach the class any more, and nothing of it reaches their chat.

    Who owned it is followed by the colleague who has taught it longest.

    Args:
        how: ``left``, ``removed`` or ``over``, for the record.
    """
    class_id = membership.class_id
    session.delete(membership)
    session.flush()
    audit.record(session, Action.COLLEAGUE_LEFT, by, f"class:{class_id}", about=person, how=how)
    if membership.owner:
        pass_on(session, class_id, by, now)
    if person.last_class_id == class_id:
        person.last_class_id = None
    lessons = select(Lesson.id).where(Lesson.class_id == class_id)
    session.execute(
        update(Lesson)
        .where(Lesson.class_id == class_id, Lesson.board_chat_id == person.telegram_id)
        .values(board_chat_id=None, board_message_id=None)
    )
    session.execute(
        delete(ClosingNotice).where(ClosingNotice.chat_id == person.telegram_id, ClosingNotice.lesson_id.in_(lessons))
    )
    for kind in (REVIEWS, CLAIMS):
        askable = kind.askable(now).subquery()
        still = select(askable.c.id).where(askable.c.telegram_id == person.telegram_id)
        session.execute(
            delete(kind.card).where(kind.card.chat_id == person.telegram_id, kind.card.question_id.not_in(still))
        )
    session.flush()


def own(session: Session, person: Person, membership: Membership, by: audit.Who) -> None:
    """From now on this teacher, and nobody else, owns the class."""
    session.execute(update(Membership).where(Membership.class_id == membership.class_id).values(owner=False))
    membership.owner = True
    session.flush()
    audit.record(session, Action.CLASS_HANDED_OVER, by, f"class:{membership.class_id}", about=person)


def owned_by(session: Session, person: Person) -> Sequence[int]:
    """The classes that the person owns, archived ones too."""
    rows = session.scalars(select(Membership.class_id).where(Membership.person_id == person.id, Membership.owner))
    return rows.all()


def pass_on(session: Session, class_id: int, by: audit.Who, now: datetime) -> Person | None:
    """The class has lost its owner: it is theirs who has taught it longest. None where only substitutes are left."""
    heirs = [(person, one) for person, one in members(session, class_id, now) if one.until is None and not one.owner]
    if not heirs:
        return None
    own(session, *heirs[0], by)
    return heirs[0][0]


def over(session: Session, now: datetime) -> Sequence[tuple[Person, Membership]]:
    """The substitutes whose time is over, nobody else's until the transaction ends."""
    rows = session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role == TEACHER, Membership.until <= now)
        .order_by(Membership.class_id, Person.id)
        .with_for_update(of=Membership)
    )
    return [(person, membership) for person, membership in rows]
