"""A teacher writes a class's timetable: slots of the week, the term, holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.names import LONGEST_TITLE, one_visible_line
from rollcall.domain.timetable import Days, Weeks, days_typed, times_typed
from rollcall.storage import audit
from rollcall.storage.people import conversation_with, set_step
from rollcall.storage.tables import Conversation, Person, SchoolClass
from rollcall.storage.teaching import teaches
from rollcall.storage.timetable_tables import Holiday, Slot, Term
from rollcall.storage.timetables import holidays_of, slot_of, slots_of
from rollcall.usecases.dialogue import PLAN, PLAN_ASKED, PLAN_MESSAGE

SLOT, HOLIDAY, TERM = "slot", "holiday", "term"
"""What is asked for."""
MOST_SLOTS, MOST_HOLIDAYS = 60, 30
"""Of a class: with more, neither the message nor its buttons would fit."""


@dataclass(frozen=True)
class Timetable:
    """A class's timetable, as it is shown."""

    school_class: SchoolClass
    slots: Sequence[Slot]
    holidays: Sequence[tuple[int, Days]]
    term: Days | None


@dataclass(frozen=True)
class Said:
    """What became of an answer.

    Attributes:
        timetable: as it is now; None where the answer was not understood, or the class is not the teacher's any more.
        kind: what had been asked for.
        refused: whether the class is not the teacher's any more.
    """

    timetable: Timetable | None
    kind: str
    refused: bool = False


def timetable(session: Session, class_id: int) -> Timetable:
    """The class's timetable."""
    term = session.get(Term, class_id)
    return Timetable(
        session.get_one(SchoolClass, class_id),
        slots_of(session, class_id),
        [(one.id, _days(one)) for one in holidays_of(session, class_id)],
        _days(term) if term is not None else None,
    )


def ask_plan(
    session: Session, conversation: Conversation, class_id: int, kind: str, weekday: int, now: datetime
) -> None:
    """The next text says when a lesson is, or when there is none."""
    session.add(conversation)
    session.flush()
    asked = {"class": class_id, "kind": kind, "weekday": weekday}
    set_step(session, conversation.telegram_id, PLAN, {PLAN_ASKED: asked}, now)


def plan_said(session: Session, teacher: Person, text: str, message_id: int, now: datetime) -> Said:
    """The answer, or the answer as it was edited since: what the first one wrote is written anew."""
    asked = dict(conversation_with(session, teacher.telegram_id, now).data.get(PLAN_ASKED, {}))
    class_id, kind = int(asked.get("class", 0)), str(asked.get("kind", SLOT))
    if not teaches(session, teacher.id, class_id, now):
        set_step(session, teacher.telegram_id, "", None, now)
        return Said(None, kind, refused=True)
    made = _write(session, teacher, text, asked, now)
    if made is not None:
        asked["made"] = made
    kept = {PLAN_ASKED: asked, PLAN_MESSAGE: message_id}
    set_step(session, teacher.telegram_id, PLAN if made is None else "", kept, now)
    if made is None:
        return Said(None, kind)
    _on_record(session, teacher, class_id, kind)
    return Said(timetable(session, class_id), kind)


def plan_given(
    session: Session,
    teacher: Person,
    class_id: int,
    kind: str,
    text: str,
    now: datetime,
    *,
    weekday: int = 0,
    weeks: Weeks = Weeks.EVERY,
) -> Timetable | None:
    """What is said in a form: a slot of that weekday, days without lessons, or the term. None where it is none."""
    made = _write(session, teacher, text, {"class": class_id, "kind": kind, "weekday": weekday}, now)
    if made is None:
        return None
    if kind == SLOT:
        session.get_one(Slot, made).weeks = weeks.value
    _on_record(session, teacher, class_id, kind)
    return timetable(session, class_id)


def remove_slot(session: Session, teacher: Person, class_id: int, slot_id: int) -> Timetable:
    """The slot is no more; the lessons that it opened stay."""
    session.execute(delete(Slot).where(Slot.id == slot_id, Slot.class_id == class_id))
    _on_record(session, teacher, class_id, SLOT)
    return timetable(session, class_id)


def remove_holiday(session: Session, teacher: Person, class_id: int, holiday_id: int) -> Timetable:
    """There are lessons on those days again."""
    session.execute(delete(Holiday).where(Holiday.id == holiday_id, Holiday.class_id == class_id))
    _on_record(session, teacher, class_id, HOLIDAY)
    return timetable(session, class_id)


def remove_term(session: Session, teacher: Person, class_id: int) -> Timetable:
    """The timetable holds always."""
    session.execute(delete(Term).where(Term.class_id == class_id))
    _on_record(session, teacher, class_id, TERM)
    return timetable(session, class_id)


def set_weeks(session: Session, teacher: Person, class_id: int, slot_id: int, weeks: Weeks) -> Slot | None:
    """In which weeks the slot takes place; None where it is no more."""
    slot = slot_of(session, class_id, slot_id)
    if slot is not None:
        slot.weeks = weeks.value
        _on_record(session, teacher, class_id, SLOT)
    return slot


def one_slot(session: Session, class_id: int, slot_id: int) -> Slot | None:
    """The slot, if it is this class's."""
    return slot_of(session, class_id, slot_id)


def _write(session: Session, teacher: Person, text: str, asked: dict[str, object], now: datetime) -> int | None:
    """The id of what was written; None where the text is nothing of the kind, or there is no room."""
    class_id, made = int(str(asked["class"])), int(str(asked.get("made", 0)))
    if asked["kind"] == SLOT:
        return _write_slot(session, teacher, class_id, int(str(asked["weekday"])), text, made)
    zone = ZoneInfo(session.get_one(SchoolClass, class_id).timezone)
    days = days_typed(text, now.astimezone(zone).date())
    if days is None:
        return None
    if asked["kind"] == TERM:
        term = session.get(Term, class_id) or Term(class_id=class_id)
        term.first, term.last = days.first.isoformat(), days.last.isoformat()
        session.add(term)
        session.flush()
        return class_id
    if len(holidays_of(session, class_id)) >= MOST_HOLIDAYS:
        return None
    holiday = session.get(Holiday, made) or Holiday(class_id=class_id)
    holiday.first, holiday.last = days.first.isoformat(), days.last.isoformat()
    session.add(holiday)
    session.flush()
    return holiday.id


def _write_slot(session: Session, teacher: Person, class_id: int, weekday: int, text: str, made: int) -> int | None:
    times = times_typed(text)
    topic = one_visible_line(times.topic)[:LONGEST_TITLE] if times is not None else ""
    slot = session.get(Slot, made)
    if times is None or (slot is None and len(slots_of(session, class_id)) >= MOST_SLOTS):
        return None
    if slot is None:
        slot = Slot(class_id=class_id, made_by=teacher.id, weekday=weekday, weeks=Weeks.EVERY.value)
        session.add(slot)
    slot.begins, slot.minutes, slot.topic = times.begins, times.minutes, topic or None
    session.flush()
    return slot.id


def _days(one: Holiday | Term) -> Days:
    return Days(date.fromisoformat(one.first), date.fromisoformat(one.last))


def _on_record(session: Session, teacher: Person, class_id: int, what: str) -> None:
    session.flush()
    audit.record(session, Action.TIMETABLE_CHANGED, teacher, f"class:{class_id}", part=what)
