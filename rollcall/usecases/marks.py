"""A teacher mends marks: one student of a lesson, or all the rest at once; and takes that back.

A mark given by hand stands against voice notes, unless it is "absent": the teacher did not see the student, the note is
there. Whatever gives the mark next, a note or a card, takes the correction's place, and nothing is left to take back.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED, BY_WEIGHT, MEANINGS, Status
from rollcall.domain.collation import sort_key
from rollcall.domain.review import ReviewState
from rollcall.storage import reviews
from rollcall.storage.classes import members_of
from rollcall.storage.correcting import Wanted, correct, hold, lesson_to_correct, undo
from rollcall.storage.correction_tables import Correction
from rollcall.storage.corrections import batch_of, standing_correction
from rollcall.storage.lessons import excused_from
from rollcall.storage.tables import Attendance, Lesson, Person, SchoolClass
from rollcall.usecases.report import was_no_member


@dataclass(frozen=True)
class LessonFacts:
    """Which lesson it is: of which class, when, in the class's time zone."""

    lesson_id: int
    class_id: int
    title: str
    opened_at: datetime
    closed: bool


@dataclass(frozen=True)
class MarkCard:
    """A student in a lesson, as the teacher's card shows them.

    Attributes:
        status: None while there is no mark, in a lesson that is still open.
        at: when the student came, in the class's time zone, where that is known.
        reason: of an excused one.
        corrected_by: the teacher who gave the mark by hand; empty where that one is gone, None where none did.
        undoable: the correction that can be taken back; 0 where there is none.
        waiting: whether teachers are asked about the student and none has answered.
        announced: whether the student has no mark yet and is excused by an announcement.
    """

    lesson: LessonFacts
    person_id: int
    name: str
    status: Status | None
    at: datetime | None
    confidence: float | None
    reason: str | None
    corrected_by: str | None
    undoable: int
    waiting: bool
    announced: bool = False


@dataclass(frozen=True)
class Listed:
    """A student on the list of a lesson."""

    person_id: int
    name: str
    status: Status | None
    corrected: bool
    waiting: bool
    announced: bool = False


@dataclass(frozen=True)
class MarkList:
    """All students of a lesson: first those who may have to be mended, each kind by name.

    Attributes:
        rest: how many are neither there nor excused.
    """

    lesson: LessonFacts
    students: Sequence[Listed]
    rest: int


@dataclass(frozen=True)
class Rest:
    """Those who are neither there nor excused: before all of them are marked, or after.

    Attributes:
        batch: under which it can be taken back.
        names: of whom it is, or was, about.
    """

    lesson: LessonFacts
    names: Sequence[str]
    batch: str = ""


def lesson_facts(session: Session, lesson: Lesson) -> LessonFacts:
    """Which lesson it is."""
    school_class = session.get_one(SchoolClass, lesson.class_id)
    return LessonFacts(
        lesson.id,
        lesson.class_id,
        school_class.title,
        lesson.opened_at.astimezone(ZoneInfo(school_class.timezone)),
        closed=lesson.closed_at is not None,
    )


def mark_card(session: Session, lesson_id: int, person_id: int) -> MarkCard | None:
    """The card; None where the person has no part in the lesson."""
    lesson = session.get_one(Lesson, lesson_id)
    name = _students(session, lesson).get(person_id)
    if name is None:
        return None
    facts = lesson_facts(session, lesson)
    mark = session.get(Attendance, (lesson_id, person_id))
    given = standing_correction(session, lesson_id, person_id)
    review = reviews.review_of(session, lesson_id, person_id)
    by = session.get(Person, given.made_by) if given is not None and given.made_by is not None else None
    return MarkCard(
        facts,
        person_id,
        name,
        mark.status if mark is not None else None,
        mark.at.astimezone(facts.opened_at.tzinfo) if mark is not None and mark.at is not None else None,
        mark.confidence if mark is not None and mark.confirmed_by is None else None,
        mark.reason if mark is not None else None,
        None if given is None else by.full_name if by is not None else "",
        given.id if given is not None else 0,
        waiting=review is not None and review.state is ReviewState.OPEN and not _is_here(mark),
        announced=mark is None and person_id in excused_from(session, lesson),
    )


def mark_list(session: Session, lesson_id: int) -> MarkList:
    """The students of the lesson's class."""
    lesson = session.get_one(Lesson, lesson_id)
    marks = _marks(session, lesson_id)
    given = set(
        session.scalars(
            select(Correction.person_id).where(Correction.lesson_id == lesson_id, Correction.undone_at.is_(None))
        )
    )
    announced = excused_from(session, lesson)
    asked = {person_id for _, person_id in reviews.waiting(session, [lesson_id])}
    listed = [
        Listed(
            person_id, name, _status(marks, person_id), person_id in given,
            waiting=person_id in asked and not _is_here(marks.get(person_id)),
            announced=person_id in announced and person_id not in marks,
        )
        for person_id, name in _students(session, lesson).items()
    ]  # fmt: skip
    listed.sort(key=lambda one: (_urgency(one), sort_key(one.name)))
    return MarkList(
        lesson_facts(session, lesson), listed, sum(_is_rest(one.status) and not one.announced for one in listed)
    )


