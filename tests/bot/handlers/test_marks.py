"""Mending marks at the bot's own door: cards and lists edited in place, reasons asked for, students told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox.mark_words import tell_of_marks
from bot.services import now
from rollcall.domain.attendance import Status
from rollcall.report.text import units
from rollcall.storage import classes, people
from rollcall.storage.correcting import TOLD_AFTER
from rollcall.storage.correction_tables import Correction, MarkWord
from rollcall.storage.tables import Attendance, SchoolClass
from rollcall.storage.tables import Person as Row
from rollcall.texts import texts_in
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door, said
from tests.bot.school import ANNA, CLASS_ID, LESSON_ID, MARIA, PAVEL, people_on

T = texts_in("ru")


@pytest.fixture
def crowd(door: Door) -> dict[int, Person]:
    return people_on(door.telegram)


async def anna_in(door: Door) -> tuple[int, Attendance | None]:
    with door.services.database.session() as session:
        number = session.scalars(select(Row.id).where(Row.telegram_id == ANNA)).one()
        return number, session.get(Attendance, (LESSON_ID, number))


async def shown(door: Door, person: Person, data: str) -> Call:
    """What a press on a button shows: one message, or one that was edited."""
    door.forge(person, data)
    calls = [one for one in await door.handle() if one.method.lower() in ("sendmessage", "editmessagetext")]
    return calls[-1]


def buttons_of(call: Call) -> dict[str, str]:
    """Callback data and label of each button, in their order."""
    markup: Any = call.values.get("reply_markup") or "{}"
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    return {one["callback_data"]: one["text"] for row in rows for one in row}


async def told(door: Door) -> list[str]:
    """What is said to students now."""
    before = len(door.telegram.calls)
    await tell_of_marks(door.application, door.services)
    return said(door.telegram.calls[before:])


async def long_ago(door: Door) -> None:
    """The time in which a slip of the thumb is put right has passed."""
    with door.services.database.session() as session:
        for word in session.scalars(select(MarkWord)):
            word.not_before = now() - TOLD_AFTER


async def test_a_teacher_goes_from_the_list_to_a_card_and_gives_a_mark_that_is_ticked(
    door: Door, crowd: dict[int, Person]
) -> None:
    number, _ = await anna_in(door)
    names = buttons_of(await shown(door, crowd[MARIA], f"marks:{LESSON_ID}:0"))
    assert names == {f"mark:{LESSON_ID}:{number}": "⏳ Анна Ан"}
    card = buttons_of(await shown(door, crowd[MARIA], f"mark:{LESSON_ID}:{number}"))
    assert list(card)[:4] == [
        f"mark-set:{LESSON_ID}:{number}:present",
        f"mark-set:{LESSON_ID}:{number}:late",
        f"mark-why:{LESSON_ID}:{number}",
        f"mark-set:{LESSON_ID}:{number}:absent",
    ]
    after = await shown(door, crowd[MARIA], f"mark-set:{LESSON_ID}:{number}:late")
    assert [label for label in buttons_of(after).values() if label.startswith("✓")] == ["✓ С опозданием"]
    assert "Мария Ма" in str(after.values["text"])


async def test_a_reason_in_own_words_is_asked_for_and_an_edited_answer_is_taken_instead(
    door: Door, crowd: dict[int, Person]
) -> None:
    number, _ = await anna_in(door)
    await door.press(crowd[MARIA], f"mark-excuse:{LESSON_ID}:{number}:own")
    sent = await crowd[MARIA].say("Олимпиада")
    assert "Олимпиада" in said(await door.handle())[0]
    await crowd[MARIA].edit(sent, "Олимпиада по химии")
    await door.handle()
    _, mark = await anna_in(door)
    assert mark is not None
    assert (mark.status, mark.reason) == (Status.EXCUSED, "Олимпиада по химии")


async def test_back_from_the_question_a_text_is_no_reason(door: Door, crowd: dict[int, Person]) -> None:
    number, _ = await anna_in(door)
    await door.press(crowd[MARIA], f"mark-excuse:{LESSON_ID}:{number}:own")
    await door.press(crowd[MARIA], f"mark:{LESSON_ID}:{number}")
    await door.ask(crowd[MARIA], "Спасибо")
    assert (await anna_in(door))[1] is None


async def test_whoever_lost_the_class_meanwhile_excuses_nobody(door: Door, crowd: dict[int, Person]) -> None:
    number, _ = await anna_in(door)
    await door.press(crowd[MARIA], f"mark-excuse:{LESSON_ID}:{number}:own")
    with door.services.database.session() as session:
        maria = people.find_person(session, MARIA)
        assert maria is not None
        maria.is_teacher = False
    assert await door.ask(crowd[MARIA], "Болеет") == [T("question-gone")]
    assert (await anna_in(door))[1] is None


async def test_a_button_of_another_class_or_of_somebody_gone_does_no_harm(door: Door, crowd: dict[int, Person]) -> None:
    number, _ = await anna_in(door)
    assert await door.press(crowd[PAVEL], f"mark-set:{LESSON_ID}:{number}:late") == [T("class-not-yours")]
    for student in (0, 99_999, 2**31):
        assert T("mark-gone") in await door.press(crowd[MARIA], f"mark-set:{LESSON_ID}:{student}:late")
    assert (await anna_in(door))[1] is None


async def test_the_student_hears_once_of_what_came_of_it_with_the_reason(door: Door, crowd: dict[int, Person]) -> None:
    number, _ = await anna_in(door)
    await door.press(crowd[MARIA], f"mark-set:{LESSON_ID}:{number}:absent")
    await door.press(crowd[MARIA], f"mark-excuse:{LESSON_ID}:{number}:illness")
    assert await told(door) == []  # not before a slip of the thumb could be put right
    await long_ago(door)
    (word,) = await told(door)
    assert "Мария Ма" in word
    assert "«по уважительной причине»" in word
    assert "болезнь" in word
    await long_ago(door)
    assert await told(door) == []


async def test_a_slip_that_was_put_right_is_nobodys_news(door: Door, crowd: dict[int, Person]) -> None:
    number, _ = await anna_in(door)
    await door.press(crowd[MARIA], f"mark-set:{LESSON_ID}:{number}:absent")
    with door.services.database.session() as session:
        correction = session.scalars(select(Correction.id)).one()
    await door.press(crowd[MARIA], f"mark-undo:{LESSON_ID}:{number}:{correction}")
    await long_ago(door)
    assert await told(door) == []
    with door.services.database.session() as session:
        assert session.scalars(select(MarkWord)).all() == []


async def test_a_chat_that_is_closed_is_told_nothing_and_not_again(door: Door, crowd: dict[int, Person]) -> None:
    number, _ = await anna_in(door)
    await door.press(crowd[MARIA], f"mark-set:{LESSON_ID}:{number}:late")
    await crowd[ANNA].block()
    await long_ago(door)
    await told(door)
    with door.services.database.session() as session:
        assert session.scalars(select(MarkWord)).all() == []


async def test_three_hundred_students_fit_the_list_and_the_question_about_the_rest(
    door: Door, crowd: dict[int, Person]
) -> None:
    with door.services.database.session() as session:
        school_class = session.get_one(SchoolClass, CLASS_ID)
        for number in range(299):
            name = f"{number:03} " + "Ж" * 124
            person = people.register_person(session, 1000 + number, name, now() - timedelta(hours=1))
            classes.join_class(session, person, school_class, now() - timedelta(hours=1))
    for page in (0, 7, 14, 99):
        call = await shown(door, crowd[MARIA], f"marks:{LESSON_ID}:{page}")
        assert len(buttons_of(call)) <= 100
        assert all(len(data.encode()) <= 64 for data in buttons_of(call))
        assert units(str(call.values["text"])) <= 4096
    asked = await shown(door, crowd[MARIA], f"rest:{LESSON_ID}:excused")
    assert "300" in str(asked.values["text"])
    assert units(str(asked.values["text"])) <= 4096
    await shown(door, crowd[MARIA], f"rest-yes:{LESSON_ID}:excused")
    with door.services.database.session() as session:
        assert len(session.scalars(select(Attendance).where(Attendance.status == Status.EXCUSED)).all()) == 300


async def test_the_list_of_names_does_not_take_the_place_of_a_board_that_keeps_itself_up_to_date(
    door: Door, crowd: dict[int, Person]
) -> None:
    maria = crowd[MARIA]
    await door.ask(maria, "/open")
    board = maria.latest_with("marks:")
    await maria.press("marks:", board)
    methods = [one.method.lower() for one in await door.handle()]
    assert "sendmessage" in methods
    assert "editmessagetext" not in methods
    names = maria.latest_with("mark:")
    await maria.press("mark:", names)
    assert "editmessagetext" in [one.method.lower() for one in await door.handle()]
