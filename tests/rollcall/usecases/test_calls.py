"""Calls as rows, on SQLite and on PostgreSQL: of two bots each takes its own, and what is over goes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from rollcall.storage import classes, lessons, people
from rollcall.storage.handover import hand_over
from rollcall.storage.holder import Holder
from rollcall.storage.lease import free_those_of_the_dead
from rollcall.storage.tables import WITHOUT_ACCOUNT, Call, Lesson, Membership, Person, SchoolClass
from rollcall.usecases import absences, calls
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

ONE, OTHER = Holder("one", 1, "a"), Holder("other", 1, "b")
MINUTE = timedelta(minutes=1)


def grow(school: School, number: int) -> None:
    """So many more students join."""
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        for telegram_id in range(1000, 1000 + number):
            person = people.register_person(session, telegram_id, f"Имя {telegram_id}", NINE)
            classes.join_class(session, person, school_class, NINE)


def owed(school: School) -> int:
    with school.database.session() as session:
        return session.scalar(select(func.count()).select_from(Call)) or 0


async def opened(school: School) -> int:
    lesson_id = await school.open()
    with school.database.session() as session:
        calls.call_all(session, session.get_one(Lesson, lesson_id), NINE)
    return lesson_id


async def test_of_two_bots_at_once_each_takes_calls_that_the_other_has_not(school: School) -> None:
    grow(school, 60)
    await opened(school)
    assert owed(school) == 62
    run = school.database.run
    taken = await asyncio.gather(*(run(calls.take_calls, NINE, who, 8) for who in (ONE, OTHER) * 3))
    chats = [one.chat_id for some in taken for one in some]
    assert len(chats) == len(set(chats)) == 48
    # What a bot has not done two minutes later is another's.
    later = [one.chat_id for one in await run(calls.take_calls, NINE + 3 * MINUTE, ONE, 100)]
    assert sorted(later) == sorted({ANNA, BORIS, *range(1000, 1060)})


async def test_who_has_no_account_or_wants_no_calls_or_is_in_a_class_without_is_owed_none(school: School) -> None:
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        on_paper = people.register_person(session, WITHOUT_ACCOUNT - 5, "Без Телефона", NINE)
        classes.join_class(session, on_paper, school_class, NINE)
        session.get_one(Membership, (school.class_id, school.ids[BORIS])).uncalled = True
    lesson_id = await opened(school)
    assert [one.chat_id for one in await school.database.run(calls.take_calls, NINE, ONE, 9)] == [ANNA]
    with school.database.session() as session:
        calls.set_calls(session, school.class_id, wanted=False)
        lesson = session.get_one(Lesson, lesson_id)
        lesson.closed_at = NINE
    await opened(school)
    assert await school.database.run(calls.take_calls, NINE, OTHER, 9) == []


async def test_who_is_excused_from_the_day_is_not_called_and_who_only_asked_is(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        for account, excused in ((ANNA, True), (BORIS, False)):
            student = session.get_one(Person, school.ids[account])
            said = absences.announce(session, student, school.class_id, (NINE.date(), NINE.date()), None, NINE)
            assert isinstance(said, absences.Announced)
            if excused:
                absences.decide(session, teacher, said.absence_id, excused=True, anew=False, now=NINE)
    await opened(school)
    assert [one.chat_id for one in await school.database.run(calls.take_calls, NINE, ONE, 9)] == [BORIS]


async def test_a_call_goes_with_the_mark_and_with_the_end_of_the_lesson_whatever_had_become_of_it(
    school: School,
) -> None:
    lesson_id = await opened(school)
    run = school.database.run
    made = {one.chat_id: one for one in await run(calls.take_calls, NINE, ONE, 9)}
    await run(calls.called, {made[ANNA].call_id: 77}, [], [made[BORIS].call_id], NINE)
    assert await run(calls.take_pointless, NINE, ONE, 9) == []
    with school.database.session() as session:
        lessons.mark(session, session.get_one(Lesson, lesson_id), school.ids[ANNA], NINE, 0.9, None)
    (tidy,) = await run(calls.take_pointless, NINE, ONE, 9)
    assert (tidy.chat_id, tidy.message_id) == (ANNA, 77)
    await run(calls.called, {}, [tidy.call_id], [], NINE)
    await school.close(lesson_id)
    assert await run(calls.take_calls, NINE + MINUTE, ONE, 9) == []
    assert owed(school) == 0


async def test_a_call_that_fails_is_made_five_times_ever_later(school: School) -> None:
    await opened(school)
    run, now, waits = school.database.run, NINE, []
    while owed(school):
        some = await run(calls.take_calls, now, ONE, 9)
        if some:
            waits.append(now - NINE)
            await run(calls.called, {}, [], [one.call_id for one in some], now)
        now += timedelta(seconds=10)
    assert [int(wait.total_seconds()) for wait in waits] == [0, 30, 90, 180, 300]


async def test_what_a_bot_of_this_machine_held_when_it_died_is_free_at_once(school: School) -> None:
    await opened(school)
    run, here = school.database.run, Holder.this_process()
    await run(calls.take_calls, NINE, Holder(here.host, 2**22 + 9, "dead"), 9)
    await run(calls.take_calls, NINE, OTHER, 9)
    await run(free_those_of_the_dead, Call, OTHER)
    assert await run(calls.take_calls, NINE, here, 9) == []
    await run(free_those_of_the_dead, Call, here)
    assert len(await run(calls.take_calls, NINE, here, 9)) == 2


async def test_a_call_that_was_made_stays_behind_with_a_lost_account(school: School) -> None:
    """Its message is in that account's chat; in another chat the number is another message's."""
    await opened(school)
    made = {one.chat_id: one for one in await school.database.run(calls.take_calls, NINE, ONE, 9)}
    await school.database.run(calls.called, {made[ANNA].call_id: 77}, [], [], NINE)
    with school.database.session() as session:
        new = people.register_person(session, 300, "Анна Белова", NINE)
        hand_over(session, session.get_one(Person, school.ids[ANNA]), new, None, NINE)
    assert owed(school) == 1
    assert not await school.database.run(calls.take_pointless, NINE + 3 * MINUTE, ONE, 9)


async def test_two_bots_that_look_at_the_end_of_a_lesson_at_once_make_one_last_call(school: School) -> None:
    lesson_id = await school.open()
    at = NINE + 86 * MINUTE
    await asyncio.gather(*(school.database.run(calls.call_the_missing, at) for _ in range(4)))
    assert owed(school) == 2
    with school.database.session() as session:
        session.get_one(Lesson, lesson_id).closes_at += 15 * MINUTE
    await school.database.run(calls.call_the_missing, at + 5 * MINUTE)
    assert owed(school) == 2
    await school.database.run(calls.call_the_missing, at + 15 * MINUTE)
    assert owed(school) == 4
