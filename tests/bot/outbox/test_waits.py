"""Whoever waits for an answer hears for about how long, wherever the note is by then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from telegram import Update

from bot.messages.recording import describe
from bot.outbox.waits import rounded, tell_who_waits
from bot.services import now
from bot.waits import Waits
from rollcall.domain.verdict import Purpose
from rollcall.storage.attempts import register
from rollcall.storage.people import conversation_with, register_person
from rollcall.texts import texts_in
from rollcall.usecases.answer_note import answered
from sandbox.person import Person
from tests.bot.door import Door, open_door, said


@dataclass
class Stopwatch:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how later versions of the library tell times
    async with open_door(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3", valkey_url) as made:
        yield made


@pytest.fixture
def clock(door: Door) -> Stopwatch:
    watch = Stopwatch()
    door.application.bot_data["services"] = replace(door.services, waits=Waits(watch))
    return watch


async def a_note(door: Door, sender: Person) -> str:
    """A note arrives; its attempt's id."""
    await sender.voice(b"OggS")
    update = Update.de_json(door.telegram.updates.pending[-1], door.application.bot)
    assert update.message is not None
    door.services.waits.began(update.message)
    return list(door.services.waits._waits)[-1]


async def told(door: Door) -> list[str]:
    before = len(door.telegram.calls)
    await tell_who_waits(door.application, door.services)
    return said(door.telegram.calls[before:])


async def test_a_note_that_is_not_even_written_down_is_spoken_of_once(door: Door, clock: Stopwatch) -> None:
    await a_note(door, Person(door.telegram, "Анна", language_code="ru"))
    assert await told(door) == []
    clock.seconds += 8
    assert await told(door) == [texts_in("ru")("queue-slow")]
    clock.seconds += 8
    assert await told(door) == []


async def test_what_is_left_is_reckoned_from_the_answers_of_the_last_seconds(door: Door, clock: Stopwatch) -> None:
    people = [Person(door.telegram, f"Person {number}", language_code="en") for number in range(40)]
    notes = [await a_note(door, person) for person in people]
    clock.seconds += 8
    for note in notes[:10]:
        door.services.waits.ended(note)
    words = await told(door)
    assert len(words) == 27, "the first three have theirs in a moment"
    assert {texts_in("en")("queue-wait", seconds=seconds) for seconds in (10, 20, 30)} == set(words)


async def test_who_will_have_the_answer_in_a_moment_is_not_spoken_to(door: Door, clock: Stopwatch) -> None:
    anna = Person(door.telegram, "Anna", language_code="en")
    for _ in range(10):
        door.services.waits.ended("somebody else's")
    await a_note(door, anna)
    clock.seconds += 8
    for _ in range(10):
        door.services.waits.ended("somebody else's")
    assert await told(door) == []
    clock.seconds += 1.5
    assert len(await told(door)) == 1, "it did take longer"


async def test_what_another_bot_has_answered_is_not_spoken_of(door: Door, clock: Stopwatch) -> None:
    anna = Person(door.telegram, "Анна", language_code="ru")
    services = door.services
    await a_note(door, anna)
    update = Update.de_json(door.telegram.updates.pending[-1], door.application.bot)
    assert update.message is not None

    note = describe(update.message)

    def answer_elsewhere(session: Session) -> None:
        person = register_person(session, anna.id, "Анна Белова", now())
        conversation_with(session, anna.id, now())
        register(session, note, person, Purpose.CHECK_IN, class_id=None, lesson=None, enrolment=None, received_at=now())
        answered(session, [(note.attempt_id, {"answered_at": now()})])

    await services.database.run(answer_elsewhere)
    clock.seconds += 8
    assert await told(door) == []


@pytest.mark.parametrize(("seconds", "said_"), [(3.2, 10), (14, 10), (16, 20), (119, 120), (130, 120), (200, 180)])
def test_a_wait_is_told_to_tens_of_seconds_and_then_to_minutes(seconds: float, said_: int) -> None:
    assert rounded(seconds) == said_


async def test_a_word_that_telegram_had_no_room_for_is_said_a_second_later(
    door: Door, clock: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outbox.waits._PATIENCE", 0.1)
    await a_note(door, Person(door.telegram, "Анна", language_code="ru"))
    clock.seconds += 8
    door.telegram.faults.flood("sendMessage", 2)
    await tell_who_waits(door.application, door.services)
    assert not any(wait.told for wait in door.services.waits._waits.values())
    await asyncio.sleep(2.2)
    assert await told(door) == [texts_in("ru")("queue-slow")]
