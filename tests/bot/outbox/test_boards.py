"""The names on a lesson's board, at the bot's own door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from telegram.error import RetryAfter

from bot.outbox.board_names import names_part
from bot.outbox.boards import _show
from rollcall.domain.attendance import Status
from rollcall.marked import Marked, Style
from rollcall.report.text import LONGEST_MESSAGE, units
from rollcall.storage import classes, people
from rollcall.storage.roll import OnRoll, Stands
from rollcall.storage.tables import Attendance, Lesson, Review, SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door, open_door, said
from tests.bot.school import ADMIN, ANNA, BORIS, CLASS_ID, MARIA, NAMES, found, people_on

T = texts_in("ru")


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr("bot.transport.pace._GROUP", (10_000, 1.0))
    url = f"sqlite:///{tmp_path / 'boards.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        with door.services.database.session() as session:
            session.execute(delete(Review))
        yield door


@pytest.fixture
def persons(door: Door) -> dict[int, Person]:
    return people_on(door.telegram)


async def more_students(door: Door, names: list[str], first: int = 1000) -> None:
    """Let people of these names join class 1, in this order."""
    with door.services.database.session() as session:
        school_class = session.get_one(SchoolClass, CLASS_ID)
        for number, name in enumerate(names):
            at = datetime.now(UTC) + timedelta(seconds=number)
            person = people.register_person(session, first + number, name, at)
            classes.join_class(session, person, school_class, at)


async def board_of(door: Door) -> dict[str, Any]:
    """A round of the task that keeps boards; the board's message."""
    with door.services.database.session() as session:
        lesson = session.scalar(select(Lesson).where(Lesson.class_id == CLASS_ID))
        assert lesson
    await _show(door.application, door.services, lesson.id)
    message = door.telegram.messages[lesson.board_chat_id, lesson.board_message_id]  # type: ignore[index]
    return dict(message)


async def test_the_teachers_board_names_who_is_missing_by_the_alphabet_and_who_waits(
    door: Door, persons: dict[int, Person]
) -> None:
    await more_students(door, ["Яна Яр", "Ёжик Ё", "Жанна Жа", "Ёжик Ё"])
    (board,) = await door.ask(persons[MARIA], "/open")
    assert "Присутствуют 0 из 5" in board
    assert (
        T("board-missing", number=5) + "\n" + "\n".join([NAMES[ANNA], "Ёжик Ё", "Ёжик Ё (2)", "Жанна Жа", "Яна Яр"])
        in board
    )
    await door.press(persons[ANNA], "here:1")
    text = (await board_of(door))["text"]
    assert T("board-waiting", number=1) + "\n" + NAMES[ANNA] + "\n" in text
    assert T("board-missing", number=4) in text
    assert text.count(NAMES[ANNA]) == 1
    await door.press(persons[MARIA], "review:1:yes")
    text = (await board_of(door))["text"]
    assert "Присутствует 1 из 5" in text
    assert NAMES[ANNA] not in text


async def test_an_excused_student_is_named_apart_and_nobody_waits_for_them(
    door: Door, persons: dict[int, Person]
) -> None:
    await more_students(door, ["Яна Яр"])
    await door.ask(persons[MARIA], "/open")
    with door.services.database.session() as session:
        yana = people.find_person(session, 1000)
        assert yana
        session.add(Attendance(lesson_id=1, person_id=yana.id, status=Status.EXCUSED))
    text = (await board_of(door))["text"]
    assert T("board-missing", number=1) + "\n" + NAMES[ANNA] + "\n" in text
    assert T("board-excused", number=1) + "\nЯна Яр" in text


async def test_a_board_where_all_have_come_says_so_and_a_closed_one_names_who_did_not(
    door: Door, persons: dict[int, Person]
) -> None:
    await door.ask(persons[MARIA], "/open")
    await door.press(persons[ANNA], "here:1")
    await door.press(persons[MARIA], "review:1:yes")
    assert T("board-all-here") in (await board_of(door))["text"]
    await more_students(door, ["Яна Яр"])
    await door.ask(persons[MARIA], "/close")
    assert (await board_of(door))["text"].endswith(T("board-missing-closed", number=1) + "\nЯна Яр")


