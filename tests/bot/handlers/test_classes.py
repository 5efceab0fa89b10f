"""A class is made by answering a question, and its students are invited by a message to forward."""

from __future__ import annotations

import json
import struct
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.messages.invitation import qr_picture
from rollcall.storage.people import known_conversation
from rollcall.storage.tables import Conversation, SchoolClass
from rollcall.storage.tables import Person as Row
from rollcall.texts import texts_in
from sandbox.message import Sent
from sandbox.person import Person
from tests.bot.door import Door, said
from tests.bot.school import ANNA, MARIA, people_on

T = texts_in("ru")


@pytest.fixture
def maria(door: Door) -> Person:
    return people_on(door.telegram)[MARIA]


async def titles(door: Door) -> list[str]:
    with door.services.database.session() as session:
        return list(session.scalars(select(SchoolClass.title).order_by(SchoolClass.id)))


async def say(door: Door, person: Person, words: str) -> tuple[Sent, list[str]]:
    sent = await person.say(words)
    return sent, said(await door.handle())


async def edit(door: Door, person: Person, sent: Sent, words: str) -> list[str]:
    await person.edit(sent, words)
    return said(await door.handle())


async def test_a_command_without_a_title_asks_for_it_and_the_next_text_is_the_title(door: Door, maria: Person) -> None:
    assert await door.ask(maria, "/newclass") == [T("newclass-ask")]
    made, to_forward = await door.ask(maria, "  Физика\n10А ")
    assert "start=join-" in made
    assert made.startswith("Класс Физика 10А готов")
    assert "Физика 10А" in to_forward
    assert (await titles(door))[-1] == "Физика 10А"
    assert await door.ask(maria, "и ещё слово") == [T("hint-teacher")]


async def test_an_edited_answer_is_taken_instead_of_the_first(door: Door, maria: Person) -> None:
    await door.press(maria, "newclass")
    sent, _ = await say(door, maria, "щ" * 65)
    (made, *_) = await edit(door, maria, sent, "Физика 10А")
    assert "Физика 10А" in made
    assert await edit(door, maria, sent, "Физика 10Б") == [T("newclass-title", title="Физика 10Б")]
    assert await edit(door, maria, sent, "щ" * 65) == [T("newclass-title-not")]
    assert (await titles(door))[4:] == ["Физика 10Б"]


async def test_a_question_that_was_left_takes_no_text_for_a_title(door: Door, maria: Person) -> None:
    await door.press(maria, "newclass")
    assert await door.press(maria, "cancel") == [T("cancelled")]
    assert await door.ask(maria, "Сколько у нас классов?") == [T("hint-teacher")]
    await door.press(maria, "newclass")
    await door.services.database.run(_an_hour_later)
    assert await door.ask(maria, "Сколько у нас классов?") == [T("hint-teacher")]
    assert len(await titles(door)) == 4


async def test_who_does_not_teach_any_more_makes_no_class_of_an_answer(door: Door, maria: Person) -> None:
    await door.press(maria, "newclass")
    with door.services.database.session() as session:
        session.scalars(select(Row).where(Row.telegram_id == MARIA)).one().is_teacher = False
    assert await door.ask(maria, "Физика 10А") == [T("not-a-teacher")]
    assert len(await titles(door)) == 4


async def test_what_is_forwarded_leads_whoever_gets_it_into_the_class(door: Door, maria: Person) -> None:
    door.forge(maria, "qr:1")
    (photo,) = [call for call in await door.handle() if call.method.lower() == "sendphoto"]
    with door.services.database.session() as session:
        link = f"https://t.me/rollcall_sandbox_bot?start=join-{(session.get_one(SchoolClass, 1)).join_code}"
    assert link in photo.values["caption"]
    assert _rows(photo.values["reply_markup"]) == [[{"text": T("button-join"), "url": link}]]
    await door.press(maria, "endlink:1")
    assert await door.press(maria, "qr:1") == [T("link-none")]


async def test_where_the_picture_is_not_taken_its_words_are(
    door: Door, maria: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.messages.invitation.qr_picture", lambda _link: b"no picture")
    door.forge(maria, "qr:1")
    (words,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert "start=join-" in words.values["text"]


def test_a_picture_of_a_link_is_a_square_that_a_wall_can_show() -> None:
    picture = qr_picture("https://t.me/rollcall_sandbox_bot?start=join-" + "a" * 22)
    width, height = struct.unpack(">II", picture[16:24])
    assert width == height
    assert 400 <= width <= 1000
    assert len(picture) < 10_000


async def test_a_student_may_not_be_shown_the_question(door: Door) -> None:
    anna = people_on(door.telegram)[ANNA]
    assert await door.press(anna, "newclass") == [T("not-a-teacher")]


def _an_hour_later(session: Any) -> None:
    conversation: Conversation = known_conversation(session, MARIA)  # type: ignore[assignment]
    conversation.updated_at -= timedelta(hours=1)


def _rows(markup: Any) -> Any:
    return (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
