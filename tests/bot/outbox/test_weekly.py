"""The weekly word in a teacher's chat: said once, with a way to each student's sheet."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.outbox.weekly import tell_weekly
from bot.services import now
from rollcall.domain.class_settings import Vocabulary
from rollcall.storage.tables import Lesson, SchoolClass
from rollcall.storage.weekly_tables import WeeklyWord
from tests.bot.door import Door, open_door
from tests.bot.school import CLASS_ID, IGOR, MARIA, a_colleague_joins, found, people_on

UTC = ZoneInfo("UTC")


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    url = f"sqlite:///{tmp_path / 'weekly.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset(), speaker_model="dummy") as door:
        await found(door.services.database)
        people = people_on(door.telegram)
        for teacher in (MARIA, IGOR):  # their chats are open
            await door.ask(people[teacher], "/help")
        yield door


def missed(door: Door, lessons: int) -> datetime:
    """Nobody came to so many lessons of class 1; the Monday morning after."""
    at, end = now() + timedelta(minutes=1), now() + timedelta(minutes=2)
    with door.services.database.session() as session:
        session.get_one(SchoolClass, CLASS_ID).vocabulary = Vocabulary.UNIVERSITY
        session.add_all(
            Lesson(
                class_id=CLASS_ID, opened_by=1, opened_at=at, late_at=at, closes_at=end, closed_at=end
            )
            for _ in range(lessons)
        )  # fmt: skip
    monday = at.date() + timedelta(days=7 - at.weekday())
    return datetime.combine(monday, time(9), UTC)


async def test_every_teacher_hears_once_with_a_button_to_the_sheet(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_colleague_joins(door.services.database)
    monday = missed(door, 3)
    monkeypatch.setattr("bot.outbox.weekly.now", lambda: monday)
    seen = len(door.telegram.calls)
    for _ in range(2):
        await tell_weekly(door.application, door.services)
    calls = [call for call in door.telegram.calls[seen:] if call.method.lower() == "sendmessage"]
    assert len({str(call.values["chat_id"]) for call in calls}) == len(calls) == 2
    (call,) = (one for one in calls if int(one.values["chat_id"]) == MARIA)
    text = str(call.values["text"])
    assert "3 пропуска подряд: " in text
    assert "все пары" in text
    markup: Any = call.values["reply_markup"]
    rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    assert rows[0][0]["callback_data"].startswith(f"sheet:{CLASS_ID}:")
    with door.services.database.session() as session:
        assert session.scalars(select(WeeklyWord)).all() == []


async def test_a_chat_that_takes_nothing_is_owed_it_still(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monday = missed(door, 3)
    monkeypatch.setattr("bot.outbox.weekly.now", lambda: monday)
    door.telegram.blocked.add(MARIA)
    await tell_weekly(door.application, door.services)
    with door.services.database.session() as session:
        (word,) = session.scalars(select(WeeklyWord))
        assert (word.chat_id, word.tries, word.holder) == (MARIA, 1, None)
