"""A voice close to the owner's, but not close enough: three tries, then the teacher listens. In both languages."""

import io
from collections.abc import AsyncIterator

import openpyxl
import pytest
import pytest_asyncio

from sandbox.message import Message
from sandbox.person import Person
from tests import sounds
from tests.end_to_end.product import PATIENCE, Classroom, Product, answer_to, ask, link_in, running, speak, synthetic

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "Анна Белова"
RU = {"try": "из 3", "teacher": "учитель", "confirmed": "подтверждено", "there": "присутствует"}
EN = {"try": "of 3", "teacher": "teacher", "rejected": "rejected"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running(tmp_path_factory.mktemp("unsure")) as product:
        yield product


def spoken(note: bytes, tempo: float = 1.0, pitch: float = 1.0) -> bytes:
    """Another recording of the same words; at another pitch also not quite the same voice."""
    filters = f"asetrate={round(48_000 * pitch)},aresample=48000,atempo={tempo / pitch}"
    return sounds.converted(note, "-af", filters, "-c:a", "libopus", "-b:a", "24k", "-f", "ogg")


async def three_tries(product: Product, language: str, tempo: float) -> tuple[Classroom, Person, list[Message]]:
    """A class, its only student, and the answers to three notes that leave a doubt."""
    classroom = Classroom(product, language)
    classroom.teacher.user["language_code"] = language
    classroom.teacher.read_all()
    await classroom.begin(f"Doubts {language}")
    anna = await classroom.student(NAME, [spoken(synthetic("Gene2", n), tempo) for n in (1, 2, 3)], language)
    choice = await ask(classroom.teacher, "/open")
    if choice.has(f"Doubts {language}"):  # the teacher has the other language's class too
        await classroom.teacher.press(f"Doubts {language}", choice)
        await classroom.teacher.answer(PATIENCE)
    return classroom, anna, [await speak(anna, spoken(synthetic("Gene2", n), tempo, pitch=0.82)) for n in (4, 5, 6)]


async def card_of(teacher: Person) -> Message:
    return await teacher.answer(PATIENCE, lambda message: any("review" in (b.data or "") for b in message.buttons))


async def test_after_three_doubtful_tries_the_teacher_listens_and_confirms(product: Product) -> None:
    classroom, anna, answers = await three_tries(product, "ru", 1.0)
    assert [RU["try"] in answer.text for answer in answers] == [True, True, False]
    assert RU["teacher"] in answers[2].text
    assert all(NAME not in answer.text for answer in answers)
    card = await card_of(classroom.teacher)
    assert card.raw["voice"]["file_unique_id"]
    assert NAME in card.raw["caption"]
    stranger = product.person("Colleague", "ru")
    await stranger.follow(link_in(await ask(classroom.teacher, "/invite")))
    own = await stranger.answer(PATIENCE)
    forged = next(str(button.data) for button in card.buttons if str(button.data).endswith(":yes"))
    product.server.telegram.ask(stranger.id, dict(own.raw), forged)
    assert NAME not in (await stranger.answer(PATIENCE)).text
    await classroom.teacher.press(forged, card)
    told = await anna.answer(PATIENCE)
    assert RU["there"] in told.text
    await classroom.teacher.say("/report")
    report = await classroom.teacher.answer(PATIENCE, lambda message: NAME in message.text)
    assert RU["confirmed"] in report.text
    sheet = await classroom.teacher.answer(PATIENCE, lambda message: "document" in message.raw)
    book = openpyxl.load_workbook(io.BytesIO(await classroom.teacher.download(sheet)))
    assert any(RU["confirmed"] in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)


async def test_a_voice_that_the_teacher_rejects_is_flagged(product: Product) -> None:
    classroom, anna, answers = await three_tries(product, "en", 0.88)
    assert [EN["try"] in answer.text for answer in answers] == [True, True, False]
    card = await card_of(classroom.teacher)
    await classroom.teacher.press(str(card.buttons[-1].data), card)
    told = await anna.answer(PATIENCE)
    assert EN["teacher"] in told.text
    await classroom.teacher.say("/report")
    report = await classroom.teacher.answer(PATIENCE, lambda message: NAME in message.text)
    assert EN["rejected"] in report.text
    # A voice that is clear after all is accepted all the same.
    sent = await anna.voice(spoken(synthetic("Gene2", 4), 0.93))
    assert NAME in (await answer_to(anna, sent)).text


async def test_one_voice_on_two_accounts_is_told_to_the_teacher_and_not_to_the_student(product: Product) -> None:
    classroom = Classroom(product)
    classroom.teacher.read_all()
    await classroom.begin("Twins")
    zoe = await classroom.student("Зоя Лис", [spoken(synthetic("shelby", n), 0.92) for n in (1, 2, 3)])
    await classroom.student("Глеб Орлов", [spoken(synthetic("shelby", n), 1.1) for n in (4, 5, 6)])
    told = await classroom.teacher.answer(PATIENCE, lambda message: "Зоя Лис" in message.text)
    assert "Глеб Орлов" in told.text
    await classroom.teacher.say("/classes")
    menu = await classroom.teacher.answer(PATIENCE, lambda message: message.has("Twins"))
    await classroom.teacher.press("Twins", menu)
    await classroom.teacher.edited(menu, PATIENCE, lambda message: message.has("voices:"))
    await classroom.teacher.press("voices:")
    voices = await classroom.teacher.answer(PATIENCE, lambda message: "Зоя Лис" in message.text)
    assert "Глеб Орлов" in voices.text
    assert not zoe.unread
