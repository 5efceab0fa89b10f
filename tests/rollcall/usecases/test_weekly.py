"""The weekly word is owed once a teacher, class and week, whatever bots do meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.storage import people, staff, weekly
from rollcall.storage.classes import archive_class
from rollcall.storage.holder import Holder
from rollcall.storage.rights import end_teaching
from rollcall.storage.tables import Person, SchoolClass
from rollcall.storage.weekly_tables import WeeklyWord
from rollcall.usecases.class_settings import set_class
from rollcall.usecases.marks import set_mark
from rollcall.usecases.weekly import Word, promise_week, take_word, weeks_due
from tests.rollcall.conftest import ANNA, NINE, TEACHER, School

DAY = timedelta(days=1)
COLLEAGUE = 101
MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)
"""Nine in Moscow; the school's first lesson was on the Tuesday before."""
HOLDER = Holder("one host", 1, "a")


@pytest.fixture
async def missed(school: School) -> School:
    """Four lessons in a week, of which Boris came to one, and Anna to all; two teachers."""
    for number in range(4):
        lesson = await school.open(NINE + number * DAY)
        await school.close(lesson, NINE + number * DAY + timedelta(hours=1))
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        for lesson in range(1, 5):
            set_mark(session, teacher, lesson, school.ids[ANNA], Status.PRESENT, None, NINE)
        colleague = people.register_person(session, COLLEAGUE, "Ольга Олегова", NINE)
        people.make_teacher(session, colleague, teacher)
        staff.add(session, colleague, school.class_id, None, None, NINE)
    return school


def step(school: School, now: datetime) -> list[Word]:
    """What a bot owes and takes on at this moment."""
    with school.database.session() as session:
        due = weeks_due(session, now)
    for class_id in due:
        with school.database.session() as session:
            promise_week(session, class_id, now)
    with school.database.session() as session:
        taken = [take_word(session, key, now, HOLDER) for key in weekly.owed(session, now, HOLDER)]
    return [word for word in taken if word is not None]


def owed(school: School) -> list[WeeklyWord]:
    with school.database.session() as session:
        return list(session.scalars(select(WeeklyWord)))


async def test_each_teacher_is_told_once_on_monday_morning(missed: School) -> None:
    assert step(missed, MONDAY - timedelta(hours=2)) == [], "it is seven in Moscow"
    words = step(missed, MONDAY)
    assert [word.chat_id for word in words] == [TEACHER, COLLEAGUE]
    (boris,) = words[0].students
    assert (boris.name, len(boris.missed), boris.share) == ("Борис Громов", 4, (0, 4))
    assert step(missed, MONDAY) == [], "they are taken on"
    with missed.database.session() as session:
        for word in owed(missed):
            weekly.kept(session, (word.class_id, word.week, word.chat_id))
    assert step(missed, MONDAY + 3 * DAY) == [], "the week is over for this class"
    assert step(missed, MONDAY + 7 * DAY) == [], "no lesson was held in the week before"


async def test_two_bots_that_looked_at_the_same_moment_owe_it_once(missed: School) -> None:
    with missed.database.session() as session:
        due = weeks_due(session, MONDAY)
    numbers = []
    for class_id in [*due, *due]:
        with missed.database.session() as session:
            numbers.append(promise_week(session, class_id, MONDAY))
    assert numbers == [2, 0]


async def test_what_a_bot_that_died_had_taken_on_is_said_by_another_and_a_closed_chat_is_tried_again(
    missed: School,
) -> None:
    assert len(step(missed, MONDAY)) == 2
    later = MONDAY + timedelta(minutes=3)
    (first, second) = step(missed, later)
    key = (missed.class_id, "2026-W37", first.chat_id)
    with missed.database.session() as session:
        weekly.put_off(session, key, later)
        weekly.kept(session, (missed.class_id, "2026-W37", second.chat_id))
    assert step(missed, later + timedelta(seconds=29)) == []
    assert [word.chat_id for word in step(missed, later + timedelta(seconds=31))] == [first.chat_id]
    assert step(missed, later + 6 * DAY) == []
    assert owed(missed) == [], "nobody waits for it so long"


async def test_nothing_is_said_of_what_was_mended_nor_to_who_teaches_no_more_nor_of_the_archive(
    missed: School,
) -> None:
    with missed.database.session() as session:
        assert promise_week(session, missed.class_id, MONDAY) == 2
        colleague = people.find_person(session, COLLEAGUE)
        assert colleague
        end_teaching(session, colleague, None, MONDAY)
    assert [word.chat_id for word in owed(missed)] == [TEACHER]
    with missed.database.session() as session:
        one = session.get_one(SchoolClass, missed.class_id)
        archive_class(session, one, session.scalars(select(Person).where(Person.telegram_id == TEACHER)).one(), MONDAY)
    assert step(missed, MONDAY) == []
    assert owed(missed) == []


async def test_a_class_that_is_set_so_is_told_nothing(missed: School) -> None:
    with missed.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        for what, value in (("row", "4"), ("share", "100"), ("row", "x")):
            assert set_class(session, teacher, missed.class_id, what, value) is None
        assert set_class(session, teacher, missed.class_id, "row", "0")
    (boris,) = step(missed, MONDAY)[0].students
    assert boris.missed == ()
    with missed.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        assert set_class(session, teacher, missed.class_id, "share", "0")
        session.get_one(SchoolClass, missed.class_id).told_week = None
        for word in session.scalars(select(WeeklyWord)):
            session.delete(word)
    assert step(missed, MONDAY) == []
