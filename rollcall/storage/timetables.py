"""A class's timetable, and what has become of the lessons that it plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.domain.timetable import Days, Occurrence, Plan, Weeks, occurrences
from rollcall.storage import lease
from rollcall.storage.holder import Holder
from rollcall.storage.tables import SchoolClass
from rollcall.storage.timetable_tables import OPENED, SKIPPED, TOLD, Holiday, Planned, PlanNotice, Slot, Term

_CLAIM, _AGAIN = timedelta(minutes=1), timedelta(seconds=20)
_KEPT = timedelta(days=8)
"""What became of a planned lesson matters while its slot may still run, and a little longer."""


@dataclass(frozen=True)
class Due:
    """A slot that is running or begins soon, and what has become of it so far; None for nothing yet."""

    slot: Slot
    school_class: SchoolClass
    when: Occurrence
    state: str | None


def slots_of(session: Session, class_id: int) -> Sequence[Slot]:
    """The class's slots, Monday morning first."""
    rows = select(Slot).where(Slot.class_id == class_id).order_by(Slot.weekday, Slot.begins, Slot.id)
    return session.scalars(rows).all()


def slot_of(session: Session, class_id: int, slot_id: int) -> Slot | None:
    """The slot, if it is this class's."""
    return session.scalar(select(Slot).where(Slot.id == slot_id, Slot.class_id == class_id))


def holidays_of(session: Session, class_id: int) -> Sequence[Holiday]:
    """The class's holidays, earliest first."""
    rows = select(Holiday).where(Holiday.class_id == class_id).order_by(Holiday.first, Holiday.last, Holiday.id)
    return session.scalars(rows).all()


def plan_of(session: Session, school_class: SchoolClass) -> Plan:
    """What the timetable says beside its slots."""
    term = session.get(Term, school_class.id)
    return Plan(
        zone=ZoneInfo(school_class.timezone),
        since=date.fromisoformat(term.first) if term is not None else None,
        until=date.fromisoformat(term.last) if term is not None else None,
        holidays=[
            Days(date.fromisoformat(one.first), date.fromisoformat(one.last))
            for one in holidays_of(session, school_class.id)
        ],
    )


def due(session: Session, now: datetime) -> Iterator[Due]:
    """The slots of all classes that are running or begin soon."""
    rows = session.execute(
        select(Slot, SchoolClass)
        .join(SchoolClass, SchoolClass.id == Slot.class_id)
        .where(SchoolClass.archived_at.is_(None))
        .order_by(Slot.id)
    ).all()
    plans: dict[int, Plan] = {}
    for slot, school_class in rows:
        if school_class.id not in plans:
            plans[school_class.id] = plan_of(session, school_class)
        plan = plans[school_class.id]
        for when in occurrences(slot.weekday, Weeks(slot.weeks), slot.begins, slot.minutes, plan, now):
            planned = session.get(Planned, (slot.id, when.day.isoformat()))
            yield Due(slot, school_class, when, planned.state if planned is not None else None)


def announce(session: Session, one: Due, chats: Sequence[int]) -> bool:
    """Write down that these chats are to hear of it; False where another bot was first."""
    day = one.when.day.isoformat()
    session.execute(delete(Planned).where(Planned.begins_at < one.when.begins - _KEPT))
    if not _begin(session, one, TOLD):
        return False
    session.add_all(PlanNotice(slot_id=one.slot.id, day=day, chat_id=chat) for chat in chats)
    session.flush()
    return True


def take_opening(session: Session, one: Due) -> bool:
    """Take it on to open the lesson; False where it is open, skipped, or another bot was first."""
    if one.state is None:
        return _begin(session, one, OPENED)
    day = one.when.day.isoformat()
    taken = update(Planned).where(Planned.slot_id == one.slot.id, Planned.day == day, Planned.state == TOLD)
    return session.scalar(taken.values(state=OPENED).returning(Planned.slot_id)) is not None


def opened(session: Session, one: Due, lesson_id: int) -> None:
    """It became this lesson; nobody needs to be told before any more."""
    day = one.when.day.isoformat()
    this = and_(Planned.slot_id == one.slot.id, Planned.day == day)
    session.execute(update(Planned).where(this).values(lesson_id=lesson_id))
    session.execute(delete(PlanNotice).where(PlanNotice.slot_id == one.slot.id, PlanNotice.day == day))


def skip(session: Session, slot_id: int, day: str) -> bool:
    """The lesson does not open by itself; False where it has, or there is nothing to skip."""
    taken = update(Planned).where(Planned.slot_id == slot_id, Planned.day == day, Planned.state.in_((TOLD, SKIPPED)))
    skipped = session.scalar(taken.values(state=SKIPPED).returning(Planned.slot_id)) is not None
    if skipped:
        session.execute(delete(PlanNotice).where(PlanNotice.slot_id == slot_id, PlanNotice.day == day))
    return skipped


def made_by_a_slot(session: Session, lesson_id: int) -> bool:
    """Whether a timetable opened the lesson."""
    return session.scalar(select(Planned.slot_id).where(Planned.lesson_id == lesson_id).limit(1)) is not None


def take_notices(session: Session, now: datetime, holder: Holder) -> Sequence[tuple[PlanNotice, Planned]]:
    """Take on what teachers are still to be told; what is too late goes."""
    if session.scalar(select(PlanNotice.slot_id).limit(1)) is None:
        return ()
    over = select(Planned.slot_id).where(Planned.slot_id == PlanNotice.slot_id, Planned.day == PlanNotice.day)
    session.execute(delete(PlanNotice).where(over.where(Planned.begins_at <= now).exists()))
    found = [
        (notice, session.get(Planned, (notice.slot_id, notice.day)))
        for notice in lease.take(session, PlanNotice, true(), now, holder, _CLAIM)
    ]
    return [(notice, planned) for notice, planned in found if planned is not None]


def told(session: Session, slot_id: int, day: str, chat_id: int) -> None:
    """It was said."""
    session.execute(delete(PlanNotice).where(*_this(slot_id, day, chat_id)))


def put_off(session: Session, slot_id: int, day: str, chat_id: int, now: datetime) -> None:
    """The chat did not take it: again in a moment, there are only minutes left."""
    again = update(PlanNotice).where(*_this(slot_id, day, chat_id))
    session.execute(again.values(not_before=now + _AGAIN, holder=None))


def _this(slot_id: int, day: str, chat_id: int) -> tuple[ColumnElement[bool], ...]:
    return PlanNotice.slot_id == slot_id, PlanNotice.day == day, PlanNotice.chat_id == chat_id


def _begin(session: Session, one: Due, state: str) -> bool:
    row = Planned(slot_id=one.slot.id, day=one.when.day.isoformat(), begins_at=one.when.begins, state=state)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True
