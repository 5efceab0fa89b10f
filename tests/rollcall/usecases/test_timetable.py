"""Lessons open by themselves: at the class's local time, once, also late; never on top of another lesson."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from rollcall.domain.timetable import Weeks
from rollcall.storage import people, timetables
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder
from rollcall.storage.lessons import close_lesson, open_lesson
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.storage.timetable_tables import Holiday, Planned, PlanNotice, Slot
from rollcall.usecases.lessons import Length
from rollcall.usecases.timetable_running import carry_out, plan_due, skip_planned, take_words
from rollcall.usecases.timetables import HOLIDAY, SLOT, TERM, ask_plan, plan_given, plan_said
from tests.rollcall.conftest import TEACHER, School

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BEGINS = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
"""Half past eight on a Monday in Berlin, in winter."""
USUAL = Length(None, 90 * MINUTE, 10 * MINUTE)
HOLDER = Holder("one host", 1, "a")


def planned(school: School, begins: int = 510, minutes: int = 45, topic: str | None = "Дроби") -> int:
    """A class in Berlin with a slot on Mondays; the slot."""
    teacher = _teacher(school)
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).timezone = "Europe/Berlin"
        slot = Slot(
            class_id=school.class_id, made_by=teacher, weekday=1, begins=begins, minutes=minutes,
            weeks=Weeks.EVERY.value, topic=topic,
        )  # fmt: skip
        session.add(slot)
        session.flush()
        return slot.id


def _teacher(school: School) -> int:
    with school.database.session() as session:
        found = people.find_person(session, TEACHER)
        assert found
        return found.id


def step(database: Database, now: datetime) -> list[int]:
    """What a bot does at this moment; the lessons that are open by it."""
    with database.session() as session:
        due = plan_due(session, now)
    opened = []
    for slot_id, day in due:
        with database.session() as session:
            opened.append(carry_out(session, slot_id, day, now, USUAL))
    return [lesson_id for lesson_id in opened if lesson_id is not None]


def lessons_of(school: School) -> list[Lesson]:
    with school.database.session() as session:
        return list(session.scalars(select(Lesson).order_by(Lesson.opened_at)))


async def test_the_teacher_is_told_ten_minutes_before_and_the_lesson_opens_once(school: School) -> None:
    planned(school)
    assert step(school.database, BEGINS - 11 * MINUTE) == []
    for _ in range(2):
        assert step(school.database, BEGINS - 10 * MINUTE) == []
    with school.database.session() as session:
        (soon,) = take_words(session, BEGINS - 9 * MINUTE, HOLDER)
        assert (soon.chat_id, f"{soon.begins:%H:%M}", soon.topic) == (TEACHER, "08:30", "Дроби")
        assert take_words(session, BEGINS - 9 * MINUTE, HOLDER) == [], "another bot is at it"
    (lesson_id,) = step(school.database, BEGINS)
    assert step(school.database, BEGINS + MINUTE) == []
    (lesson,) = lessons_of(school)
    assert lesson.id == lesson_id
    assert (lesson.opened_at, lesson.closes_at) == (BEGINS, BEGINS + 45 * MINUTE)
    assert lesson.late_at == BEGINS + 10 * MINUTE
    assert (lesson.title, lesson.board_chat_id, lesson.board_message_id) == ("Дроби", TEACHER, None)
    with school.database.session() as session:
        assert session.scalars(select(PlanNotice)).all() == [], "nobody is told of what is open"


async def test_two_bots_at_the_same_moment_open_one_lesson(school: School) -> None:
    planned(school)
    with school.database.session() as session:
        due = plan_due(session, BEGINS)
    for slot_id, day in [*due, *due]:  # both had looked before either began
        with school.database.session() as session:
            carry_out(session, slot_id, day, BEGINS, USUAL)
    assert len(lessons_of(school)) == 1


async def test_a_lesson_closed_by_its_teacher_does_not_open_again(school: School) -> None:
    planned(school)
    (lesson_id,) = step(school.database, BEGINS)
    with school.database.session() as session:
        close_lesson(session, session.get_one(Lesson, lesson_id), BEGINS + 5 * MINUTE)
    assert step(school.database, BEGINS + 6 * MINUTE) == []


async def test_a_missed_opening_is_made_up_while_the_slot_runs_and_makes_nobody_late(school: School) -> None:
    planned(school)
    (lesson_id,) = step(school.database, BEGINS + 20 * MINUTE)
    (lesson,) = lessons_of(school)
    assert lesson.id == lesson_id
    assert (lesson.opened_at, lesson.late_at) == (BEGINS, BEGINS + 30 * MINUTE)
    assert lesson.closes_at == BEGINS + 45 * MINUTE
    assert step(school.database, BEGINS + 7 * DAY + 45 * MINUTE) == [], "that one is over"


async def test_the_local_time_counts_over_a_change_of_the_clocks(school: School) -> None:
    planned(school)
    summer = datetime(2026, 10, 19, 6, 30, tzinfo=UTC)  # a week before the change
    assert step(school.database, summer - MINUTE) == []
    assert len(step(school.database, summer)) == 1
    after = datetime(2026, 10, 26, 7, 30, tzinfo=UTC)
    with school.database.session() as session:
        close_lesson(session, session.scalars(select(Lesson)).one(), summer + 45 * MINUTE)
    assert step(school.database, after - MINUTE) == []
    assert len(step(school.database, after)) == 1


async def test_a_skipped_lesson_and_one_in_the_holidays_do_not_open(school: School) -> None:
    slot_id = planned(school)
    step(school.database, BEGINS - 10 * MINUTE)
    with school.database.session() as session:
        assert skip_planned(session, school.class_id + 1, slot_id, "2026-11-02", BEGINS - 5 * MINUTE) is None
        assert skip_planned(session, school.class_id, slot_id, "2026-11-02", BEGINS - 5 * MINUTE) is not None
        assert take_words(session, BEGINS - 5 * MINUTE, HOLDER) == []
    assert step(school.database, BEGINS) == []
    with school.database.session() as session:
        session.add(Holiday(class_id=school.class_id, first="2026-11-09", last="2026-11-09"))
    assert step(school.database, BEGINS + 7 * DAY) == []
    assert len(step(school.database, BEGINS + 14 * DAY)) == 1
    with school.database.session() as session:
        assert skip_planned(session, school.class_id, slot_id, "2026-11-16", BEGINS + 14 * DAY) is None, "it is open"


async def test_a_lesson_that_the_teacher_opened_a_little_before_is_the_planned_one(school: School) -> None:
    planned(school)
    number = _teacher(school)
    with school.database.session() as session:
        teacher = session.get_one(Person, number)
        own, _ = open_lesson(session, school.class_id, teacher, BEGINS - 5 * MINUTE, 20 * MINUTE, 10 * MINUTE)
        lesson_id = own.id
    assert step(school.database, BEGINS) == [lesson_id]
    (lesson,) = lessons_of(school)
    assert lesson.closes_at == BEGINS + 45 * MINUTE
    assert lesson.title == "Дроби"


async def test_slots_back_to_back_are_two_lessons_and_one_that_is_drawn_out_makes_the_next_wait(
    school: School,
) -> None:
    planned(school)
    planned(school, 510 + 45, topic=None)
    (first,) = step(school.database, BEGINS)
    with school.database.session() as session:
        session.get_one(Lesson, first).closes_at += 5 * MINUTE
    assert step(school.database, BEGINS + 45 * MINUTE) == [], "the first one still runs"
    (second,) = step(school.database, BEGINS + 50 * MINUTE)
    one, other = lessons_of(school)
    assert (one.id, one.closed_at) == (first, BEGINS + 50 * MINUTE)
    assert (other.id, other.opened_at) == (second, BEGINS + 45 * MINUTE)


async def test_an_edited_answer_changes_the_slot_that_it_made(school: School) -> None:
    now = BEGINS - DAY
    number = _teacher(school)
    with school.database.session() as session:
        teacher = session.get_one(Person, number)
        conversation = people.conversation_with(session, TEACHER, now)
        ask_plan(session, conversation, school.class_id, SLOT, 1, now)
        assert plan_said(session, teacher, "утром", 7, now).timetable is None
        assert plan_said(session, teacher, "8:30–9:15 Дроби", 8, now).timetable is not None
        changed = plan_said(session, teacher, "9:30 60", 8, now).timetable
        assert changed is not None
        (slot,) = changed.slots
        assert (slot.begins, slot.minutes, slot.topic) == (570, 60, None)


async def test_what_became_of_lessons_long_ago_is_not_kept(school: School) -> None:
    planned(school)
    step(school.database, BEGINS - 10 * MINUTE)
    step(school.database, BEGINS + 14 * DAY - 10 * MINUTE)
    with school.database.session() as session:
        assert [one.day for one in session.scalars(select(Planned))] == ["2026-11-16"]
        timetables.told(session, 1, "2026-11-16", TEACHER)
        assert session.scalars(select(PlanNotice)).all() == []


async def test_a_timetable_is_written_in_forms_as_well_and_what_is_not_understood_changes_nothing(
    school: School,
) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        this = (session, teacher, school.class_id)
        assert plan_given(*this, SLOT, "завтра", BEGINS, weekday=2) is None
        assert plan_given(*this, SLOT, "8:30–9:15 Дроби", BEGINS, weekday=2, weeks=Weeks.ODD)
        assert plan_given(*this, HOLIDAY, "30.10–08.11", BEGINS)
        found = plan_given(*this, TERM, "01.09.2026–31.05.2027", BEGINS)
        assert found
        (slot,) = found.slots
        assert (slot.weekday, slot.begins, slot.minutes, slot.topic, slot.weeks) == (2, 510, 45, "Дроби", "odd")
        assert len(found.holidays) == 1
        assert found.term
