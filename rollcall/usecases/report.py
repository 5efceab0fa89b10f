"""Gathering a report from lessons, marks and attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.attendance import ATTENDED, Remarks, status_without_mark
from rollcall.domain.collation import sort_key
from rollcall.domain.verdict import IN_DOUBT, WORDS, Reason
from rollcall.report.model import LessonHead, Mark, Period, Report, StudentLine
from rollcall.storage import attempts, audit, claims, reviews
from rollcall.storage.classes import members_of
from rollcall.storage.corrections import corrected_marks
from rollcall.storage.remarks import remarks
from rollcall.storage.tables import Attendance, Lesson, Membership, Person, SchoolClass

_OF_THE_QUESTION = WORDS | {Reason.UNSURE, Reason.TEACHER_DECIDES}
"""Of a doubt that a teacher is asked about; a student without a voice has none of these, and asks the same."""


Days = tuple[date, date]
"""The first and the last one."""


@dataclass(frozen=True)
class Made:
    """A report that a teacher asked for.

    Attributes:
        voices: how many of the class wait for a teacher's word.
        language: of its pictures and sheets, where the class has its own.
    """

    report: Report
    voices: int
    language: str | None = None


def make_report(
    session: Session,
    teacher: Person,
    class_id: int,
    period: Period,
    form: str,
    now: datetime,
    lesson_id: int | None = None,
) -> Made:
    """The report on the class, which is from now on the one used last. One with any lesson in it is put on record.

    Args:
        form: of the file that is given out with it, such as ``csv``.
        lesson_id: of the lesson that `Period.LESSON` means; without it, the one that began last.
    """
    teacher.last_class_id = class_id
    of = session.get_one(Lesson, lesson_id) if lesson_id is not None else None
    school_class = session.get_one(SchoolClass, class_id)
    report = build_report(session, school_class, period, now, of=of)
    if report.lessons:
        audit.record(session, Action.EXPORT_MADE, teacher, f"class:{class_id}", form=form, period=period.value)
    return Made(report, len(claims.of_class(session, class_id)), school_class.language)


def record_of_days(
    session: Session, school_class: SchoolClass, since: date | None, until: date | None, form: str, now: datetime
) -> Report:
    """The class's record from a day to a day, for whoever runs the installation; put on record.

    Args:
        since: without it, from the day on which the class was made.
        until: without it, until today.
    """
    zone = ZoneInfo(school_class.timezone)
    days = None
    if since is not None or until is not None:
        days = since or school_class.created_at.astimezone(zone).date(), until or now.astimezone(zone).date()
    report = build_report(session, school_class, Period.ALL, now, between=days)
    audit.record(session, Action.EXPORT_MADE, None, f"class:{school_class.id}", form=form, period="days")
    return report


def build_report(
    session: Session,
    school_class: SchoolClass,
    period: Period,
    now: datetime,
    of: Lesson | None = None,
    between: Days | None = None,
    only: int | None = None,
) -> Report:
    """The class's attendance over a period. An open lesson counts as it stands.

    Args:
        of: the lesson that `Period.LESSON` means; without it, the one that began last.
        between: of `Period.ALL` the first and the last day that count, in the class's zone.
        only: the one student whom it is about.
    """
    zone = ZoneInfo(school_class.timezone)
    lessons = [of] if of is not None else _lessons(session, school_class.id, period, now.astimezone(zone), between)
    lesson_ids = [lesson.id for lesson in lessons]
    # Plain rows: of a large class's year there are sixty thousand, and an object for each is half of the work.
    wanted = select(
        Attendance.lesson_id, Attendance.person_id, Attendance.status, Attendance.at, Attendance.confidence,
        Attendance.confirmed_by, Attendance.reason,
    ).where(Attendance.lesson_id.in_(lesson_ids))  # fmt: skip
    rows = session.execute(wanted if only is None else wanted.where(Attendance.person_id == only))
    marks = {(row.lesson_id, row.person_id): row for row in rows}
    refused = attempts.suspicious_reasons(session, lesson_ids)
    undecided = reviews.waiting(session, lesson_ids)
    remarked = remarks(session, lesson_ids)
    corrected = corrected_marks(session, lesson_ids)

    students, nothing = [], Remarks()
    for member in members_of(session, school_class.id, former=True):
        person = member.person
        if only is not None and person.id != only:
            continue
        student = person.id
        if member.is_former and not any((lesson, student) in marks for lesson in lesson_ids):
            continue
        line: list[Mark | None] = []
        for lesson in lessons:
            place = lesson.id, student
            reasons = tuple(refused.get(place, ()))
            row = marks.get(place)
            said = remarked.get(place, nothing)
            by_hand = place in corrected
            if row is not None and row.confirmed_by is not None:
                # Whether a voice left a doubt before or there was none at all: the report does not tell.
                line.append(Mark(row.status, row.at, confirmed=True, remarks=said, corrected=by_hand))
            elif place in undecided and (row is None or row.status not in ATTENDED):
                # Nor does it tell what the question came from, while it waits for its answer.
                reasons = tuple(reason for reason in reasons if reason not in _OF_THE_QUESTION)
                suspicious = sum(reason in IN_DOUBT for reason in reasons)
                line.append(Mark(status_without_mark(suspicious_notes=suspicious), refused=reasons, waiting=True))
            elif row is not None:
                told = row.status, row.at, row.confidence, reasons
                line.append(Mark(*told, remarks=said, corrected=by_hand, reason=row.reason))
            elif was_no_member(member.membership, lesson):
                line.append(None)
            else:
                suspicious = sum(reason in IN_DOUBT for reason in reasons)
                line.append(Mark(status_without_mark(suspicious_notes=suspicious), refused=reasons))
        listed = member.membership
        facts = {"number": listed.student_number or "", "group": listed.group_name or "", "email": listed.email or ""}
        students.append(StudentLine(member.name, tuple(line), **facts, former=member.is_former, person_id=person.id))
    students.sort(key=lambda student: sort_key(student.full_name))
    heads = tuple(LessonHead(row.id, row.opened_at, row.late_at, row.closed_at, row.title) for row in lessons)
    return Report(school_class.title, zone, period, now, heads, students, school_class.id, between)


def was_no_member(membership: Membership, lesson: Lesson) -> bool:
    """Whether the lesson was over before the student came, or began after they had left."""
    if membership.left_at is not None and lesson.opened_at >= membership.left_at:
        return True
    return lesson.closed_at is not None and membership.joined_at > lesson.closed_at


def _lessons(
    session: Session, class_id: int, period: Period, local_now: datetime, between: Days | None
) -> list[Lesson]:
    query = select(Lesson).where(Lesson.class_id == class_id)
    if period is Period.LESSON:
        last = session.scalar(query.order_by(Lesson.opened_at.desc(), Lesson.id.desc()).limit(1))
        return [last] if last is not None else []
    midnight = local_now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = {
        Period.TODAY: midnight,
        Period.WEEK: midnight - timedelta(days=6),
        Period.MONTH: midnight - timedelta(days=29),
    }.get(period)
    if between is not None:
        since, last_day = (datetime.combine(day, time(), local_now.tzinfo) for day in between)
        query = query.where(Lesson.opened_at < (last_day + timedelta(days=1)).astimezone(UTC))
    if since is not None:
        # Whatever is partly inside: a lesson over midnight is one of both days.
        begun, ended = since.astimezone(UTC), Lesson.closed_at
        query = query.where(or_(Lesson.opened_at >= begun, ended.is_(None), ended > begun))
    return list(session.scalars(query.order_by(Lesson.opened_at, Lesson.id)))