async def test_a_board_in_a_group_has_numbers_only_and_leads_to_the_bot(door: Door, persons: dict[int, Person]) -> None:
    await more_students(door, ["Яна Яр"])
    for person in persons.values():
        door.telegram.open_private(person.id)
    group = int(door.telegram.add_group("9Б", dict.fromkeys(persons, "member"))["id"])
    await persons[MARIA].say("/open", chat=group)
    (call,) = [call for call in await door.handle() if call.method == "sendMessage"]
    for text, markup in (
        (said([call])[0], str(call.values["reply_markup"])),
        ((await board_of(door))["text"], str((await board_of(door))["reply_markup"])),
    ):
        assert "Присутствуют 0 из 2" in text
        assert not any(name in text for name in ("Яна Яр", NAMES[ANNA], NAMES[BORIS]))
        assert f"https://t.me/{door.telegram.bot['username']}" in markup
        assert f"close:{CLASS_ID}" in markup
        assert "report:" not in markup, "what is for the private chat alone is no button here"
        assert "marks:" not in markup


async def test_a_board_that_telegram_holds_up_is_put_off_and_does_not_hold_up_the_others(
    door: Door, persons: dict[int, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how later versions of the library tell times
    await door.ask(persons[MARIA], "/open")
    await door.press(persons[ANNA], "here:1")
    door.telegram.faults.flood("editMessageText", 30)
    with pytest.raises(RetryAfter):
        await asyncio.wait_for(board_of(door), 10)


async def test_beyond_thirty_names_they_are_folded_away(door: Door, persons: dict[int, Person]) -> None:
    await more_students(door, [f"Имя{number:02}" for number in range(29)])
    await door.ask(persons[MARIA], "/open")
    assert folded(await board_of(door)) == []
    await more_students(door, [f"Имя{number:02}" for number in range(29, 31)], 1029)
    assert len(folded(await board_of(door))) == 1


def folded(message: dict[str, Any]) -> list[Any]:
    return [one for one in message.get("entities", []) if one["type"] == "expandable_blockquote"]


@pytest.mark.parametrize("name", ["Анна Белова", "Анна-Мария Константинопольская-Новгородская " * 2, "🎓" * 60])
@pytest.mark.parametrize("waiting", [0, 1, 150, 300])
def test_three_hundred_names_fit_into_a_message_and_the_rest_are_counted(name: str, waiting: int) -> None:
    roll = [OnRoll(n, f"{name}{n}", Stands.WAITING if n < waiting else Stands.MISSING) for n in range(300)]
    room = LONGEST_MESSAGE - 500
    text = names_part(T, roll, room, closed=False)
    assert units(text) <= room
    assert isinstance(text, Marked)
    assert any(one.style is Style.FOLDED for one in text.stretches)
    shown = sum(line.startswith(name[:5]) for line in text.splitlines())
    left_out = [int(line.split()[-1]) for line in text.splitlines() if line.startswith("… и ещё")]
    assert shown + sum(left_out) == 300
    assert shown >= (20 if len(name) > 20 else 150)
    if waiting < 300:
        assert units(text) > room - 2 * units(name) - 100, "there was room for more"


def test_one_name_that_has_no_room_is_counted_and_not_cut() -> None:
    roll = [OnRoll(1, "Анна", Stands.MISSING), OnRoll(2, "Борис", Stands.MISSING)]
    head = units(T("board-missing", number=2)) + 1
    assert names_part(T, roll, head + 10, closed=False).splitlines()[1:] == ["Анна", "Борис"]
    assert names_part(T, roll, head + 9, closed=False).splitlines()[1:] == ["… и ещё 2"]
