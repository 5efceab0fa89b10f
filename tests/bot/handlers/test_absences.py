"""/absent and objections at the bot's own door: question by question, cards to teachers, words to students."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.outbox.absence_cards import keep_absences, keep_appeals
from bot.services import now
from rollcall.domain.absence import AbsenceState
from rollcall.domain.class_settings import Vocabulary
from rollcall.report.wording import span_words
from rollcall.storage.excuse_tables import Absence, AbsenceCard, Appeal
from rollcall.storage.tables import SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door, open_door, said
from tests.bot.school import ANNA, BORIS, CLASS_ID, LESSON_ID, MARIA, found, people_on

T = texts_in("ru")


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    url = f"sqlite+aiosqlite:///{tmp_path / 'absences.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset(), speaker_model="dummy") as door:
        await found(door.services.database)
        with door.services.database.session() as session:
            session.execute(delete(Absence))
            session.execute(delete(Appeal))
        yield door


@pytest.fixture
async def crowd(door: Door) -> dict[int, Person]:
    """Everybody has a chat with the bot, so that it may write to them."""
    people = people_on(door.telegram)
    for account in (MARIA, ANNA, BORIS):
        await door.ask(people[account], "/help")
    return people


async def announced(door: Door) -> list[Absence]:
    with door.services.database.session() as session:
        return list(session.scalars(select(Absence).order_by(Absence.id)))


async def test_days_and_reason_are_asked_for_the_teacher_decides_and_the_student_hears(
    door: Door, crowd: dict[int, Person]
) -> None:
    day = now().date() + timedelta(days=2)
    await door.ask(crowd[ANNA], "/absent")
    await door.press(crowd[ANNA], f"absent-on:{CLASS_ID}:typed")
    (again,) = await door.ask(crowd[ANNA], "скоро")
    assert again == T("absent-days-not", most=60)
    (why,) = await door.ask(crowd[ANNA], f"{day:%d.%m}")
    assert why == T("absent-why", days=span_words(day, day, T))
    answers = await door.press(crowd[ANNA], f"absent-why:{CLASS_ID}:{day:%Y%m%d}:{day:%Y%m%d}:illness")
    card = next(one for one in answers if "не будет" in one and "Анна Ан" in one)
    assert "болезнь" in card
    (one,) = await announced(door)
    assert (one.first_day, one.last_day, one.reason) == (day, day, "illness")
    await door.press(crowd[MARIA], f"absence:{one.id}:yes")
    before = len(door.telegram.calls)
    await keep_absences(door.application, door.services)
    told = said(door.telegram.calls[before:])
    assert (await announced(door))[0].state is AbsenceState.EXCUSED
    assert told == []  # that was said at once, with the press
    texts = [
        str(call.values.get("text")) for call in door.telegram.calls if str(call.values.get("chat_id")) == str(ANNA)
    ]
    assert T("absence-told-excused", title="Физика", days=span_words(day, day, T)) in texts


async def test_the_card_is_in_the_words_of_its_class(door: Door, crowd: dict[int, Person]) -> None:
    with door.services.database.session() as session:
        session.get_one(SchoolClass, CLASS_ID).vocabulary = Vocabulary.UNIVERSITY
    today = f"{now().date():%Y%m%d}"
    answers = await door.press(crowd[ANNA], f"absent-why:{CLASS_ID}:{today}:{today}:none")
    assert any("на парах в эти дни" in one for one in answers)
    (one,) = await announced(door)
    await door.press(crowd[ANNA], f"absent-undo:{one.id}")
    edited = [str(call.values.get("text")) for call in door.telegram.calls if call.method.lower() == "editmessagetext"]
    assert any("Студент отменил" in text for text in edited)


async def test_a_reason_in_own_words_is_mended_by_editing_the_answer(door: Door, crowd: dict[int, Person]) -> None:
    today = f"{now().date():%Y%m%d}"
    await door.press(crowd[ANNA], f"absent-why:{CLASS_ID}:{today}:{today}:own")
    sent = await crowd[ANNA].say("У врача")
    await door.handle()
    await crowd[ANNA].edit(sent, "У зубного врача")
    assert said(await door.handle()) == [T("absent-reason-changed")]
    assert [one.reason for one in await announced(door)] == ["У зубного врача"]


async def test_a_button_for_another_class_or_a_day_that_is_none_does_no_harm(
    door: Door, crowd: dict[int, Person]
) -> None:
    today = f"{now().date():%Y%m%d}"
    for data in (
        f"absent-why:{CLASS_ID}:{today}:{today}:none",
        f"absent-why:999:{today}:{today}:none",
        f"absent-in:{CLASS_ID}",
    ):
        assert await door.press(crowd[BORIS], data) == [T("absent-no-class")]
    assert await door.press(crowd[ANNA], f"absent-why:{CLASS_ID}:20269999:{today}:none") == [T("question-gone")]
    assert await announced(door) == []


async def test_who_comes_after_all_says_so_and_the_card_is_mended(door: Door, crowd: dict[int, Person]) -> None:
    today = f"{now().date():%Y%m%d}"
    await door.press(crowd[ANNA], f"absent-why:{CLASS_ID}:{today}:{today}:none")
    (one,) = await announced(door)
    assert await door.press(crowd[BORIS], f"absent-undo:{one.id}") == [T("absent-withdrawn-before")]
    await door.press(crowd[ANNA], f"absent-undo:{one.id}")
    with door.services.database.session() as session:
        assert session.scalars(select(AbsenceCard.shown)).one() == AbsenceState.WITHDRAWN


async def test_an_objection_goes_to_the_teacher_once_and_a_kept_mark_is_told(
    door: Door, crowd: dict[int, Person]
) -> None:
    await door.press(crowd[MARIA], f"close-now:{LESSON_ID}")
    await door.press(crowd[MARIA], "review:1:no")
    assert await door.press(crowd[BORIS], f"appeal-yes:{LESSON_ID}") == [T("here-closed")]
    answers = await door.press(crowd[ANNA], f"appeal-yes:{LESSON_ID}")
    assert any(T("appeal-ask") in one for one in answers)
    (again,) = await door.press(crowd[ANNA], f"appeal-yes:{LESSON_ID}")
    assert again == T("appeal-before")
    with door.services.database.session() as session:
        appeal = session.scalars(select(Appeal.id)).one()
    answers = await door.press(crowd[MARIA], f"appealed:{appeal}:keep")
    await keep_appeals(door.application, door.services)
    assert any(one.endswith(T("appeal-told-kept", status="отсутствует")) for one in answers)
