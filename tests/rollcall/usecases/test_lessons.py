"""A lesson gets longer, is closed after a question, and goes on: what becomes of its marks."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.domain.review import ReviewState
from rollcall.storage import lessons, people
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.tables import Attendance, ClosingNotice, Lesson, Person, Review
from rollcall.usecases.closing import Closed
from rollcall.usecases.lessons import (
    Doubt,
    Length,
    Longer,
    NotReopened,
    close_all_the_same,
    close_for_class,
    keep_open_longer,
    open_for_class,
    reopen,
)
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

MINUTE = timedelta(minutes=1)


async def teacher_in(session: Session) -> Person:
    found = people.find_person(session, TEACHER)
    assert isinstance(found, Person)
    return found


async def marks_of(school: School, lesson_id: int) -> dict[int, str]:
    with school.database.session() as session:
        rows = session.scalars(select(Attendance).where(Attendance.lesson_id == lesson_id))
        return {row.person_id: row.status.value for row in rows}


async def records_of(school: School, action: str) -> list[dict[str, object]]:
    with school.database.session() as session:
        rows = session.scalars(select(AuditRecord.details).where(AuditRecord.action == action))
        return [json.loads(row) for row in rows]


async def test_open_with_minutes_keeps_an_open_lesson_open_longer_and_never_shorter(school: School) -> None:
    async def open_again(at: int, minutes: int | None) -> tuple[bool, timedelta]:
        asked = minutes * MINUTE if minutes is not None else None
        with school.database.session() as session:
            length = Length(asked, 90 * MINUTE, 10 * MINUTE)
            person = session.get_one(Person, teacher)
            opened = open_for_class(session, person, school.class_id, NINE + at * MINUTE, length)
            opened.lesson.board_message_id = 1
            return opened.longer, opened.lesson.closes_at - NINE

    with school.database.session() as session:
        teacher = (await teacher_in(session)).id
    assert await open_again(0, None) == (False, 90 * MINUTE)
    assert await open_again(60, None) == (False, 90 * MINUTE)
    assert await open_again(60, 20) == (False, 90 * MINUTE), "it is open for longer anyway"
    assert await open_again(60, 90) == (True, 150 * MINUTE)
    assert await open_again(60, 90) == (False, 150 * MINUTE), "the same command once more"
    assert await records_of(school, "lesson.extended") == [{"minutes": 150}]


async def test_a_press_on_longer_counts_once_however_often_it_comes(school: School) -> None:
    lesson_id = await school.open()

    async def press(minutes: int) -> timedelta | None:
        with school.database.session() as session:
            found = keep_open_longer(session, await teacher_in(session), lesson_id, minutes * MINUTE)
            return None if found is None else found.lesson.closes_at - NINE

    assert await press(105) == 105 * MINUTE
    assert await press(105) == 105 * MINUTE
    assert await press(95) == 105 * MINUTE
    await school.close(lesson_id)
    assert await press(120) is None


async def test_closing_early_is_asked_about_while_a_student_waits_for_the_teacher(school: School) -> None:
    lesson_id = await school.open()
    with school.database.session() as session:
        session.add(
            Review(lesson_id=lesson_id, person_id=school.ids[ANNA], attempt_id=None, sent_at=NINE,
                   state=ReviewState.OPEN, created_at=NINE)
        )  # fmt: skip

    async def close(at: int) -> Closed | Doubt | None:
        moment = NINE + at * MINUTE
        with school.database.session() as session:
            return close_for_class(session, await teacher_in(session), school.class_id, moment, moment)

    doubt = await close(10)
    assert isinstance(doubt, Doubt)
    assert (doubt.missing, doubt.waiting, doubt.left) == (1, 1, 80 * MINUTE)
    assert await marks_of(school, lesson_id) == {}
    assert isinstance(await close(50), Closed)
    assert set((await marks_of(school, lesson_id)).values()) == {"absent"}


async def test_opening_again_takes_back_what_closing_marked_and_nothing_else(school: School) -> None:
    lesson_id = await school.open()
    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        lessons.mark(session, lesson, school.ids[ANNA], NINE + MINUTE, 0.97, None)
        lessons.close_lesson(session, lesson, NINE + 20 * MINUTE)
        assert session.scalar(select(ClosingNotice))
    assert await marks_of(school, lesson_id) == {school.ids[ANNA]: "present", school.ids[BORIS]: "absent"}

    with school.database.session() as session:
        found = reopen(session, await teacher_in(session), lesson_id, NINE + 30 * MINUTE)
        assert isinstance(found, Longer)
        assert found.lesson.closes_at == NINE + 90 * MINUTE, "its old end"
        assert session.scalar(select(ClosingNotice)) is None, "nobody hears that it is closed"
    assert await marks_of(school, lesson_id) == {school.ids[ANNA]: "present"}
    assert await records_of(school, "mark.removed") == [{"how": "reopening", "was": "absent"}]

    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        student = session.get_one(Person, school.ids[BORIS])
        assert lessons.lessons_to_check_in(session, student, NINE + 40 * MINUTE) == [lesson]
        lessons.mark(session, lesson, student.id, NINE + 40 * MINUTE, 0.9, None)
    assert (await marks_of(school, lesson_id))[school.ids[BORIS]] == Status.LATE.value


async def test_what_a_teacher_marked_stays_when_the_lesson_goes_on(school: School) -> None:
    lesson_id = await school.open()
    await school.close(lesson_id)
    with school.database.session() as session:
        mark = session.get_one(Attendance, (lesson_id, school.ids[BORIS]))
        mark.confirmed_by = (await teacher_in(session)).id
    with school.database.session() as session:
        reopen(session, await teacher_in(session), lesson_id, NINE + 60 * MINUTE)
    assert await marks_of(school, lesson_id) == {school.ids[BORIS]: "absent"}


async def test_a_lesson_whose_time_was_up_goes_on_for_a_little(school: School) -> None:
    lesson_id = await school.open()
    await school.close(lesson_id, NINE + 90 * MINUTE)
    with school.database.session() as session:
        found = reopen(session, await teacher_in(session), lesson_id, NINE + 100 * MINUTE)
        assert isinstance(found, Longer)
        assert found.lesson.closes_at == NINE + 115 * MINUTE
        again = reopen(session, await teacher_in(session), lesson_id, NINE + 200 * MINUTE)
        assert isinstance(again, Longer)
        assert again.lesson.closes_at == NINE + 115 * MINUTE, "it is open already"


async def test_a_lesson_is_not_opened_again_the_next_day_nor_beside_another(school: School) -> None:
    first = await school.open()
    await school.close(first)
    second = await school.open(NINE + 60 * MINUTE)
    with school.database.session() as session:
        teacher = await teacher_in(session)
        beside = reopen(session, teacher, first, NINE + 70 * MINUTE)
        assert beside is NotReopened.ANOTHER_IS_OPEN
        close_all_the_same(session, teacher, second, NINE + 71 * MINUTE, NINE + 71 * MINUTE)
        too_late = reopen(session, teacher, first, NINE + timedelta(days=1))
        assert too_late is NotReopened.TOO_LATE
