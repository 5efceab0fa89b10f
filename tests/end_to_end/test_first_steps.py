"""The first minutes with the product: a note sent too soon, and a teacher who plays a student."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rollcall.texts import texts_in
from tests import sounds
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running_anew, speak, synthetic
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector

pytestmark = pytest.mark.asyncio(loop_scope="module")

T = texts_in("ru")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running_anew(tmp_path_factory.mktemp("product")) as product:
        yield product


async def test_a_note_sent_before_enroll_is_the_first_of_three(product: Product) -> None:
    classroom = Classroom(product)
    await classroom.begin("Физика")
    anna = product.person("Анна")
    await classroom.join(anna, "Белова Анна")
    await ask(classroom.teacher, "/open")
    first = await speak(anna, synthetic("zac", 1))
    assert first.text.startswith(T("enrol-unasked"))
    assert "1/3" in first.text
    assert [str(button.data).partition(":")[0] for button in first.buttons] == ["here"]
    second = await speak(anna, synthetic("zac", 2))
    assert second.text.startswith("2/3")
    assert "3/3" in (await speak(anna, synthetic("zac", 3))).text
    assert "Белова Анна — " in (await speak(anna, synthetic("zac", 4))).text


async def test_whoever_speaks_too_briefly_for_a_note_enrols_with_more_of_them(product: Product) -> None:
    classroom = Classroom(product)
    await classroom.begin("Химия")
    boris = product.person("Борис")
    await classroom.join(boris, "Громов Борис")
    await ask(boris, "/enroll")
    said = [await speak(boris, _briefly("Gene2", number)) for number in range(1, 5)]
    said.append(await speak(boris, synthetic("Gene2", 5)))
    kept = T("enrol-more", phrase="…").partition("\n")[0]
    progress = [kept if answer.text.startswith(kept) else answer.text.partition(" ")[0] for answer in said]
    assert progress == [kept, "1/3", kept, "2/3", "3/3"]
    await ask(classroom.teacher, "/open")
    assert "Громов Борис — " in (await speak(boris, synthetic("Gene2", 6))).text


def _briefly(voice: str, number: int) -> bytes:
    """The beginning of a note, with a bit more than a second of speech."""
    sound = sounds.sound_of(synthetic(voice, number))
    detector = SpeechDetector()
    for end in range(sounds.RATE, len(sound), sounds.RATE // 10):
        note = sounds.voice_note(sound[:end])
        if 1.05 <= detector.detect(decode(note)).seconds < 1.45:
            return note
    raise AssertionError(f"{voice} {number} has no such beginning")


async def test_a_teacher_plays_a_student_from_the_consent_to_the_mark(product: Product) -> None:
    teacher = Classroom(product).teacher
    await ask(teacher, "/start")
    await teacher.press("practice")
    assert "consent:yes" in {button.data for button in (await teacher.answer(PATIENCE)).buttons}
    await teacher.press("consent:yes")
    await teacher.answer(PATIENCE)
    joined = await ask(teacher, "Иванова Мария")
    assert [button.data for button in joined.buttons] == ["enroll"]
    await teacher.press("enroll", joined)
    await teacher.answer(PATIENCE)
    for number in (1, 2, 3):
        recorded = await speak(teacher, synthetic("shelby", number))
        assert f"{number}/3" in recorded.text
    await teacher.press("open:", recorded)
    board = await teacher.answer(PATIENCE, lambda message: T("practice-title") in message.text)
    marked = await speak(teacher, synthetic("shelby", 4))
    assert marked.text.startswith("Иванова Мария — ")
    assert T("practice-title") in marked.text
    await teacher.edited(board, PATIENCE, lambda message: "1 из 1" in message.text)
