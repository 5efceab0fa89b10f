"""A teacher's list becomes the class: whoever never joined is counted, whoever has joined is found on it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from rollcall.domain.attendance import Status
from rollcall.domain.staff import StaffNews
from rollcall.report.model import Period
from rollcall.roster.model import Line, Roster
from rollcall.roster.reading import read_text
from rollcall.storage import classes, people
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.database import Database
from rollcall.storage.roster_tables import RosterPreview
from rollcall.storage.tables import Person, SchoolClass, StaffNotice
from rollcall.usecases import retention, rosters
from rollcall.usecases.report import build_report
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

_LATER = NINE + timedelta(days=1)
_sent = 0


async def taken(school: School, *lines: Line) -> rosters.Taken:
    global _sent
    _sent += 1
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        shown = rosters.keep(session, teacher, Roster(lines), [school.class_id], _sent, _LATER)
        found = rosters.take(session, teacher, school.class_id, shown.preview_id, _LATER)
        assert found
        return found


async def members(school: School, *, former: bool = False) -> dict[str, classes.Member]:
    with school.database.session() as session:
        found = classes.members_of(session, school.class_id, former=former)
        return {one.name: one for one in found}


async def test_who_never_joined_is_absent_and_who_has_joined_is_found_on_the_list(school: School) -> None:
    lines = (Line("Белова Анна Игоревна", "77", "9Б", "a@b.ru"), Line("Котова Дарья", "78"))
    found = await taken(school, *lines)
    assert (found.added, found.updated, found.gone) == (1, 1, ["Борис Громов"])
    now = await members(school)
    assert set(now) == {"Белова Анна Игоревна", "Борис Громов", "Котова Дарья"}
    anna, daria = now["Белова Анна Игоревна"], now["Котова Дарья"]
    assert anna.person.telegram_id == ANNA
    assert (anna.membership.student_number, anna.membership.email) == ("77", "a@b.ru")
    assert not daria.person.has_account
    lesson = await school.open(_LATER + timedelta(hours=1))
    await school.close(lesson, _LATER + timedelta(hours=2))
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        report = build_report(session, school_class, Period.LESSON, _LATER + timedelta(hours=3))
    marks = {line.full_name: line.marks[0] for line in report.students}
    assert marks["Котова Дарья"] is not None
    assert marks["Котова Дарья"].status is Status.ABSENT
    assert {line.number for line in report.students} == {"77", "78", ""}


async def test_the_same_list_again_changes_nothing_and_a_newer_one_goes_by_the_number_first(school: School) -> None:
    await taken(school, Line("Котова Дарья", "78"), Line("Анна Белова", "77"))
    again = await taken(school, Line("Котова Дарья", "78"), Line("Анна Белова", "77"))
    assert (again.added, again.updated, again.gone) == (0, 0, ["Борис Громов"])
    married = await taken(school, Line("Лебедева Дарья", "78"), Line("Котова Дарья", "79"), Line("Белова Анна", "77"))
    assert (married.added, married.updated) == (1, 2)
    now = await members(school)
    assert {one.membership.student_number: name for name, one in now.items()} == {
        "78": "Лебедева Дарья", "79": "Котова Дарья", "77": "Белова Анна", None: "Борис Громов"
    }  # fmt: skip


async def test_two_of_one_name_are_two_lines_and_told_apart_by_what_they_differ_in(school: School) -> None:
    found = await taken(school, Line("Ким Вера", "1", "9А"), Line("Ким Вера", "2", "9Б"))
    assert found.added == 2
    assert {"Ким Вера (9А)", "Ким Вера (9Б)"} < set(await members(school))
    assert (await taken(school, Line("Ким Вера", "2", "9Б"), Line("Ким Вера", "1", "9А"))).added == 0


async def test_a_shorter_name_is_found_only_where_it_can_be_nobody_else(school: School) -> None:
    found = await taken(school, Line("Белова Анна Игоревна"), Line("Белова Анна Петровна"))
    assert found.added == 2
    assert found.gone == ["Анна Белова", "Борис Громов"]


async def test_who_is_not_on_the_list_leaves_only_at_the_teachers_word_and_stays_in_the_report(school: School) -> None:
    lesson = await school.open(NINE)
    await school.close(lesson)
    found = await taken(school, Line("Анна Белова"))
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        gone = (teacher, school.class_id, found.preview_id, _LATER)
        removed = rosters.remove_gone(session, *gone)
        assert removed
        assert removed.names == ["Борис Громов"]
        assert rosters.remove_gone(session, *gone) is None
        (notice,) = session.scalars(select(StaffNotice))
        assert (notice.chat_id, notice.news) == (BORIS, StaffNews.UNLISTED)
    assert set(await members(school)) == {"Анна Белова"}
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        report = build_report(session, school_class, Period.ALL, _LATER)
    assert {(one.full_name, one.former) for one in report.students} == {
        ("Анна Белова", False), ("Борис Громов", True)
    }  # fmt: skip
    later = await school.open(_LATER + timedelta(hours=1))
    await school.close(later, _LATER + timedelta(hours=2))
    with school.database.session() as session:
        last = build_report(session, school_class, Period.LESSON, _LATER + timedelta(hours=3))
        every = build_report(session, school_class, Period.ALL, _LATER + timedelta(hours=3))
    assert [one.full_name for one in last.students] == ["Анна Белова"]
    (former,) = (one for one in every.students if one.former)
    assert [mark.status if mark else None for mark in former.marks] == [Status.ABSENT, None]


async def test_a_list_is_its_senders_alone_and_is_taken_once(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        boris = people.find_person(session, BORIS)
        assert teacher
        assert boris
        roster = read_text("Белова Анна\nГромов Борис\nКим Вера")
        shown = rosters.keep(session, teacher, roster, [], 5001, NINE)
        assert shown.school_class is None
        assert (rosters.keep(session, teacher, roster, [], 5001, NINE)).preview_id == shown.preview_id
        chosen = rosters.choose(session, teacher, school.class_id, shown.preview_id)
        assert chosen
        assert (chosen.new, chosen.known, chosen.gone) == (1, 2, 0)
        assert rosters.take(session, boris, school.class_id, shown.preview_id, NINE) is None
        assert rosters.take(session, teacher, school.class_id, shown.preview_id, NINE)
        assert rosters.take(session, teacher, school.class_id, shown.preview_id, NINE) is None
        assert rosters.leave(session, boris, shown.preview_id) is None
        assert rosters.leave(session, teacher, shown.preview_id) is rosters.Left.KEPT_ALL
    with school.database.session() as session:
        actions = session.scalars(select(AuditRecord.action)).all()
        assert actions.count("roster.taken") == 1
        assert actions.count("student.listed") == 1


async def test_a_line_without_account_goes_with_its_class_and_a_list_that_nobody_took_after_a_day(
    school: School, database: Database
) -> None:
    await taken(school, Line("Котова Дарья"))
    days = timedelta(days=365)
    periods = retention.Periods(days, days, days, days, days, days)
    with database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        teacher = people.find_person(session, TEACHER)
        assert teacher
        classes.archive_class(session, school_class, teacher, _LATER)
        rosters.keep(session, teacher, Roster((Line("Ким Вера"),)), [], 6001, _LATER)
    await retention.sweep(database, periods, _LATER + timedelta(days=2))
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(RosterPreview)) == 0
        assert session.scalar(select(Person.id).where(Person.full_name == "Котова Дарья"))
    await retention.sweep(database, periods, _LATER + timedelta(days=366))
    with database.session() as session:
        assert session.scalar(select(Person.id).where(Person.full_name == "Котова Дарья")) is None
