"""Announced absences and objections to marks: who is asked, what becomes of lessons, what stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rollcall.domain.absence import AppealState
from rollcall.domain.attendance import Status
from rollcall.domain.verdict import Reason, Verdict
from rollcall.storage import cards, people, questions
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.correction_tables import MarkWord
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.questions import ABSENCES, APPEALS
from rollcall.storage.roll import Stands, roll
from rollcall.storage.tables import Attendance, Lesson
from rollcall.usecases import absences, appeals, marks
from rollcall.usecases.absences import Announced, NotAnnounced
from rollcall.usecases.appeals import NotTaken, OwnMark
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

DAY = timedelta(days=1)
TODAY = NINE.date()


async def by(school: School, account: int, act: Any, *args: Any, **more: Any) -> Any:
    """A use case of that person's."""
    with school.database.session() as session:
        person = people.find_person(session, account)
        return act(session, person, *args, **more)


async def announce(school: School, first: date = TODAY, last: date = TODAY, reason: str | None = "illness") -> int:
    outcome = await by(school, ANNA, absences.announce, school.class_id, (first, last), reason, NINE)
    assert isinstance(outcome, Announced)
    return outcome.absence_id


async def decide(school: School, absence: int, *, excused: bool, anew: bool = False) -> bool:
    done = await by(school, TEACHER, absences.decide, absence, excused=excused, anew=anew, now=NINE)
    assert isinstance(done, bool)
    return done


async def mark(school: School, lesson: int, account: int = ANNA) -> tuple[Status, str | None] | None:
    with school.database.session() as session:
        found = session.get(Attendance, (lesson, school.ids[account]))
        return (found.status, found.reason) if found is not None else None


async def test_lessons_of_the_announced_days_close_as_excused_and_others_do_not(school: School) -> None:
    await decide(school, await announce(school, TODAY, TODAY + DAY), excused=True)
    during = await school.open()
    await school.close(during)
    after = await school.open(NINE + 2 * DAY)
    await school.close(after, NINE + 2 * DAY + timedelta(hours=1))
    assert await mark(school, during) == (Status.EXCUSED, "illness")
    assert await mark(school, during, BORIS) == (Status.ABSENT, None)
    assert await mark(school, after) == (Status.ABSENT, None)


async def test_the_days_are_those_of_the_classs_clock(school: School) -> None:
    await decide(school, await announce(school, TODAY + DAY, TODAY + DAY), excused=True)
    late_in_utc = await school.open(NINE.replace(hour=22))  # 1:00 of the next day in Moscow
    await school.close(late_in_utc, NINE.replace(hour=23))
    assert await mark(school, late_in_utc) == (Status.EXCUSED, "illness")


async def test_a_lesson_that_was_closed_before_the_decision_follows_it_there_and_back(school: School) -> None:
    absence, lesson = await announce(school), await school.open()
    await school.close(lesson)
    assert await mark(school, lesson) == (Status.ABSENT, None)
    assert await decide(school, absence, excused=True)
    assert await mark(school, lesson) == (Status.EXCUSED, "illness")
    assert await decide(school, absence, excused=False, anew=True)
    assert await mark(school, lesson) == (Status.ABSENT, None)
    with school.database.session() as session:
        assert session.scalars(select(MarkWord)).all() == []  # the decision itself is what they hear of


async def test_a_decision_is_made_once_and_turned_round_only_by_the_button_that_says_so(school: School) -> None:
    absence = await announce(school)
    assert await decide(school, absence, excused=True)
    assert not await decide(school, absence, excused=False)
    assert not await decide(school, absence, excused=True)
    assert await decide(school, absence, excused=False, anew=True)
    assert not await decide(school, absence, excused=False, anew=True)


