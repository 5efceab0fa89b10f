"""A class is put away, stays readable to its teachers, comes back, or is erased in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rollcall.domain.staff import StaffNews
from rollcall.sealing.seal import Keyring
from rollcall.storage import claims, staff_notices
from rollcall.storage.classes import archive_class, restore_class, student_count
from rollcall.storage.lessons import close_lesson, open_lesson_of
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.storage.teaching import archived_classes, teachers_of

_WARNED_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class Archived:
    """A class in the archive.

    Attributes:
        since, until: the days on which it was put away, and after which it is erased, in its time zone.
    """

    school_class: SchoolClass
    since: date
    until: date
    students: int
    lessons: int


def put_away(
    session: Session, teacher: Person, class_id: int, moment: datetime, now: datetime, keep: timedelta
) -> Archived:
    """Nobody joins or checks in any more, the record stays. An open lesson closes as of the moment.

    Done a second time it changes nothing.
    """
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    if school_class.archived_at is None:
        lesson = open_lesson_of(session, class_id)
        if lesson is not None:
            close_lesson(session, lesson, moment, teacher)
        archive_class(session, school_class, teacher, now)
        claims.settle_class(session, class_id, now)
        _tell_others(session, teacher, class_id, StaffNews.ARCHIVED, now)
    return _archived(session, school_class, keep)


def restore(session: Session, teacher: Person, keyring: Keyring, class_id: int, now: datetime) -> SchoolClass:
    """It is a class like any other again, with its students, its marks and its voices.

    A voice that waited for a teacher when it was put away, or was recorded since, waits where it is like a classmate's.
    """
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    if school_class.archived_at is None:
        return school_class
    since = school_class.archived_at
    restore_class(session, school_class, teacher)
    for person_id in claims.unheard_since(session, class_id, since):
        claims.withhold_where_alike(session, keyring, person_id, [class_id], now)
    _tell_others(session, teacher, class_id, StaffNews.RESTORED, now)
    return school_class


def in_archive(session: Session, teacher: Person, now: datetime, keep: timedelta) -> Sequence[Archived]:
    """The classes in this teacher's archive, last put away first."""
    return [_archived(session, one, keep) for one in archived_classes(session, teacher, now)]


def one_archived(session: Session, class_id: int, keep: timedelta) -> Archived | None:
    """The class in the archive; None where it is not there."""
    school_class = session.get_one(SchoolClass, class_id)
    return None if school_class.archived_at is None else _archived(session, school_class, keep)


def warn_of_erasure(session: Session, keep: timedelta, now: datetime) -> int:
    """The teachers of classes that are erased soon hear of it, once; how many classes there are."""
    warned_before = min(_WARNED_BEFORE, keep / 2)
    rows = session.scalars(
        select(SchoolClass)
        .where(
            SchoolClass.archived_at < now - keep + warned_before,
            SchoolClass.erasure_told_at.is_(None),
            SchoolClass.practice_of.is_(None),
        )
        .with_for_update()
    ).all()
    for school_class in rows:
        school_class.erasure_told_at = now
        if school_class.archived_at is None:
            continue
        for teacher in teachers_of(session, school_class.id, now):
            staff_notices.promise(
                session, teacher, school_class.id, StaffNews.ERASED_SOON, now, until=school_class.archived_at + keep
            )
    return len(rows)


def _archived(session: Session, school_class: SchoolClass, keep: timedelta) -> Archived:
    since, zone = school_class.archived_at, ZoneInfo(school_class.timezone)
    if since is None:
        raise ValueError("the class is not in the archive")
    return Archived(
        school_class=school_class,
        since=since.astimezone(zone).date(),
        until=(since + keep).astimezone(zone).date(),
        students=student_count(session, school_class.id),
        lessons=session.scalar(select(func.count(Lesson.id)).where(Lesson.class_id == school_class.id)) or 0,
    )


def _tell_others(session: Session, by: Person, class_id: int, news: StaffNews, now: datetime) -> None:
    for other in teachers_of(session, class_id, now):
        if other.id != by.id:
            staff_notices.promise(session, other, class_id, news, now, about=by, by=by)
