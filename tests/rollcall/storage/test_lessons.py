"""Which lesson a note counts for, what closing one does, and whom a late result flags."""

import asyncio
import json
from datetime import timedelta

from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.domain.verdict import Reason, Verdict
from rollcall.storage import classes, lessons, people
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.tables import Attendance, ClosingNotice, Lesson, Person
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


async def another_class(school: School, member: int) -> int:
    """A class of the same teacher, that the student belongs to as well."""
    with school.database.session() as session:
        teacher, student = (
            people.find_person(session, TEACHER),
            people.find_person(session, member),
        )
        assert teacher
        assert student
        school_class = classes.create_class(session, teacher, "Химия 9Б", "Europe/Moscow", NINE)
        classes.join_class(session, student, school_class, NINE)
        return school_class.id


async def test_an_open_lesson_is_one_until_it_is_closed(school: School) -> None:
    first = await school.open()
    other_class = await another_class(school, ANNA)
    with school.database.session() as session:
        assert [lesson.id for lesson in lessons.open_lessons(session)] == [first]
        taken = lessons.take_open_lesson(session, first)
        assert taken is not None
        assert taken.id == first
        assert lessons.take_open_lesson(session, first + 1) is None, "another's lesson is not it"
        assert lessons.open_lesson_of(session, other_class) is None
    await school.close(first)
    with school.database.session() as session:
        assert list(lessons.open_lessons(session)) == []
        assert lessons.take_open_lesson(session, first) is None
    second = await school.open(NINE + HOUR)
    with school.database.session() as session:
        found = lessons.open_lesson_of(session, school.class_id)
        assert found is not None
        assert found.id == second


async def test_a_note_counts_for_the_students_own_lessons_that_were_open_when_it_was_sent(school: School) -> None:
    first = await school.open()
    other_class = await another_class(school, ANNA)
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        later, _ = lessons.open_lesson(
            session, other_class, teacher, NINE + timedelta(minutes=5), HOUR, timedelta(minutes=10)
        )

    async def open_for(who: int, minutes: float) -> list[int]:
        with school.database.session() as session:
            student = session.get_one(Person, school.ids[who])
            found = lessons.lessons_to_check_in(session, student, NINE + timedelta(minutes=minutes))
            return [lesson.id for lesson in found]

    async def begun_since(who: int, minutes: float) -> list[int]:
        with school.database.session() as session:
            student = session.get_one(Person, school.ids[who])
            found = lessons.lessons_begun_since(session, student, NINE + timedelta(minutes=minutes))
            return [lesson.id for lesson in found]

    assert await open_for(ANNA, -1) == []
    assert await open_for(ANNA, 1) == [first]
    assert await open_for(ANNA, 6) == [later.id, first], "latest first"
    assert await open_for(BORIS, 6) == [first]
    assert await open_for(ANNA, 64) == [later.id, first]
    assert await open_for(ANNA, 66) == [first], "its time was up"
    assert await open_for(ANNA, 91) == []
    assert await begun_since(ANNA, -1) == [later.id, first], "latest first"
    assert await begun_since(ANNA, 1) == [later.id]
    assert await begun_since(BORIS, -1) == [first]
    await school.close(first, NINE + timedelta(minutes=3))
    assert await open_for(ANNA, 3) == [first], "sent before it was closed"
    assert await open_for(ANNA, 4) == []
    assert await begun_since(ANNA, -1) == [later.id]


async def test_only_a_lesson_whose_time_was_up_owes_every_teacher_a_word(school: School) -> None:
    async def owed() -> int:
        with school.database.session() as session:
            return len(session.scalars(select(ClosingNotice)).all())

    first = await school.open()
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        lessons.close_lesson(session, session.get_one(Lesson, first), NINE + HOUR, teacher)
    assert await owed() == 0
    second = await school.open(NINE + HOUR)
    await school.close(second, NINE + 2 * HOUR)
    assert await owed() == 1


async def test_a_late_result_flags_who_was_counted_absent_once_and_nobody_else(school: School) -> None:
    lesson = await school.open()
    for who, verdict, reason in (
        (ANNA, Verdict.ACCEPTED, Reason.MATCH), (BORIS, Verdict.REFUSED, Reason.NOISY),
    ):  # fmt: skip
        note = await school.note(who, lesson_id=lesson)
        with school.database.session() as session:
            apply_result(session, school.keyring, school.result(note, verdict, reason), NINE)
    await school.close(lesson)

    async def flag(who: int) -> Status:
        with school.database.session() as session:
            lessons.flag_absent(session, lesson, school.ids[who])
        with school.database.session() as session:
            return (session.get_one(Attendance, (lesson, school.ids[who]))).status

    assert await flag(ANNA) is Status.PRESENT
    assert set(await asyncio.gather(flag(BORIS), flag(BORIS))) == {Status.FLAGGED}
    with school.database.session() as session:
        records = session.scalars(select(AuditRecord)).all()
        assert len([one for one in records if "late note" in one.details]) == 1, "on record once"


async def test_a_mark_says_how_sure_and_by_which_note_and_only_a_teachers_word_is_taken_back(school: School) -> None:
    lesson_id = await school.open()
    note = await school.note(ANNA, lesson_id=lesson_id)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE)
        lesson, teacher = session.get_one(Lesson, lesson_id), people.find_person(session, TEACHER)
        assert teacher
        mark = session.get_one(Attendance, (lesson_id, school.ids[ANNA]))
        assert (mark.at, mark.confidence, mark.attempt_id) == (NINE, 0.97, note)
        for who in (ANNA, BORIS):
            lessons.take_back(session, lesson, school.ids[who], teacher)
        assert mark.status is Status.PRESENT, "a voice made it"
        assert session.get(Attendance, (lesson_id, school.ids[BORIS])) is None
        mark.confirmed_by = teacher.id
        lessons.take_back(session, lesson, school.ids[ANNA], teacher)
        assert (mark.status, mark.at, mark.confidence, mark.attempt_id) == (Status.ABSENT, None, None, None)
    with school.database.session() as session:
        last = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc())).first()
        assert last is not None
        assert json.loads(last.details) == {"status": "absent", "was": "present", "how": "teacher"}
