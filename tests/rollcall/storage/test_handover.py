"""What was one person's becomes another's: marks, notes, the place on the list; and no row stays behind."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.storage import classes, lessons, people, rosters
from rollcall.storage.correcting import Wanted, correct
from rollcall.storage.handover import claim_line, hand_over
from rollcall.storage.tables import Attempt, Attendance, Lesson, Membership, Person, SchoolClass
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

NEW = 900
_HOUR = timedelta(hours=1)


async def marks_of(school: School, person_id: int) -> dict[int, Status]:
    with school.database.session() as session:
        rows = session.scalars(select(Attendance).where(Attendance.person_id == person_id))
        return {row.lesson_id: row.status for row in rows}


async def marked_lessons(school: School) -> list[int]:
    """Anna: present, absent, absent by a teacher's word; Boris: absent, late, present."""
    ids = []
    for number, came in enumerate(((ANNA,), (BORIS,), (BORIS,))):
        begins = NINE + number * timedelta(days=1)
        lesson_id = await school.open(begins)
        ids.append(lesson_id)
        with school.database.session() as session:
            lesson = session.get_one(Lesson, lesson_id)
            late = timedelta(minutes=20 if number == 1 else 1)
            for account in came:
                lessons.mark(session, lesson, school.ids[account], begins + late, 0.9, None)
        await school.close(lesson_id, begins + _HOUR)
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        lesson = session.get_one(Lesson, ids[2])
        assert teacher
        correct(session, lesson, school.ids[ANNA], teacher, Wanted(Status.EXCUSED), NINE + 99 * _HOUR)
    return ids


async def test_a_teachers_word_stands_and_otherwise_the_better_mark(school: School) -> None:
    first, second, third = await marked_lessons(school)
    with school.database.session() as session:
        anna, boris = [session.get_one(Person, school.ids[one]) for one in (ANNA, BORIS)]
        assert hand_over(session, boris, anna, None, NINE + 100 * _HOUR) == 3
    assert await marks_of(school, school.ids[ANNA]) == {
        first: Status.PRESENT, second: Status.LATE, third: Status.EXCUSED
    }  # fmt: skip
    assert await marks_of(school, school.ids[BORIS]) == {}
    with school.database.session() as session:
        assert session.get(Person, school.ids[BORIS]) is None
        assert [one.name for one in classes.members_of(session, school.class_id)] == ["Анна Белова"]


async def test_the_other_way_round_it_is_the_same(school: School) -> None:
    first, second, third = await marked_lessons(school)
    note = await school.note(ANNA, lesson_id=first)
    with school.database.session() as session:
        anna, boris = [session.get_one(Person, school.ids[one]) for one in (ANNA, BORIS)]
        hand_over(session, anna, boris, None, NINE + 100 * _HOUR)
    assert await marks_of(school, school.ids[BORIS]) == {
        first: Status.PRESENT, second: Status.LATE, third: Status.EXCUSED
    }  # fmt: skip
    with school.database.session() as session:
        assert (session.get_one(Attempt, note)).person_id == school.ids[BORIS]


async def test_a_line_becomes_the_account_of_somebody_new_and_of_somebody_known(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        school_class = session.get_one(SchoolClass, school.class_id)
        for name in ("Ким Вера", "Ким Глеб"):
            line = rosters.add_line(session, school_class, name, teacher, NINE)
            line.student_number = name
        other = classes.create_class(session, teacher, "Химия", "UTC", NINE)
        known = people.register_person(session, NEW, "Вера Ким", NINE)
        classes.join_class(session, known, other, NINE)
    lesson = await school.open(NINE)
    await school.close(lesson)
    with school.database.session() as session:
        lines = {one.name: one.person for one in rosters.unclaimed(session, school.class_id)}
        school_class = session.get_one(SchoolClass, school.class_id)
        account = people.find_person(session, NEW)
        assert account
        gleb = claim_line(session, lines["Ким Глеб"], NEW + 1, None, school_class, NINE)
        vera = claim_line(session, lines["Ким Вера"], NEW, account, school_class, NINE)
        assert (gleb.telegram_id, vera.id) == (NEW + 1, account.id)
        assert rosters.unclaimed(session, school.class_id) == []
        membership = session.get_one(Membership, (school.class_id, vera.id))
        assert membership.student_number == "Ким Вера"
    for person in (gleb, vera):
        assert await marks_of(school, person.id) == {lesson: Status.ABSENT}
