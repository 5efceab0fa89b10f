"""A lesson's topic; a lesson that is deleted; two lessons of a day that become one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.domain.merging import is_better
from rollcall.domain.review import ReviewState
from rollcall.storage import lessons
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.tables import Attempt, Attendance, ClosingNotice, Lesson, Person, Review, SchoolClass
from rollcall.usecases.lesson_mending import give_topic, merge, neighbours, remove_lesson
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School
from tests.rollcall.usecases.test_lessons import marks_of, records_of, teacher_in

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def held(school: School, begun: int, marked: dict[int, int]) -> int:
    """A lesson that began so many minutes after nine and lasted 45, and who came at which minute of it."""
    lesson_id = await school.open(NINE + begun * MINUTE)
    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        for who, minute in marked.items():
            sent = NINE + (begun + minute) * MINUTE
            lessons.mark(session, lesson, school.ids[who], sent, 0.97, None)
    await school.close(lesson_id, NINE + (begun + 45) * MINUTE)
    return lesson_id


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Status.PRESENT, Status.LATE),
        (Status.LATE, Status.EXCUSED),
        (Status.EXCUSED, Status.FLAGGED),
        (Status.FLAGGED, Status.ABSENT),
    ],
)
def test_whoever_came_to_one_of_two_lessons_came(better: Status, worse: Status) -> None:
    assert is_better(better, worse)
    assert not is_better(worse, better)
    assert not is_better(better, better)


def test_a_topic_is_a_short_line_and_a_dash_takes_it_away() -> None:
    lesson = Lesson()
    assert give_topic(lesson, " Дроби\nи проценты ")
    assert lesson.title == "Дроби и проценты"
    assert not give_topic(lesson, "щ" * 65)
    assert not give_topic(lesson, " \u200b ")
    assert lesson.title == "Дроби и проценты"
    assert give_topic(lesson, "-")
    assert lesson.title is None


async def test_a_deleted_lesson_takes_its_marks_and_questions_along_and_leaves_the_notes(school: School) -> None:
    lesson_id = await held(school, 0, {ANNA: 3})
    note = await school.note(BORIS, lesson_id=lesson_id)
    with school.database.session() as session:
        session.add(
            Review(
                lesson_id=lesson_id, person_id=school.ids[BORIS], attempt_id=note, sent_at=NINE,
                state=ReviewState.OPEN, created_at=NINE,
            )
        )  # fmt: skip
    with school.database.session() as session:
        gone = remove_lesson(session, await teacher_in(session), lesson_id)
        assert gone.class_id == school.class_id
    with school.database.session() as session:
        for table in (Lesson, Attendance, Review, ClosingNotice):
            assert session.scalars(select(table)).all() == [], table
        assert (session.get_one(Attempt, note)).lesson_id is None
    assert len(await records_of(school, "mark.removed")) == 2
    assert await records_of(school, "lesson.deleted") == [{"marks": 2, "school_class": school.class_id}]


async def test_of_two_lessons_that_become_one_the_better_mark_stays(school: School) -> None:
    first = await held(school, 0, {ANNA: 3})
    second = await held(school, 50, {ANNA: 20, BORIS: 2})
    with school.database.session() as session:
        session.get_one(Lesson, second).title = "Дроби"
    note = await school.note(BORIS, lesson_id=second)
    with school.database.session() as session:
        merged = merge(session, await teacher_in(session), second, first)
        assert merged is not None
        assert merged.lesson.id == first
    with school.database.session() as session:
        (lesson,) = session.scalars(select(Lesson)).all()
        assert (lesson.opened_at, lesson.closed_at) == (NINE, NINE + 95 * MINUTE)
        assert lesson.title == "Дроби"
        assert (session.get_one(Attempt, note)).lesson_id == first
        mark = session.get_one(Attendance, (first, school.ids[BORIS]))
        assert mark.at == NINE + 52 * MINUTE
    assert await marks_of(school, first) == {school.ids[ANNA]: "present", school.ids[BORIS]: "present"}
    with school.database.session() as session:
        rows = session.execute(
            select(AuditRecord.object, AuditRecord.details).where(AuditRecord.action == "mark.changed")
        )
        assert [(what, json.loads(details)) for what, details in rows] == [
            (f"lesson:{first}", {"how": "merging", "status": "present", "was": "absent"})
        ]


async def test_only_closed_neighbours_of_the_same_local_day_can_be_merged(school: School) -> None:
    first, second, third = [await held(school, minutes, {}) for minutes in (0, 60, 120)]
    midnight = await held(school, 12 * 60 + 5, {})  # in Moscow it is 00:05 then

    async def beside(lesson_id: int) -> list[int]:
        with school.database.session() as session:
            return [one.id for one in (neighbours(session, lesson_id)).others]

    assert await beside(second) == [first, third]
    assert await beside(third) == [second], "the next one is another day's"
    assert await beside(midnight) == []
    running = await school.open(NINE + 180 * MINUTE)
    assert await beside(third) == [second]
    with school.database.session() as session:
        teacher = await teacher_in(session)
        for other in (first, running, midnight, third + 100):
            assert merge(session, teacher, third, other) is None


async def test_a_lesson_of_another_class_is_no_neighbour(school: School) -> None:
    own = await held(school, 0, {})
    with school.database.session() as session:
        chemistry = SchoolClass(title="Химия", join_code="c", timezone="UTC", created_at=NINE)
        session.add(chemistry)
        session.flush()
        teacher = session.scalar(select(Person).where(Person.telegram_id == TEACHER))
        assert teacher
        other = Lesson(
            class_id=chemistry.id, opened_by=teacher.id, opened_at=NINE + HOUR, late_at=NINE + HOUR,
            closes_at=NINE + 2 * HOUR, closed_at=NINE + 2 * HOUR,
        )  # fmt: skip
        session.add(other)
        session.flush()
        assert merge(session, teacher, own, other.id) is None
