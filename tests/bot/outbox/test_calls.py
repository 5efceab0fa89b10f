"""Students hear that a lesson is open, and before it ends: at the bot's own door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from bot.outbox import calls as outbox
from bot.outbox.calls import call_students
from bot.services import now
from bot.transport.pace import pace_of
from rollcall.domain.attendance import Status
from rollcall.storage import classes, lessons, people
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.holder import Holder
from rollcall.storage.tables import (
    WITHOUT_ACCOUNT,
    Attendance,
    Call,
    Lesson,
    Review,
    SchoolClass,
    StoredVoiceprint,
)
from rollcall.texts import texts_in
from rollcall.usecases import calls
from sandbox.faults import Fault
from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.bot.school import ADMIN, ANNA, BORIS, CLASS_ID, MARIA, found, people_on
from tests.conftest import WaitUntil

T = texts_in("ru")
PUPILS = range(1000, 1003)
TITLE = "Физика"


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr(outbox, "_FOR_SO_LONG", 0.0)
    url = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        with door.services.database.session() as session:
            for table in (Review, VoiceClaim, Lesson):
                session.execute(delete(table))
            school_class = session.get_one(SchoolClass, CLASS_ID)
            for number in PUPILS:
                person = people.register_person(session, number, f"Имя{number}", now())
                classes.join_class(session, person, school_class, now())
                (people.conversation_with(session, number, now())).locale = "ru"
        yield door


@pytest.fixture
def persons(door: Door) -> dict[int, Person]:
    everyone = {number: Person(door.telegram, f"Имя{number}", id=number, language_code="ru") for number in PUPILS}
    for number in (everyone := {**people_on(door.telegram), **everyone}):
        door.telegram.open_private(number)
    return everyone


async def calls_made(door: Door) -> dict[int, dict[str, Any]]:
    """A round of the task; the messages that students got, by chat."""
    before = len(door.telegram.calls)
    await call_students(door.application, door.services)
    sent = [one.values for one in door.telegram.calls[before:] if one.method == "sendMessage"]
    assert len({one["chat_id"] for one in sent}) == len(sent)
    return {int(one["chat_id"]): one for one in sent}


def buttons(message: dict[str, Any]) -> list[str]:
    markup = message["reply_markup"]
    rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    return [one["callback_data"] for row in rows for one in row]


async def owed(door: Door) -> int:
    with door.services.database.session() as session:
        return session.scalar(select(func.count()).select_from(Call)) or 0


async def change(door: Door, **values: Any) -> None:
    with door.services.database.session() as session:
        session.execute(update(Lesson).values(**values))


async def lesson_of(door: Door) -> int:
    with door.services.database.session() as session:
        return session.scalars(select(Lesson.id).where(Lesson.closed_at.is_(None))).one()


async def close(door: Door, persons: dict[int, Person]) -> None:
    await door.press(persons[MARIA], f"close-now:{await lesson_of(door)}")


async def come(door: Door, number: int, status: Status = Status.PRESENT) -> None:
    with door.services.database.session() as session:
        person = people.find_person(session, number)
        lesson = session.scalars(select(Lesson)).one()
        assert person
        if status is Status.PRESENT:
            lessons.mark(session, lesson, person.id, now(), 0.97, None)
        else:
            session.add(Attendance(lesson_id=lesson.id, person_id=person.id, status=status))


async def test_each_student_is_told_how_to_check_in_and_nobody_else_is(door: Door, persons: dict[int, Person]) -> None:
    with door.services.database.session() as session:
        with_voice = people.find_person(session, 1000)
        assert with_voice
        session.add(
            StoredVoiceprint(
                person_id=with_voice.id, sealed=b"", model="m", weight_hash="w", notes=3, created_at=now()
            )
        )  # fmt: skip
        school_class = session.get_one(SchoolClass, CLASS_ID)
        on_paper = people.register_person(session, WITHOUT_ACCOUNT - 1, "Без Телефона", now())
        classes.join_class(session, on_paper, school_class, now())
    await door.ask(persons[MARIA], "/open 30")
    got = await calls_made(door)
    assert set(got) == {*PUPILS, ANNA}
    lesson = await lesson_of(door)
    for number, way, enrols in ((1000, "voice", False), (ANNA, "enrol", True), (1001, "tap", False)):
        assert T("call-by-" + way) in got[number]["text"]
        wanted = [f"here:{lesson}", *(["enroll"] if enrols else []), f"mute:{CLASS_ID}:yes"]
        assert buttons(got[number]) == wanted
        assert got[number]["text"].startswith(f"🟢 {TITLE}: урок открыт, отметиться можно до ")
    assert "«" in got[1000]["text"]
    assert await calls_made(door) == {}, "once is enough"


async def test_who_has_come_or_is_excused_meanwhile_is_not_called_nor_is_anyone_after_the_lesson(
    door: Door, persons: dict[int, Person]
) -> None:
    await door.ask(persons[MARIA], "/open 30")
    await come(door, 1000)
    await come(door, 1001, Status.EXCUSED)
    with door.services.database.session() as session:
        school_class, left = (
            session.get_one(SchoolClass, CLASS_ID),
            people.find_person(session, ANNA),
        )
        assert left
        classes.remove_student(session, left, school_class, None, now())
    assert set(await calls_made(door)) == {1002}
    await close(door, persons)
    await door.ask(persons[MARIA], "/open 30")
    await close(door, persons)
    assert await calls_made(door) == {}
    assert await owed(door) == 0


async def test_buttons_go_once_the_student_has_come_or_the_lesson_is_over(
    door: Door, persons: dict[int, Person]
) -> None:
    await door.ask(persons[MARIA], "/open 30")
    await calls_made(door)

    def left() -> set[int]:
        messages = [one for one in door.telegram.messages.values() if "урок открыт, отметиться" in one.get("text", "")]
        return {one["chat"]["id"] for one in messages if "reply_markup" in one}

    assert left() == {*PUPILS, ANNA}
    await come(door, 1000)
    await calls_made(door)
    assert left() == {1001, 1002, ANNA}
    await close(door, persons)
    await calls_made(door)
    assert left() == set()
    assert await owed(door) == 0


async def test_a_tap_on_im_here_takes_that_button_away_at_once(door: Door, persons: dict[int, Person]) -> None:
    await door.ask(persons[MARIA], "/open 30")
    await calls_made(door)
    await persons[ANNA].press("here:")
    await door.handle()
    (message,) = [one for one in persons[ANNA].inbox if one.has("mute:")]
    assert not message.has("here:")


async def test_a_student_who_wants_no_calls_gets_none_and_gets_them_again_on_wish(
    door: Door, persons: dict[int, Person]
) -> None:
    await door.ask(persons[MARIA], "/open 30")
    await calls_made(door)
    press = await persons[ANNA].press("mute:")
    await door.handle()
    assert press.answer is not None
    assert press.answer["text"] == T("call-muted")
    (message,) = [one for one in persons[ANNA].inbox if one.has("here:")]
    assert message.has(f"mute:{CLASS_ID}:no"), "the same message takes it back"
    await close(door, persons)
    await door.ask(persons[MARIA], "/open 30")
    assert set(await calls_made(door)) == set(PUPILS)
    await close(door, persons)
    await door.ask(persons[ANNA], "/me")
    await persons[ANNA].press(f"mute:{CLASS_ID}:no", persons[ANNA].latest_with("mute:"))
    await door.handle()
    await door.ask(persons[MARIA], "/open 30")
    assert set(await calls_made(door)) == {*PUPILS, ANNA}


async def test_a_student_of_another_class_mutes_nothing(door: Door, persons: dict[int, Person]) -> None:
    assert await door.press(persons[BORIS], f"mute:{CLASS_ID}:yes") == [T("join-first")]


async def test_a_teacher_switches_calls_off_for_the_class_and_on_again(door: Door, persons: dict[int, Person]) -> None:
    await door.press(persons[MARIA], f"calls:{CLASS_ID}:off")
    assert persons[MARIA].latest_with(f"calls:{CLASS_ID}:on")
    await door.ask(persons[MARIA], "/open 30")
    assert await calls_made(door) == {}
    assert await owed(door) == 0
    assert not any("mute:" in one for one in map(str, await _said_to(door, persons[ANNA], "/me")))
    await close(door, persons)
    await door.press(persons[MARIA], f"calls:{CLASS_ID}:on")
    await door.ask(persons[MARIA], "/open 30")
    assert set(await calls_made(door)) == {*PUPILS, ANNA}


async def _said_to(door: Door, person: Person, words: str) -> list[Any]:
    await person.say(words)
    return await door.handle()


async def test_who_has_blocked_the_bot_is_given_up_and_what_fails_is_tried_a_few_times(
    door: Door, persons: dict[int, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_PATIENCE", 0.01)
    blocked = door.telegram.faults.add(
        Fault("sendMessage", code=403, detail="Forbidden: bot was blocked by the user", times=99, chat_id=1000)
    )
    busy = door.telegram.faults.add(Fault("sendMessage", code=500, detail="Internal", times=99, chat_id=1001))
    await door.ask(persons[MARIA], "/open 30")
    tried = 0
    for _ in range(7):
        before = len(door.telegram.calls)
        await call_students(door.application, door.services)
        tried += sum(int(one.values.get("chat_id", 0)) in (1000, 1001) for one in door.telegram.calls[before:])
        with door.services.database.session() as session:
            session.execute(update(Call).values(not_before=None))
    assert tried == 1 + 5
    assert blocked.times < 99
    assert busy.times < 99


async def test_before_the_end_the_missing_are_called_once_for_each_end(door: Door, persons: dict[int, Person]) -> None:
    await door.ask(persons[MARIA], "/open 30")
    assert len(await calls_made(door)) == 4
    await come(door, 1000)
    await door.press(persons[1001], f"here:{await lesson_of(door)}")  # waits for the teacher
    await door.press(persons[1002], f"mute:{CLASS_ID}:yes")
    assert await calls_made(door) == {}
    end = now() + timedelta(minutes=4)
    await change(door, opened_at=end - timedelta(minutes=30), closes_at=end)
    last = await calls_made(door)
    assert set(last) == {ANNA}
    assert last[ANNA]["text"].startswith(f"⏰ {TITLE}: вы ещё не отметились, а урок закроется в ")
    assert await calls_made(door) == {}
    await change(door, closes_at=end + timedelta(seconds=30))
    assert await calls_made(door) == {}, "a few seconds more are no other end"
    await change(door, closes_at=end + timedelta(minutes=15))
    assert await calls_made(door) == {}, "that end is far"
    await change(door, opened_at=end - timedelta(minutes=45), closes_at=end, last_call_for=end - timedelta(minutes=15))
    assert set(await calls_made(door)) == {ANNA}


@pytest.mark.parametrize(("length", "left", "called"), [(19, 4, 0), (20, 4, 4), (60, 6, 0), (60, -1, 0)])
async def test_a_short_lesson_has_no_last_call_and_it_comes_neither_too_early_nor_too_late(
    door: Door, persons: dict[int, Person], length: int, left: int, called: int
) -> None:
    await door.ask(persons[MARIA], "/open 30")
    await calls_made(door)
    end = now() + timedelta(minutes=left)
    await change(door, opened_at=end - timedelta(minutes=length), closes_at=end)
    assert len(await calls_made(door)) == called


async def test_one_bot_makes_a_call_and_another_what_a_dead_one_had_taken_on(
    door: Door, persons: dict[int, Person]
) -> None:
    await door.ask(persons[MARIA], "/open 30")
    run, dead = door.services.database.run, Holder(door.services.holder.host, 2**22 + 5, "dead")
    taken = await run(calls.take_calls, now(), dead, 3)
    assert len(taken) == 3
    others = await run(calls.take_calls, now(), Holder("elsewhere", 1, "b"), 8)
    assert len(others) == 1
    assert set(await calls_made(door)) == {one.chat_id for one in taken}


async def test_calls_give_way_to_whatever_else_is_to_be_said(
    door: Door, persons: dict[int, Person], monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    await door.ask(persons[MARIA], "/open 30")
    pace, order = pace_of(door.application.bot), list[int]()
    with door.services.database.session() as session:
        school_class = session.get_one(SchoolClass, CLASS_ID)
        lesson = session.scalars(select(Lesson)).one()
        for number in range(2000, 2200):
            person = people.register_person(session, number, f"Имя{number}", now())
            classes.join_class(session, person, school_class, now())
        session.execute(delete(Call))
        calls.call_all(session, lesson, now())
    for number in range(2000, 2200):
        Person(door.telegram, f"Имя{number}", id=number)
        door.telegram.open_private(number)
    door.services.queue.keeps_up.clear()
    calling = asyncio.create_task(call_students(door.application, door.services))
    await asyncio.sleep(0.1)
    assert not [one for one in door.telegram.calls if int(one.values.get("chat_id", 0)) >= 2000]
    door.services.queue.keeps_up.set()

    async def slowly(*args: Any) -> None:
        await asyncio.sleep(0.002)  # a line forms
        await acquire(*args)

    acquire = pace._acquire
    monkeypatch.setattr(pace, "_acquire", slowly)
    await wait_until(lambda: any(int(one.values.get("chat_id", 0)) >= 2000 for one in door.telegram.calls))
    before = len(door.telegram.calls)
    await asyncio.gather(*(door.application.bot.send_message(MARIA, f"ответ {number}") for number in range(60)))
    order = [int(one.values["chat_id"]) for one in door.telegram.calls[before:] if one.method == "sendMessage"]
    last_answer = len(order) - 1 - order[::-1].index(MARIA)
    assert sum(chat >= 2000 for chat in order[:last_answer]) <= outbox._AT_ONCE
    await calling
    assert len([one for one in door.telegram.calls if int(one.values.get("chat_id", 0)) >= 2000]) == 200
