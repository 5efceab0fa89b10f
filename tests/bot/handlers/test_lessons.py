"""A lesson at the bot's own door: longer, closed after a question, opened again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from bot.outbox.closing_notices import close_overdue
from bot.services import now
from rollcall.domain.attendance import Status
from rollcall.storage.classes import create_class
from rollcall.storage.people import find_person
from rollcall.storage.tables import Attendance, Lesson, Review
from rollcall.texts import texts_in
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door, said
from tests.bot.school import CLASS_ID, LESSON_ID, MARIA, OLGA

T = texts_in("ru")


async def lesson_now(door: Door) -> Lesson:
    with door.services.database.session() as session:
        return session.get_one(Lesson, LESSON_ID)


def buttons_of(call: Call) -> list[str]:
    markup: Any = call.values.get("reply_markup") or "{}"
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    return [one["callback_data"] for row in rows for one in row]


async def test_open_with_minutes_tells_until_when_the_lesson_is_open_now(door: Door, people: dict[int, Person]) -> None:
    await door.ask(people[MARIA], "/open")
    (longer,) = await door.ask(people[MARIA], "/open 90")
    lesson = await lesson_now(door)
    assert lesson.closes_at > now() + timedelta(minutes=88)
    until = f"{lesson.closes_at:%H:%M}"
    assert longer.startswith(T("longer", title="Физика", closes=until))
    (shorter,) = await door.ask(people[MARIA], "/open 5")
    assert shorter.startswith(T("open-already"))
    assert (await lesson_now(door)).closes_at == lesson.closes_at


async def test_the_board_has_a_button_that_adds_a_quarter_of_an_hour(door: Door, people: dict[int, Person]) -> None:
    await people[MARIA].say("/open")
    (board,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    (longer,) = [data for data in buttons_of(board) if data.startswith("longer:")]
    before = (await lesson_now(door)).closes_at
    for _ in range(2):
        (told,) = await door.press(people[MARIA], longer)
        after = (await lesson_now(door)).closes_at
        assert after == before + timedelta(minutes=15)
        assert f"{after:%H:%M}" in told


async def test_closing_early_is_asked_about_and_not_yet_changes_nothing(door: Door, people: dict[int, Person]) -> None:
    await people[MARIA].say("/close")
    (asked,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert buttons_of(asked) == [f"close-now:{LESSON_ID}", f"close-not:{LESSON_ID}"]
    assert T("close-ask-waiting", number=1) in str(asked.values["text"])
    await door.press(people[MARIA], f"close-not:{LESSON_ID}")
    assert (await lesson_now(door)).closed_at is None
    (closed,) = await door.press(people[MARIA], f"close-now:{LESSON_ID}")
    assert "• Анна Ан" in closed.splitlines(), "who waits is told by name"
    assert (await lesson_now(door)).closed_at is not None


async def test_in_a_group_the_summary_names_nobody(door: Door, people: dict[int, Person]) -> None:
    group = int(door.telegram.add_group("9Б", {MARIA: "member"})["id"])
    before = len(door.telegram.calls)
    (closed,) = await door.press(people[MARIA], f"close-now:{LESSON_ID}", chat=group)
    call = next(one for one in reversed(door.telegram.calls[before:]) if "reply_markup" in one.values)
    assert buttons_of(call) == [f"reopen:{LESSON_ID}"]
    assert T("closed-waiting", number=1) in closed
    assert "Анна" not in closed


async def test_what_was_closed_by_mistake_goes_on_by_a_button(door: Door, people: dict[int, Person]) -> None:
    await people[MARIA].say("/open")
    await door.handle()
    with door.services.database.session() as session:
        session.execute(delete(Review))
    await people[MARIA].say("/close")
    (closed,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert buttons_of(closed) == [f"reopen:{LESSON_ID}", f"report:{CLASS_ID}:lesson", f"marks:{LESSON_ID}:0"]
    (reopened,) = await door.press(people[MARIA], f"reopen:{LESSON_ID}")
    assert reopened == T("reopened", title="Физика", closes=f"{(await lesson_now(door)).closes_at:%H:%M}")
    assert (await lesson_now(door)).closed_at is None
    with door.services.database.session() as session:
        marks = session.scalars(select(Attendance.status).where(Attendance.lesson_id == LESSON_ID))
        assert set(marks) == {Status.PRESENT}, "who was counted absent has no mark"


async def test_the_word_that_a_lessons_time_was_up_offers_to_open_it_again(
    door: Door, people: dict[int, Person]
) -> None:
    with door.services.database.session() as session:
        past = now() - timedelta(seconds=1)
        session.execute(update(Lesson).where(Lesson.id == LESSON_ID).values(closes_at=past))
    await close_overdue(door.application, door.services)
    (notice,) = [call for call in door.telegram.calls if call.values.get("chat_id") == str(MARIA)]
    assert buttons_of(notice)[0] == f"reopen:{LESSON_ID}"
    assert said([notice])
    await door.press(people[OLGA], f"reopen:{LESSON_ID}")
    assert (await lesson_now(door)).closed_at is not None, "no class of hers"
    await door.press(people[MARIA], f"reopen:{LESSON_ID}")
    assert (await lesson_now(door)).closed_at is None


async def test_lessons_of_several_classes_open_with_one_press(door: Door, people: dict[int, Person]) -> None:
    with door.services.database.session() as session:
        teacher = find_person(session, MARIA)
        assert teacher
        second, third = (create_class(session, teacher, title, "UTC", now()).id for title in ("Химия 9", "Право 9"))
        session.execute(delete(Lesson))
    await people[MARIA].say("/open 30 Контрольная")
    (menu,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert buttons_of(menu)[-1] == "several:30:0"
    door.forge(people[MARIA], "several:30:0")
    (toggles,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert buttons_of(toggles) == [f"several:30:0.{one}" for one in (CLASS_ID, second, third)]
    door.forge(people[MARIA], f"several:30:0.{CLASS_ID}.{third}")
    (toggles,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    go = buttons_of(toggles)[-1]
    assert go == f"several:30:0.{CLASS_ID}.{third}:go"
    opened = await door.press(people[MARIA], go)
    assert len(opened) == 3, "what was opened, and a board each"
    with door.services.database.session() as session:
        lessons = session.scalars(select(Lesson).order_by(Lesson.class_id)).all()
        assert [(one.class_id, one.title) for one in lessons] == [(CLASS_ID, "Контрольная"), (third, "Контрольная")]
        assert {one.closes_at - one.opened_at for one in lessons} == {timedelta(minutes=30)}
        assert len({one.board_message_id for one in lessons}) == 2


async def test_a_class_of_somebody_else_is_not_opened_with_ones_own(door: Door, people: dict[int, Person]) -> None:
    with door.services.database.session() as session:
        session.execute(delete(Lesson))
    await door.press(people[OLGA], f"several:any:0.{CLASS_ID}:go")
    with door.services.database.session() as session:
        assert session.scalars(select(Lesson)).all() == []


async def test_a_topic_said_with_the_minutes_is_the_lessons(door: Door, people: dict[int, Person]) -> None:
    (board,) = await door.ask(people[MARIA], "/open 45 Алгебра: дроби")
    assert "Физика · Алгебра: дроби" in board
    assert await door.ask(people[MARIA], "/open 45 " + "щ" * 65) == [T("topic-too-long", most=64)]
