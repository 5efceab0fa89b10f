"""Once a week the teachers of a class hear who misses a lot: on its first working day, of the week before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.weekly import is_daytime, is_time, week_of, week_told_of
from rollcall.report.model import Period
from rollcall.report.weekly import Missing, missing_students
from rollcall.storage import weekly
from rollcall.storage.holder import Holder
from rollcall.storage.people import find_person, locale_of
from rollcall.storage.tables import SchoolClass
from rollcall.storage.teaching import teachers_of, teaches
from rollcall.storage.timetables import plan_of
from rollcall.usecases.report import build_report


@dataclass(frozen=True)
class Word:
    """What a teacher is to be told."""

    locale: str
    chat_id: int
    school_class: SchoolClass
    students: Sequence[Missing]


def weeks_due(session: Session, now: datetime) -> Sequence[int]:
    """The classes whose teachers can be told now."""
    return [one.id for one in weekly.classes_without(session, now) if _week_now(session, one, now) is not None]


def promise_week(session: Session, class_id: int, now: datetime) -> int:
    """Owe the class's teachers the word on the week before, unless another bot has; how many there are."""
    school_class = session.get_one(SchoolClass, class_id)
    week = _week_now(session, school_class, now)
    if week is None or not weekly.take_week(session, class_id, week):
        return 0
    if not _students(session, school_class, week, now):
        return 0
    chats = [teacher.telegram_id for teacher in teachers_of(session, class_id, now)]
    weekly.promise(session, class_id, week, chats, now)
    return len(chats)


def take_word(session: Session, key: weekly.Key, now: datetime, holder: Holder) -> Word | None:
    """Take it on to say it; None where there is nothing to be said any more, or another bot is at it."""
    class_id, week, chat_id = key
    if not weekly.claim(session, key, now, holder):
        return None
    school_class, teacher = session.get_one(SchoolClass, class_id), find_person(session, chat_id)
    if school_class.archived_at is None and teacher is not None and teaches(session, teacher.id, class_id, now):
        students = _students(session, school_class, week, now)
        if students:
            return Word(locale_of(session, chat_id), chat_id, school_class, students)
    weekly.kept(session, key)
    return None


def _week_now(session: Session, school_class: SchoolClass, now: datetime) -> str | None:
    """The week of which the class has heard nothing, if it is time for it."""
    local = now.astimezone(ZoneInfo(school_class.timezone))
    week = week_of(local.date())
    if school_class.told_week is not None and school_class.told_week >= week:
        return None
    if not is_daytime(local):
        return None  # before the timetable is read: of all classes, all night
    return week if is_time(local, plan_of(session, school_class)) else None


def _students(session: Session, school_class: SchoolClass, week: str, now: datetime) -> Sequence[Missing]:
    in_a_row, share_below = school_class.told_missed_in_a_row, school_class.told_share_below
    if not (in_a_row or share_below):
        return ()
    told_of = week_told_of(week, plan_of(session, school_class))
    first = school_class.created_at.astimezone(ZoneInfo(school_class.timezone)).date()
    report = build_report(session, school_class, Period.ALL, now, between=(min(first, told_of.first), told_of.last))
    return missing_students(report, told_of, in_a_row, share_below)
