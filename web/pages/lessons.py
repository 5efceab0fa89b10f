"""The lessons that a class has had, and one of them: what came of it, and what can be put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from rollcall.domain.attendance import MEANINGS, STATUSES, Status
from rollcall.domain.excuses import LONGEST as LONGEST_REASON
from rollcall.domain.excuses import Excuse
from rollcall.domain.lesson_end import LONGER_BY, may_reopen
from rollcall.domain.names import LONGEST_TITLE
from rollcall.report.columns import mark_said
from rollcall.report.model import Report, StudentLine
from rollcall.report.wording import capital, clock, count_words, lesson_times
from rollcall.storage.tables import Lesson
from rollcall.texts import Texts
from rollcall.usecases.lesson_mending import (
    ToDelete,
    lesson_to_delete,
    merge,
    neighbours,
    remove_lesson,
    set_topic,
)
from rollcall.usecases.lessons import (
    Length,
    NotReopened,
    close_all_the_same,
    keep_open_longer,
    reopen,
)
from rollcall.usecases.live_board import open_here
from rollcall.usecases.past_lessons import OneLesson, PastLesson, one_lesson, past_lessons
from rollcall.usecases.staff import has_for_good
from web.pages.marks import GIVEN
from web.pages.register import classes_of, legend
from web.pages.within import asked, gone, part, typed
from web.render import as_html
from web.visit import Visit

_LISTED, _STUDENTS = 30, 100
_MINUTE = timedelta(minutes=1)
_MOST_MINUTES = 600
WHY_NOT = {NotReopened.TOO_LATE: "reopen-too-late", NotReopened.ANOTHER_IS_OPEN: "reopen-another"}


@dataclass(frozen=True)
class Row:
    """A student of the lesson.

    Attributes:
        kind: how the mark looks; empty where the student was not in the class yet.
        words: what is said of it, the mark first.
    """

    person_id: int
    name: str
    former: bool
    kind: str
    words: list[str]


@dataclass(frozen=True)
class Listed:
    """A lesson on the list."""

    id: int
    when: str
    topic: str | None
    open: bool
    counts: list[tuple[Status, int, str]]


async def lessons(visit: Visit) -> Response:
    """GET /classes/…/lessons: newest first."""
    found = await visit.look(past_lessons, visit.class_id, typed(asked(visit, "page")), _LISTED)
    zone, t = ZoneInfo(found.school_class.timezone), visit.texts
    listed = [listed_as(one, zone, t) for one in found.lessons]
    return visit.page("lessons.html", tab="lessons", lessons=listed, number=found.number, pages=found.pages)


async def lesson(visit: Visit) -> Response:
    """GET /lessons/…: student by student, and what can be done with it."""
    found = await visit.look(one_lesson, visit.number, visit.now)
    t, school_class = visit.texts, visit.school_class
    lasting = await visit.as_teacher(has_for_good, visit.class_id, visit.now)
    is_open, archived = found.lesson.closed_at is None, school_class.archived_at is not None
    report = found.report
    return visit.page(
        "lesson.html",
        tab="lessons",
        lesson=found.lesson,
        when=_when(found, t),
        is_open=is_open,
        closes=clock(report.local(found.lesson.closes_at)),
        reopens=not is_open and may_reopen(found.lesson.closed_at or visit.now, visit.now, report.timezone),
        longer=int((found.lesson.closes_at - found.lesson.opened_at + LONGER_BY) / _MINUTE),
        longer_by=LONGER_BY // _MINUTE,
        counts=counted({status: report.count(status) for status in STATUSES}, t),
        here=sum(report.count(status) for status in STATUSES if MEANINGS[status].attended),
        total=len(report.marks),
        waiting=report.waiting,
        part=part(visit, [_row(report, student, t) for student in report.students], _STUDENTS),
        given=[(one, capital(t(f"mark-{one}"))) for one in (*GIVEN, Status.EXCUSED)],
        reasons=[(one, capital(t(f"excuse-{one}"))) for one in Excuse],
        longest=LONGEST_REASON,
        longest_topic=LONGEST_TITLE,
        legend=legend(t),
        may_change=not archived,
        lasting=lasting and not archived,
    )


async def begin(visit: Visit) -> Response:
    """POST /classes/…/open: for as long as was said, or as the class has it."""
    settings, minutes = visit.site.settings, typed(visit.said("minutes"))
    asked_for = minutes * _MINUTE if 0 < minutes <= _MOST_MINUTES else None
    length = Length(asked_for, settings.lesson_length, settings.late_after)
    opened, _ = await visit.as_teacher(open_here, visit.class_id, visit.moment, length)
    return visit.go(f"/lessons/{opened.id}", open_until(visit, "board-open", opened))


async def longer(visit: Visit) -> Response:
    """POST …/longer: so many minutes from its opening on."""
    minutes, here = typed(visit.said("minutes")), f"/lessons/{visit.number}"
    if not 0 < minutes <= _MOST_MINUTES:
        return gone(visit)
    found = await visit.as_teacher(keep_open_longer, visit.number, minutes * _MINUTE)
    return visit.go(
        here, visit.texts("web-board-is-closed") if found is None else open_until(visit, "longer", found.lesson)
    )


async def close(visit: Visit) -> Response:
    """POST …/close: at once; who taps it here sees who is missing."""
    found = await visit.as_teacher(close_all_the_same, visit.number, visit.moment, visit.now)
    report = found.report
    attended = sum(report.count(status) for status in STATUSES if MEANINGS[status].attended)
    said = visit.texts("closed", title=report.class_title, attended=attended, students=len(report.marks))
    return visit.go(f"/lessons/{visit.number}", said)


async def open_again(visit: Visit) -> Response:
    """POST …/reopen: on the day on which it was closed."""
    found, here = await visit.as_teacher(reopen, visit.number, visit.now), f"/lessons/{visit.number}"
    if isinstance(found, NotReopened):
        return visit.go(here, visit.texts(WHY_NOT[found]))
    return visit.go(here, open_until(visit, "reopened", found.lesson))


async def topic(visit: Visit) -> Response:
    """POST …/topic: what it is about; nothing takes that away."""
    found, t = await visit.as_teacher(set_topic, visit.number, visit.said("topic")), visit.texts
    if not found.fits:
        return visit.go(f"/lessons/{visit.number}", t("topic-too-long", most=LONGEST_TITLE))
    said = found.lesson.title if found.lesson is not None else None
    return visit.go(f"/lessons/{visit.number}", t("topic-set", topic=said) if said else t("topic-removed"))


async def delete_asked(visit: Visit) -> Response:
    """GET …/delete: what would go with it."""
    found: ToDelete = await visit.look(lesson_to_delete, visit.number)
    when = when_of(found.lesson, found.zone, visit.texts)
    return visit.page(
        "ask.html",
        tab="lessons",
        question=as_html(visit.texts("lesson-delete-ask", when=when, number=found.marks)),
        yes=visit.texts("button-lesson-delete-yes"),
        path=f"/lessons/{visit.number}/delete",
        fields={},
        back=f"/lessons/{visit.number}",
    )


async def delete(visit: Visit) -> Response:
    """POST …/delete: with everything in it."""
    done, t = await visit.as_teacher(remove_lesson, visit.number), visit.texts
    closed = done.closed_at.astimezone(done.zone) if done.closed_at is not None else None
    when = lesson_times(done.opened_at.astimezone(done.zone), closed, t)
    return visit.go(f"/classes/{done.class_id}/lessons", t("lesson-deleted", when=when))


async def merge_asked(visit: Visit) -> Response:
    """GET …/merge: with which lesson of the day?"""
    found, t = await visit.look(neighbours, visit.number), visit.texts
    others = [(one.id, when_of(one, found.zone, t)) for one in found.others]
    when = when_of(found.lesson, found.zone, t)
    return visit.page("merge.html", tab="lessons", lesson_id=visit.number, when=when, others=others)


async def merge_confirmed(visit: Visit) -> Response:
    """POST …/merge: one of two."""
    done, t = await visit.as_teacher(merge, visit.number, typed(visit.said("other"))), visit.texts
    if done is None:
        return gone(visit)
    return visit.go(f"/lessons/{done.lesson.id}", t("merged", when=when_of(done.lesson, done.zone, t)))


def when_of(one: Lesson, zone: ZoneInfo, t: Texts) -> str:
    """The day and the hours of a lesson."""
    closed = one.closed_at.astimezone(zone) if one.closed_at is not None else None
    return lesson_times(one.opened_at.astimezone(zone), closed, t)


def listed_as(one: PastLesson, zone: ZoneInfo, t: Texts) -> Listed:
    """A lesson of the past, in words."""
    counts = counted({status: one.counts.get(status, 0) for status in STATUSES}, t)
    return Listed(one.lesson.id, when_of(one.lesson, zone, t), one.lesson.title, one.lesson.closed_at is None, counts)


def counted(counts: dict[Status, int], t: Texts) -> list[tuple[Status, int, str]]:
    """Each mark that is counted, how often, and in words; an unusual one only where there is any."""
    words = count_words(counts, t, single=True)
    shown = [status for status in words if counts[status] or MEANINGS[status].usual]
    return [(status, counts[status], words[status]) for status in shown]


def _when(found: OneLesson, t: Texts) -> str:
    def local(moment: datetime) -> datetime:
        return found.report.local(moment)

    closed = found.lesson.closed_at
    return lesson_times(local(found.lesson.opened_at), local(closed) if closed is not None else None, t)


def _row(report: Report, student: StudentLine, t: Texts) -> Row:
    mark = student.marks[0]
    if mark is None:
        return Row(student.person_id, student.full_name, student.former, "", [t("report-not-yet")])
    return Row(student.person_id, student.full_name, student.former, classes_of(mark), mark_said(report, mark, t))


def open_until(visit: Visit, key: str, found: Lesson) -> str:
    """The text with the class's title, and until when its lesson is open."""
    closes = found.closes_at.astimezone(ZoneInfo(visit.school_class.timezone))
    return visit.texts(key, title=visit.school_class.title, closes=clock(closes))
