"""Past lessons at the bot's own door: the list, and one of them student by student."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rollcall.domain.attendance import Status
from rollcall.storage import classes, people
from rollcall.storage.people import register_person
from rollcall.storage.tables import Attendance, Lesson, SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door, said
from tests.bot.school import CLASS_ID, LESSON_ID, MARIA, OLGA, people_on

T = texts_in("ru")
MARCH = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def maria(door: Door) -> Person:
    return people_on(door.telegram)[MARIA]


async def lessons_held(door: Door, number: int) -> list[int]:
    """So many lessons of the class, a day apart from March on; their ids."""
    with door.services.database.session() as session:
        teacher = people.find_person(session, MARIA)
        assert teacher
        made = []
        for day in range(number):
            begun = MARCH + day * DAY
            end = begun + timedelta(minutes=90)
            made.append(
                Lesson(
                    class_id=CLASS_ID, opened_by=teacher.id, opened_at=begun, late_at=begun, closes_at=end,
                    closed_at=end, title="Дроби" if day == 0 else None,
                )
            )  # fmt: skip
        session.add_all(made)
        session.flush()
        return [one.id for one in made]


def shown(calls: list[Call]) -> tuple[str, list[str]]:
    """The text and the callback data of the last menu."""
    call = [one for one in calls if one.method.lower() in ("sendmessage", "editmessagetext")][-1]
    markup: Any = call.values.get("reply_markup") or "{}"
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    return str(call.values["text"]), [one["callback_data"] for row in rows for one in row]


async def test_past_lessons_are_listed_newest_first_page_by_page(door: Door, maria: Person) -> None:
    held = await lessons_held(door, 12)
    await maria.say("/lessons")
    text, buttons = shown(await door.handle())
    newest = [LESSON_ID, *reversed(held)]
    assert [one for one in buttons if one.startswith("lesson:")] == [f"lesson:{one}" for one in newest[:10]]
    assert f"lessons:{CLASS_ID}:1" in buttons
    assert "Суббота, 15 марта 2025, 09:00–10:30" in text
    door.forge(maria, f"lessons:{CLASS_ID}:1")
    text, buttons = shown(await door.handle())
    assert [one for one in buttons if one.startswith("lesson:")] == [f"lesson:{one}" for one in newest[10:]]
    assert "Вторник, 4 марта 2025, 09:00–10:30 · Дроби" in text


async def test_a_lesson_is_told_student_by_student_with_time_confidence_and_reason(door: Door, maria: Person) -> None:
    (held,) = await lessons_held(door, 1)
    with door.services.database.session() as session:
        school_class = session.get_one(SchoolClass, CLASS_ID)
        for number in range(25):
            person = register_person(session, 1000 + number, f"Ученик {number:02}", MARCH)
            classes.join_class(session, person, school_class, MARCH - DAY)
            session.add(
                Attendance(
                    lesson_id=held, person_id=person.id, status=Status.PRESENT, at=MARCH + timedelta(minutes=3),
                    confidence=0.97,
                )
            )  # fmt: skip
    door.forge(maria, f"lesson:{held}")
    text, buttons = shown(await door.handle())
    assert "✅ Ученик 18 — присутствует · 09:03 · 97 %" in text
    assert "Ученик 19" not in text
    assert {f"lesson:{held}:1", f"report-lesson:{held}", f"lessons:{CLASS_ID}:0"} <= set(buttons)
    door.forge(maria, f"lesson:{held}:1")
    text, buttons = shown(await door.handle())
    assert "Ученик 24" in text
    assert f"lesson:{held}:0" in buttons


async def test_a_past_lesson_has_a_report_of_its_own(door: Door, maria: Person) -> None:
    (held,) = await lessons_held(door, 1)
    report = await door.press(maria, f"report-lesson:{held}")
    assert "Вторник, 4 марта 2025, 09:00–10:30" in report[0]
    number = [number for number, one in door.telegram.messages.items() if "document" in one][-1]
    for data, expected in (
        (f"export-lesson:{held}", f"export-lesson-as:{held}:csv"),
        (f"export-lesson:{held}:back", f"lesson:{held}"),
    ):
        door.telegram.ask(maria.id, dict(door.telegram.messages[number]), data)
        await door.handle()
        assert expected in str(door.telegram.messages[number]["reply_markup"])
    await door.press(maria, f"export-lesson-as:{held}:csv")
    names = [one["document"]["file_name"] for one in door.telegram.messages.values() if "document" in one]
    assert names[-1] == "Физика-2025-03-04.csv"


async def test_a_class_without_lessons_says_so(door: Door) -> None:
    olga = people_on(door.telegram)[OLGA]
    await olga.say("/lessons")
    assert said(await door.handle()) == [T("lessons-none", title="Труд")]


async def test_a_lessons_topic_is_asked_for_and_an_edited_answer_counts(door: Door, maria: Person) -> None:
    await door.press(maria, f"lesson-topic:{LESSON_ID}")
    sent = await maria.say("Дроби")
    (told,) = said(await door.handle())
    assert told == T("topic-set", topic="Дроби")
    await maria.edit(sent, "Проценты")
    await door.handle()
    with door.services.database.session() as session:
        assert (session.get_one(Lesson, LESSON_ID)).title == "Проценты"
    (board,) = await door.ask(maria, "/open")
    assert "Физика · Проценты" in board


async def test_a_mistaken_lesson_is_deleted_once_confirmed(door: Door, maria: Person) -> None:
    (held,) = await lessons_held(door, 1)
    door.forge(maria, f"lesson-delete:{held}")
    text, buttons = shown(await door.handle())
    assert "4 марта 2025" in text
    assert buttons == [f"lesson-delete-yes:{held}", f"lesson:{held}"]
    await door.press(maria, f"lesson-delete-yes:{held}")
    with door.services.database.session() as session:
        assert session.get(Lesson, held) is None
    assert await door.press(maria, f"lesson-delete-yes:{held}") == [T("class-not-yours")]


async def test_two_lessons_of_a_day_are_made_one(door: Door, maria: Person) -> None:
    first, second = await lessons_held(door, 2)
    with door.services.database.session() as session:
        lesson = session.get_one(Lesson, second)
        lesson.opened_at, lesson.closed_at = MARCH + timedelta(hours=2), MARCH + timedelta(hours=3)
    door.forge(maria, f"lesson-merge:{second}")
    _text, buttons = shown(await door.handle())
    assert buttons == [f"lesson-merge-yes:{second}:{first}", f"lesson:{second}"]
    (told,) = await door.press(maria, buttons[0])
    assert "09:00–12:00" in told
    with door.services.database.session() as session:
        assert session.get(Lesson, second) is None