async def test_an_excuse_changes_no_mark_that_a_teacher_gave_nor_one_in_doubt_nor_one_of_somebody_who_came(
    school: School,
) -> None:
    absence = await announce(school)
    by_hand = await school.open()
    await by(school, TEACHER, marks.set_mark, by_hand, school.ids[ANNA], Status.PRESENT, None, NINE)
    await school.close(by_hand)
    doubted = await school.open(NINE + timedelta(hours=1))
    note = await school.note(ANNA, lesson_id=doubted, sent_at=NINE + timedelta(hours=1))
    with school.database.session() as session:
        result = school.result(note, Verdict.UNKNOWN, Reason.OTHER_VOICE)
        apply_result(session, school.keyring, result, NINE)
    await school.close(doubted, NINE + timedelta(hours=2))
    there = await school.open(NINE + timedelta(hours=3))
    note = await school.note(ANNA, lesson_id=there, sent_at=NINE + timedelta(hours=3))
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE)
    await school.close(there, NINE + timedelta(hours=4))
    await decide(school, absence, excused=True)
    found = [await mark(school, lesson) for lesson in (by_hand, doubted, there)]
    assert [one[0] for one in found if one is not None] == [Status.PRESENT, Status.FLAGGED, Status.PRESENT]


async def test_who_was_excused_ahead_and_comes_all_the_same_checks_in(school: School) -> None:
    await decide(school, await announce(school), excused=True)
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson, sent_at=NINE)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE)
    assert await mark(school, lesson) == (Status.PRESENT, None)


async def test_the_board_and_the_list_of_an_open_lesson_know_who_is_excused_and_the_rest_leaves_them_out(
    school: School,
) -> None:
    await decide(school, await announce(school), excused=True)
    lesson = await school.open()
    with school.database.session() as session:
        on_roll = roll(session, session.get_one(Lesson, lesson))
        listed = marks.mark_list(session, lesson)
    assert {one.name: one.stands for one in on_roll} == {
        "Анна Белова": Stands.EXCUSED, "Борис Громов": Stands.MISSING
    }  # fmt: skip
    assert (listed.rest, [one.name for one in listed.students if one.announced]) == (1, ["Анна Белова"])
    done = await by(school, TEACHER, marks.mark_rest, lesson, Status.PRESENT, NINE)
    assert done.names == ["Борис Громов"]


async def test_an_absence_is_not_taken_from_strangers_of_long_ago_or_in_crowds(school: School) -> None:
    days = (TODAY, TODAY)
    assert await by(school, TEACHER, absences.announce, school.class_id, days, None, NINE) is NotAnnounced.NO_STUDENT
    assert await by(school, ANNA, absences.announce, 99, days, None, NINE) is NotAnnounced.NO_STUDENT
    long_ago = (TODAY - 30 * DAY, TODAY)
    assert await by(school, ANNA, absences.announce, school.class_id, long_ago, None, NINE) is NotAnnounced.DAYS
    assert await announce(school) == await announce(school)  # a press made twice
    for number in range(1, 20):
        await announce(school, TODAY + number * DAY, TODAY + number * DAY)
    days = (TODAY + 30 * DAY, TODAY + 30 * DAY)
    assert await by(school, ANNA, absences.announce, school.class_id, days, None, NINE) is NotAnnounced.TOO_MANY


async def test_what_is_withdrawn_excuses_nothing_and_nobody_else_withdraws_it(school: School) -> None:
    absence = await announce(school)
    assert not await by(school, BORIS, absences.withdraw, absence, NINE)
    assert await by(school, ANNA, absences.withdraw, absence, NINE)
    assert not await by(school, ANNA, absences.withdraw, absence, NINE)
    assert not await decide(school, absence, excused=True)
    lesson = await school.open()
    await school.close(lesson)
    assert await mark(school, lesson) == (Status.ABSENT, None)


