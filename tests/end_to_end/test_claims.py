"""Whose voice is this account's? A friend's voice, a classmate's voice, twins, and an erasure, through the chat."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.message import Message
from sandbox.person import Person
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running, speak

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.voices]

ANNA, BORIS, GLEB, VERA = "Анна Белова", "Борис Громов", "Глеб Орлов", "Вера Лис"
Notes = Callable[..., list[bytes]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running(tmp_path_factory.mktemp("claims")) as product:
        yield product


@pytest.fixture
def notes(voices: Path) -> Notes:
    """Of the n-th real speaker, the notes with these numbers."""
    speakers = sorted((voices / "dev").iterdir())

    def of(speaker: int, *numbers: int) -> list[bytes]:
        files = sorted(speakers[speaker].glob("*.ogg"))
        return [files[number].read_bytes() for number in numbers]

    return of


async def class_with(product: Product, title: str) -> Classroom:
    classroom = Classroom(product)
    classroom.teacher.read_all()
    await classroom.begin(title)
    return classroom


async def card_about(classroom: Classroom, name: str, kind: str = "claim:") -> Message:
    return await classroom.teacher.answer(PATIENCE, lambda message: message.has(kind) and name in message.text)


async def record_again(student: Person, recordings: list[bytes]) -> Message:
    """/enroll and three notes; what is said of the third."""
    await ask(student, "/enroll")
    for number, note in enumerate(recordings, start=1):
        answer = await speak(student, note)
        assert f"{number}/3" in answer.text, answer.text
    return answer


def rows(product: Product, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3", timeout=20)) as database:
        return database.execute(query, values).fetchall()


async def test_a_friends_voice_is_nobodys_until_the_teacher_says_so(product: Product, notes: Notes) -> None:
    classroom = await class_with(product, "Физика")
    anna = await classroom.student(ANNA, notes(0, 0, 1, 2))
    await ask(classroom.teacher, "/open")
    told = await record_again(anna, notes(1, 0, 1, 2))
    assert "учителя" in told.text
    card = await card_about(classroom, ANNA)
    assert card.raw["voice"]["file_unique_id"], "there is something to listen to"
    assert len(card.buttons) == 2

    friends = await speak(anna, notes(1, 3)[0])
    assert ANNA not in friends.text
    assert ANNA in (await speak(anna, notes(0, 3)[0])).text, "the old voice serves"
    summary = await ask(classroom.teacher, "/close")
    assert "ждут вашего решения: 1" in summary.text

    await classroom.teacher.press("❌", card)
    assert "раньше" in (await anna.answer(PATIENCE)).text
    assert ANNA in (await speak(anna, notes(0, 4)[0])).text
    await classroom.teacher.edited(card, PATIENCE, lambda message: message.has("Изменить"))
    await classroom.teacher.press("✅", card)
    await anna.answer(PATIENCE, lambda message: "подтвердил" in message.text)
    assert ANNA in (await speak(anna, notes(1, 4)[0])).text, "the voice that the teacher stands for"
    assert ANNA not in (await speak(anna, notes(0, 5)[0])).text


async def test_a_newcomer_with_a_classmates_voice_takes_nothing_from_the_classmate_and_twins_get_in(
    product: Product, notes: Notes
) -> None:
    classroom = await class_with(product, "Химия")
    boris = await classroom.student(BORIS, notes(2, 0, 1, 2))
    gleb = product.person(GLEB)
    await classroom.join(gleb, GLEB)
    told = await record_again(gleb, notes(2, 3, 4, 5))
    assert "учителя" in told.text
    assert "/here" in told.text
    assert BORIS not in told.text
    card = await card_about(classroom, GLEB)
    assert BORIS in card.text
    choice = await ask(classroom.teacher, "/open")
    if choice.has("Химия"):
        await classroom.teacher.press("Химия", choice)
        await classroom.teacher.answer(PATIENCE)
    assert BORIS in (await speak(boris, notes(2, 6)[0])).text
    asked = await speak(gleb, notes(2, 7)[0])
    assert "учитель" in asked.text.lower()
    assert GLEB not in asked.text
    note = await card_about(classroom, GLEB, "review:")
    assert note.raw["voice"]["file_unique_id"]
    flagged = "SELECT count(*) FROM attendance WHERE status = 'flagged'"
    assert rows(product, flagged) == [(0,)]

    await classroom.teacher.press("✅", card)
    await gleb.answer(PATIENCE, lambda message: "подтвердил" in message.text)
    assert not [message for message in boris.unread if not boris._called(message)]
    remembered = "SELECT count(*) FROM alike_voices WHERE two_people_at IS NOT NULL"
    assert rows(product, remembered) == [(1,)]
    assert GLEB in (await ask(gleb, "/me")).text


async def test_forgetting_takes_the_waiting_voice_and_the_teachers_note_of_it(product: Product, notes: Notes) -> None:
    classroom = await class_with(product, "Труд")
    vera = await classroom.student(VERA, notes(4, 0, 1, 2))
    await record_again(vera, notes(5, 0, 1, 2))
    card = await card_about(classroom, VERA)
    shown, accept = dict(card.raw), str(card.buttons[0].data)
    person = rows(product, "SELECT id FROM people WHERE telegram_id = ?", vera.id)[0][0]
    kept = "SELECT count(*) FROM enrolment_notes WHERE person_id = ?"
    assert rows(product, kept, person) == [(6,)]
    await ask(vera, "/forget")
    await vera.press("forget:yes")
    await vera.answer(PATIENCE)
    assert rows(product, kept, person) == [(0,)]
    assert (classroom.teacher.id, card.id) not in product.server.telegram.messages
    product.server.telegram.ask(classroom.teacher.id, shown, accept)  # a button that was on the screen all the while
    await classroom.teacher.say("/classes")
    await classroom.teacher.answer(PATIENCE, lambda message: message.has("class:"))
    assert rows(product, "SELECT count(*) FROM voiceprints WHERE person_id = ?", person) == [(0,)]
