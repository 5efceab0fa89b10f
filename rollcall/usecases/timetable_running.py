"""Lessons open by themselves, at the times of their class's timetable; their teachers are told before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.storage.holder import Holder
from rollcall.storage.lesson_changes import extend_lesson
from rollcall.storage.lessons import open_lesson_of, take_open_lesson
from rollcall.storage.people import locale_of
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.storage.teaching import teachers_of, teaches
from rollcall.storage.timetable_tables import OPENED, SKIPPED, TOLD, Slot
from rollcall.storage.timetables import (
    Due,
    announce,
    due,
    made_by_a_slot,
    opened,
    skip,
    slot_of,
    take_notices,
    take_opening,
)
from rollcall.usecases.closing import close
from rollcall.usecases.lessons import Length, open_for_class

_JUST_BEFORE = timedelta(minutes=30)
"""A lesson that a teacher opened so long before its time is the one that the timetable means."""
_PUNCTUAL = timedelta(minutes=1)


@dataclass(frozen=True)
class Soon:
    """What a teacher is to be told: a lesson opens by itself.

    Attributes:
        day: of the slot, as it is kept.
    """

    slot_id: int
    day: str
    chat_id: int
    school_class: SchoolClass
    begins: datetime
    topic: str | None
    locale: str


@dataclass(frozen=True)
class Skipped:
    """A lesson that does not open by itself: as the class's clocks have its beginning."""

    school_class: SchoolClass
    begins: datetime


def plan_due(session: Session, now: datetime) -> Sequence[tuple[int, str]]:
    """The slots, each with its day, of which something is to be done now."""
    return [(one.slot.id, one.when.day.isoformat()) for one in due(session, now) if _is_to_do(one, now)]


def carry_out(session: Session, slot_id: int, day: str, now: datetime, length: Length) -> int | None:
    """Do what is to be done about a slot on a day, unless another bot has; the lesson that is open by it."""
    found = (one for one in due(session, now) if one.slot.id == slot_id and one.when.day.isoformat() == day)
    one = next(found, None)
    if one is None or not _is_to_do(one, now):
        return None
    if now < one.when.begins:
        teachers = teachers_of(session, one.school_class.id, now)
        announce(session, one, [teacher.telegram_id for teacher in teachers])
        return None
    return _open(session, one, now, length)


def take_words(session: Session, now: datetime, holder: Holder) -> Sequence[Soon]:
    """Take on what teachers are to be told."""
    found = []
    for notice, planned in take_notices(session, now, holder):
        slot = session.get_one(Slot, notice.slot_id)
        school_class = session.get_one(SchoolClass, slot.class_id)
        begins = planned.begins_at.astimezone(ZoneInfo(school_class.timezone))
        locale = locale_of(session, notice.chat_id)
        found.append(Soon(slot.id, notice.day, notice.chat_id, school_class, begins, slot.topic, locale))
    return found


def skip_planned(session: Session, class_id: int, slot_id: int, day: str, now: datetime) -> Skipped | None:
    """A teacher wants this one not to open by itself; None where it has, or is none of the class's."""
    slot = slot_of(session, class_id, slot_id)
    found = next((one for one in due(session, now) if one.slot.id == slot_id and one.when.day.isoformat() == day), None)
    if slot is None or found is None or not skip(session, slot_id, day):
        return None
    return Skipped(found.school_class, found.when.begins.astimezone(ZoneInfo(found.school_class.timezone)))


def _is_to_do(one: Due, now: datetime) -> bool:
    if one.state in (SKIPPED, OPENED):
        return False
    return one.state is None or (one.state == TOLD and now >= one.when.begins)


def _open(session: Session, one: Due, now: datetime, length: Length) -> int | None:
    # The class's row is the queue for whoever opens a lesson of it.
    session.get_one(SchoolClass, one.school_class.id, with_for_update=True, populate_existing=True)
    running = _running(session, one.school_class.id, now)
    if running is not None:
        return _join(session, one, running)
    teacher = _opener(session, one.slot, now)
    if teacher is None or not take_opening(session, one):
        return None
    begins, planned = one.when.begins, Length(one.when.ends - one.when.begins, length.usual, length.late_after)
    lesson = open_for_class(session, teacher, one.school_class.id, begins, planned, by_itself=True).lesson
    if now - begins > _PUNCTUAL:
        # Nobody is late because we were.
        lesson.late_at = min(lesson.late_at + (now - begins), lesson.closes_at)
    lesson.title, lesson.board_chat_id = one.slot.topic, teacher.telegram_id
    session.flush()
    opened(session, one, lesson.id)
    return lesson.id


def _running(session: Session, class_id: int, now: datetime) -> Lesson | None:
    """The class's open lesson; one whose time is up is closed first."""
    lesson = open_lesson_of(session, class_id)
    if lesson is None or lesson.closes_at > now:
        return lesson
    taken = take_open_lesson(session, lesson.id)
    if taken is not None:
        close(session, taken, taken.closes_at)
    return None


def _join(session: Session, one: Due, running: Lesson) -> int | None:
    """The teacher was quicker: theirs is the planned lesson, until its end. One of before has to be closed first."""
    quicker = running.opened_at > one.when.begins - _JUST_BEFORE and not made_by_a_slot(session, running.id)
    if not quicker or not take_opening(session, one):
        return None
    extend_lesson(session, running, one.when.ends, None)
    running.title = running.title or one.slot.topic
    session.flush()
    opened(session, one, running.id)
    return running.id


def _opener(session: Session, slot: Slot, now: datetime) -> Person | None:
    if slot.made_by is not None and teaches(session, slot.made_by, slot.class_id, now):
        return session.get_one(Person, slot.made_by)
    return next(iter(teachers_of(session, slot.class_id, now)), None)