async def test_the_teachers_of_the_class_are_asked_and_the_student_hears_of_the_decision_once(school: School) -> None:
    absence = await announce(school)
    with school.database.session() as session:
        missing = cards.missing(session, ABSENCES, NINE)
        assert list(missing) == [(absence, TEACHER)]
    await decide(school, absence, excused=True)
    with school.database.session() as session:
        assert list(questions.untold(session, ABSENCES)) == [absence]
        assert questions.take_telling(session, ABSENCES, absence, NINE)
        assert list(questions.untold(session, ABSENCES)) == []


async def test_own_words_are_not_on_record_and_change_while_nobody_has_decided(school: School) -> None:
    absence = await announce(school, reason="У врача")
    assert await by(school, ANNA, absences.give_reason, absence, "У зубного")
    await decide(school, absence, excused=True)
    assert not await by(school, ANNA, absences.give_reason, absence, "Передумала")
    with school.database.session() as session:
        assert (session.get_one(Absence, absence)).reason == "У зубного"
        details = session.scalars(select(AuditRecord.details)).all()
    assert not [one for one in details if "врача" in one or "зубного" in one]


@pytest.fixture
async def missed(school: School) -> int:
    """A closed lesson that Anna has missed, by her mark."""
    lesson = await school.open()
    await school.close(lesson)
    return lesson


async def test_an_objection_is_taken_once_and_accepted_it_gives_the_mark_and_the_word(
    school: School, missed: int
) -> None:
    assert isinstance(await by(school, ANNA, appeals.object_to, missed, NINE), OwnMark)
    assert await by(school, ANNA, appeals.object_to, missed, NINE) is NotTaken.BEFORE
    with school.database.session() as session:
        (appeal,) = session.scalars(select(Appeal)).all()
        assert list(cards.missing(session, APPEALS, NINE)) == [(appeal.id, TEACHER)]
    assert await by(school, TEACHER, appeals.decide, appeal.id, Status.LATE, NINE)
    assert not await by(school, TEACHER, appeals.decide, appeal.id, None, NINE)
    assert await mark(school, missed) == (Status.LATE, None)
    with school.database.session() as session:
        assert (session.get_one(Appeal, appeal.id)).state is AppealState.ACCEPTED
        assert list(questions.untold(session, APPEALS)) == []
        (word,) = session.scalars(select(MarkWord)).all()
        assert word.before is Status.ABSENT


async def test_a_mark_that_is_kept_is_told_and_one_changed_elsewhere_settles_the_question(
    school: School, missed: int
) -> None:
    for account in (ANNA, BORIS):
        await by(school, account, appeals.object_to, missed, NINE)
    with school.database.session() as session:
        of_anna, of_boris = session.scalars(select(Appeal.id).order_by(Appeal.id)).all()
    assert await by(school, TEACHER, appeals.decide, of_anna, None, NINE)
    await by(school, TEACHER, marks.set_mark, missed, school.ids[BORIS], Status.PRESENT, None, NINE)
    assert not await by(school, TEACHER, appeals.decide, of_boris, Status.LATE, NINE)
    with school.database.session() as session:
        assert list(questions.untold(session, APPEALS)) == [of_anna]
        assert (session.get_one(Appeal, of_boris)).state is AppealState.SETTLED
    assert await mark(school, missed, BORIS) == (Status.PRESENT, None)


async def test_nobody_objects_to_an_open_lesson_an_old_one_another_ones_or_to_having_been_in_time(
    school: School, missed: int
) -> None:
    still_open = await school.open(NINE + timedelta(hours=2))
    for act in (appeals.object_to, appeals.own_mark):
        assert await by(school, ANNA, act, still_open, NINE) in (NotTaken.NO_SUCH, None)
        assert await by(school, ANNA, act, missed, NINE + 40 * DAY) in (NotTaken.NO_SUCH, None)
        assert await by(school, TEACHER, act, missed, NINE) in (NotTaken.NO_SUCH, None)
    await by(school, TEACHER, marks.set_mark, missed, school.ids[ANNA], Status.PRESENT, None, NINE)
    assert await by(school, ANNA, appeals.object_to, missed, NINE) is NotTaken.NO_SUCH