def set_mark(
    session: Session, teacher: Person, lesson_id: int, person_id: int, status: Status, reason: str | None, now: datetime
) -> MarkCard | None:
    """The teacher gives a mark; the card as it is then. None where the person is no student of the class any more."""
    lesson = lesson_to_correct(session, lesson_id)
    if hold(session, [person_id]) and person_id in _students(session, lesson):
        correct(session, lesson, person_id, teacher, Wanted(status, reason), now)
    return mark_card(session, lesson_id, person_id)


def undo_mark(
    session: Session, teacher: Person, lesson_id: int, person_id: int, correction_id: int, now: datetime
) -> tuple[bool, MarkCard | None]:
    """The last correction is taken back: whether that was still to be done, and the card as it is then."""
    lesson = lesson_to_correct(session, lesson_id)
    held = hold(session, [person_id])
    correction = session.get(Correction, correction_id) if held else None
    done = False
    if correction is not None and (correction.lesson_id, correction.person_id) == (lesson_id, person_id):
        done = undo(session, lesson, correction, teacher, now)
    return done, mark_card(session, lesson_id, person_id)


def rest_of(session: Session, lesson_id: int) -> Rest:
    """Who is neither there nor excused, and was not marked absent by hand."""
    lesson = session.get_one(Lesson, lesson_id)
    return Rest(lesson_facts(session, lesson), list(_rest(session, lesson).values()))


def mark_rest(session: Session, teacher: Person, lesson_id: int, status: Status, now: datetime) -> Rest:
    """All of them get this mark."""
    lesson, batch = lesson_to_correct(session, lesson_id), secrets.token_hex(8)
    rest = _rest(session, lesson)
    held = hold(session, rest)
    names = [
        name
        for person_id, name in rest.items()
        if person_id in held
        and correct(session, lesson, person_id, teacher, Wanted(status, batch=batch), now) is not None
    ]
    return Rest(lesson_facts(session, lesson), names, batch)


def mark_several(
    session: Session,
    teacher: Person,
    lesson_id: int,
    person_ids: Iterable[int],
    status: Status,
    reason: str | None,
    now: datetime,
) -> Rest:
    """Those who were chosen get this mark; who is no student of the lesson is passed over."""
    lesson, batch = lesson_to_correct(session, lesson_id), secrets.token_hex(8)
    chosen = list(dict.fromkeys(person_ids))
    held = hold(session, chosen)
    students = _students(session, lesson)
    names = [
        students[person_id]
        for person_id in chosen
        if person_id in held
        and person_id in students
        and correct(session, lesson, person_id, teacher, Wanted(status, reason, batch=batch), now) is not None
    ]
    return Rest(lesson_facts(session, lesson), names, batch)


def undo_rest(session: Session, teacher: Person, lesson_id: int, batch: str, now: datetime) -> Rest:
    """What was done to all of them is taken back, but for those whose mark has changed since."""
    lesson = lesson_to_correct(session, lesson_id)
    names = _students(session, lesson)
    batched = batch_of(session, lesson_id, batch)
    held = hold(session, [one.person_id for one in batched])
    undone = [
        names.get(one.person_id, "")
        for one in batched
        if one.person_id in held and undo(session, lesson, one, teacher, now)
    ]
    return Rest(lesson_facts(session, lesson), undone)


def _rest(session: Session, lesson: Lesson) -> Mapping[int, str]:
    marks = _marks(session, lesson.id)
    students = _students(session, lesson)
    announced = excused_from(session, lesson)
    rest = {
        person_id: name
        for person_id, name in students.items()
        if _is_rest(_status(marks, person_id)) and (person_id in marks or person_id not in announced)
    }
    for person_id in _given_one_by_one(session, lesson.id):
        rest.pop(person_id, None)
    return dict(sorted(rest.items(), key=lambda one: sort_key(one[1])))


def _given_one_by_one(session: Session, lesson_id: int) -> Iterable[int]:
    """Whom a teacher has looked at: who is marked absent by hand is none of "all the others"."""
    return session.scalars(
        select(Correction.person_id).where(
            Correction.lesson_id == lesson_id, Correction.undone_at.is_(None), Correction.batch.is_(None)
        )
    )


def _students(session: Session, lesson: Lesson) -> dict[int, str]:
    """Who is in the lesson's report: whoever joined later has no part in it, who left since has their mark."""
    marks = _marks(session, lesson.id)
    return {
        one.person.id: one.name
        for one in members_of(session, lesson.class_id, former=True)
        if one.person.id in marks or not (one.is_former or was_no_member(one.membership, lesson))
    }


def _marks(session: Session, lesson_id: int) -> dict[int, Attendance]:
    rows = session.scalars(select(Attendance).where(Attendance.lesson_id == lesson_id))
    return {row.person_id: row for row in rows}


def _status(marks: Mapping[int, Attendance], person_id: int) -> Status | None:
    mark = marks.get(person_id)
    return mark.status if mark is not None else None


def _is_here(mark: Attendance | None) -> bool:
    return mark is not None and mark.status in ATTENDED


def _is_rest(status: Status | None) -> bool:
    return status is None or MEANINGS[status].missed or MEANINGS[status].suspicious


def _urgency(one: Listed) -> int:
    """Who waits, who is not there, who is excused, who was late, who is there."""
    if one.waiting:
        return 0
    return (
        1
        if _is_rest(one.status) and not one.announced
        else 1 + len(BY_WEIGHT) - BY_WEIGHT.index(one.status or Status.EXCUSED)
    )
