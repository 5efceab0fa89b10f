"""Names in the order in which people look for them, and equal ones told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.outbox.review_cards import card_text
from rollcall.domain.collation import sort_key
from rollcall.domain.review import ReviewState
from rollcall.domain.similar_names import told_apart
from rollcall.report.model import Period
from rollcall.report.table import csv_table
from rollcall.report.text import report_text
from rollcall.storage import classes, people, rights
from rollcall.storage.database import Database
from rollcall.storage.tables import Review, SchoolClass
from rollcall.texts import texts_in
from rollcall.usecases.report import build_report
from rollcall.usecases.review_cards import review_facts
from tests.rollcall.conftest import NINE, TEACHER, School


@pytest.mark.parametrize(
    "ordered",
    [
        ["Абрамов", "Егоров", "Ёжиков", "Жуков"],
        ["алла", "Анна", "борис", "Борисов", "Вера"],
        ["Сальников", "Сальников-Щедрин", "Сальникова"],
        ["de Beer", "De la Cruz", "Émile", "Erik", "O'Neill", "Zoë"],
        ["Zoë", "Анна"],
    ],
)
def test_names_are_in_the_order_of_a_dictionary(ordered: list[str]) -> None:
    mixed = [*ordered[1:], ordered[0]]
    assert sorted(mixed, key=sort_key) == ordered


def test_equal_names_are_numbered_in_the_order_of_joining_whatever_their_capitals_and_spaces() -> None:
    names = {7: "Пётр Ли", 3: "Анна Белова", 9: "петр  ли", 4: "ПЁТР ЛИ"}
    assert told_apart(names) == {7: "Пётр Ли", 3: "Анна Белова", 9: "петр  ли (2)", 4: "ПЁТР ЛИ (3)"}


async def test_two_students_of_one_name_are_two_in_every_list_and_on_the_card(school: School) -> None:
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        for number, name in ((301, "анна Белова"), (302, "Ёлкина Ада"), (303, "Жук Ян")):
            person = people.register_person(session, number, name, NINE)
            classes.join_class(session, person, school_class, NINE + timedelta(seconds=number))
            school.ids[number] = person.id
    lesson_id = await school.open()
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        report = build_report(session, school_class, Period.LESSON, NINE)
        review = Review(
            lesson_id=lesson_id, person_id=school.ids[301], attempt_id=None, sent_at=NINE,
            state=ReviewState.OPEN, created_at=NINE,
        )  # fmt: skip
        session.add(review)
        session.flush()
        facts = review_facts(session, review.id, TEACHER, NINE)
        card = card_text(facts, texts_in("ru"))
    names = ["Анна Белова", "анна Белова (2)", "Борис Громов", "Ёлкина Ада", "Жук Ян"]
    assert [student.full_name for student in report.students] == names
    for text in (report_text(report, texts_in("ru")), csv_table(report, texts_in("ru")).decode(), card):
        assert "анна Белова (2)" in text


async def test_teachers_are_listed_by_the_same_order(database: Database) -> None:
    with database.session() as session:
        for number, name in enumerate(("Яна", "Ёлкина", "анна", "Зоя"), start=1):
            people.make_teacher(session, people.register_person(session, number, name, NINE), None)
    with database.session() as session:
        page, count = rights.teachers(session, [1], 0, 2)
        rest, _ = rights.teachers(session, [1], 2, 2)
    assert ([one.full_name for one in page], [one.full_name for one in rest], count) == (["анна", "Ёлкина"], ["Зоя"], 3)
