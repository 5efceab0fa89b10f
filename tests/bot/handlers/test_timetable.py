"""A timetable at the bot's own door: written with thumbs, and carried out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.outbox.boards import _show
from bot.outbox.timetable import keep_timetables
from bot.services import now
from rollcall.domain.timetable import TOLD_BEFORE
from rollcall.storage.tables import Lesson
from rollcall.storage.timetable_tables import Holiday, Slot, Term
from rollcall.texts import texts_in
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door, said
from tests.bot.school import CLASS_ID, MARIA, people_on

T = texts_in("ru")


@pytest.fixture
def maria(door: Door) -> Person:
    return people_on(door.telegram)[MARIA]


def slot_at(door: Door, begins: datetime) -> int:
    """A slot of the class, whose clocks show UTC, that begins then this week; there is no other lesson."""
    with door.services.database.session() as session:
        session.execute(delete(Lesson))
        slot = Slot(
            class_id=CLASS_ID, weekday=begins.isoweekday(), begins=begins.hour * 60 + begins.minute, minutes=45,
            weeks="every",
        )  # fmt: skip
        session.add(slot)
        session.flush()
        return slot.id


def shown(calls: list[Call]) -> tuple[str, list[str]]:
    """The text and the callback data of the last message."""
    call = [one for one in calls if one.method.lower() in ("sendmessage", "editmessagetext")][-1]
    markup: Any = call.values.get("reply_markup") or "{}"
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    return str(call.values["text"]), [one["callback_data"] for row in rows for one in row]


async def test_a_timetable_is_written_with_buttons_and_short_answers(door: Door, maria: Person) -> None:
    await door.press(maria, f"timetable:{CLASS_ID}:add:3")
    assert await door.ask(maria, "рано") == [T("plan-slot-again")]
    (table,) = await door.ask(maria, "8:30–9:15 Алгебра")
    assert "• Среда, 08:30–09:15 · Алгебра" in table.splitlines()
    await door.press(maria, f"timetable:{CLASS_ID}:holiday")
    await door.ask(maria, "30.10.2027–08.11.2027")
    await door.press(maria, f"timetable:{CLASS_ID}:term")
    (table,) = await door.ask(maria, "01.09.2027–31.05.2028")
    assert T("plan-holidays", days="30 октября 2027 – 8 ноября 2027") in table
    assert T("plan-term", days="1 сентября 2027 – 31 мая 2028") in table
    with door.services.database.session() as session:
        slot, holiday = session.scalars(select(Slot)).one().id, session.scalars(select(Holiday)).one().id
    (card,) = await door.press(maria, f"timetable:{CLASS_ID}:weeks:{slot}:odd")
    assert card.endswith(T("plan-weeks-odd"))
    for data in (f"remove:{slot}", f"unholiday:{holiday}", "unterm"):
        await door.press(maria, f"timetable:{CLASS_ID}:{data}")
    with door.services.database.session() as session:
        for table_of in (Slot, Holiday, Term):
            assert session.scalars(select(table_of)).all() == []


async def test_before_a_planned_lesson_its_teacher_is_told_and_may_skip_it(door: Door, maria: Person) -> None:
    slot_at(door, now().astimezone(UTC) + TOLD_BEFORE - timedelta(minutes=2))
    before = len(door.telegram.calls)
    for _ in range(2):
        await keep_timetables(door.application, door.services)
    calls = door.telegram.calls[before:]
    assert len(said(calls)) == 1
    text, (skip,) = shown(calls)
    assert "Физика" in text
    (answer,) = await door.press(maria, skip)
    assert "не открою" in answer
    assert await door.press(maria, skip.replace(":skip:", ":skip:9")) == [T("plan-skip-late")]


async def test_a_planned_lesson_opens_by_itself_and_its_board_is_in_the_teachers_chat(door: Door) -> None:
    slot_at(door, now().astimezone(UTC) - timedelta(minutes=1))
    before = len(door.telegram.calls)
    await keep_timetables(door.application, door.services)
    with door.services.database.session() as session:
        lesson = session.scalars(select(Lesson)).one()
        assert lesson.closed_at is None
    await _show(door.application, door.services, lesson.id)
    board = door.telegram.calls[-1]
    assert len(door.telegram.calls) == before + 1
    assert board.values["chat_id"] == str(MARIA)
    assert T("board-open", title="Физика", closes=f"{lesson.closes_at:%H:%M}") in str(board.values["text"])
