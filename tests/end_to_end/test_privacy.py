"""The way without a voice, own data as a file, and notes deleted from the chat. In both languages."""

import io
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing

import openpyxl
import pytest
import pytest_asyncio

from sandbox.message import Message
from sandbox.person import Person
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running, speak, synthetic

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA, BORIS = "Анна Белова", "Борис Громов"
WORDS = {
    "ru": {"title": "Физика", "there": "присутствует", "confirmed": "подтверждено учителем", "nothing": "ничего о вас"},
    "en": {"title": "Physics", "there": "present", "confirmed": "confirmed by the teacher", "nothing": "nothing about"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running(tmp_path_factory.mktemp("privacy")) as product:
        yield product


def known(product: Product, telegram_id: int) -> dict[str, int]:
    """How many rows of each table name the account."""
    tables = ("people", "conversations", "consents")
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3")) as database:
        query = "SELECT count(*) FROM {} WHERE telegram_id = ?"
        counts = {table: database.execute(query.format(table), (telegram_id,)).fetchone()[0] for table in tables}
    return {table: count for table, count in counts.items() if count}


async def card_of(teacher: Person) -> Message:
    return await teacher.answer(PATIENCE, lambda message: any("review" in (b.data or "") for b in message.buttons))


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_who_declines_checks_in_by_a_tap_and_the_report_does_not_tell(
    product: Product, language: str, wait_until: WaitUntil
) -> None:
    words = WORDS[language]
    classroom = Classroom(product, language)
    classroom.teacher.user["language_code"] = language
    classroom.teacher.read_all()
    await classroom.begin(words["title"])
    anna = product.person("Anna", language)
    assert "/help" in (await ask(anna, "hello")).text
    assert known(product, anna.id) == {}, "a stranger who writes is not remembered"

    await anna.follow(classroom.link)
    await anna.answer(PATIENCE)
    assert known(product, anna.id) == {"conversations": 1}
    await anna.press("consent:no")
    declined = await anna.answer(PATIENCE)
    assert known(product, anna.id) == {}, "who declines is not remembered"
    assert "/help" in (await ask(anna, ANNA)).text
    assert words["nothing"] in (await ask(anna, "/mydata")).text

    await anna.press("without:", declined)
    await anna.answer(PATIENCE)
    assert known(product, anna.id) == {"conversations": 1, "consents": 1}
    joined = await ask(anna, ANNA)
    assert ANNA in joined.text
    assert "/here" in joined.text
    no_lesson = await ask(anna, "/here")
    assert not no_lesson.buttons

    boris = await classroom.student(
        BORIS, [synthetic({"ru": "zac", "en": "shelby"}[language], n) for n in (1, 2, 3)], language
    )
    choice = await ask(classroom.teacher, "/open")
    if choice.has(words["title"]):
        await classroom.teacher.press(words["title"], choice)
        await classroom.teacher.answer(PATIENCE)
    assert (await ask(anna, "I am here!")).has("here:")  # whatever she says
    refused = await speak(anna, synthetic({"ru": "zac", "en": "shelby"}[language], 4))
    assert "/enroll" in refused.text
    assert refused.has("here:")
    # A student with a voice may have a cold.
    for student, name in ((anna, ANNA), (boris, BORIS)):
        offer = await ask(student, "/here")
        tap = str(offer.button("here:").data)
        await student.press("here:", offer)
        await student.answer(PATIENCE)
        card = await card_of(classroom.teacher)
        assert card.kind == "text"
        assert name in card.text
        await classroom.teacher.press("✅", card)
        told = await student.answer(PATIENCE)
        assert words["there"] in told.text
        assert not offer.has("here:")
        product.server.telegram.ask(student.id, dict(offer.raw), tap)  # from a phone that still shows it
        await student.answer(PATIENCE)  # once is enough
    assert (await ask(anna, "/here")).buttons == []

    stranger = product.person("Colleague", language)
    own = await ask(stranger, "hello")
    product.server.telegram.ask(stranger.id, dict(own.raw), tap)
    await stranger.answer(PATIENCE)
    assert known(product, stranger.id) == {}

    classroom.teacher.read_all()
    await classroom.teacher.say("/report")
    report = await classroom.teacher.answer(PATIENCE, lambda message: ANNA in message.text)
    lines = {
        name: line.replace(name, "") for line in report.text.splitlines() for name in (ANNA, BORIS) if name in line
    }
    document = await classroom.teacher.answer(PATIENCE, lambda message: message.kind == "document")
    sheet = openpyxl.load_workbook(io.BytesIO(await classroom.teacher.download(document))).active
    assert sheet is not None
    cells = {str(row[1]): row[2:] for row in sheet.iter_rows(values_only=True) if len(row) > 1}
    cells |= {str(row[0]): row[1:] for row in sheet.iter_rows(values_only=True) if row[0] in (ANNA, BORIS)}
    assert words["confirmed"] in lines[ANNA]
    assert without_times(lines[ANNA]) == without_times(lines[BORIS])
    assert [type(cell) for cell in cells[ANNA]] == [type(cell) for cell in cells[BORIS]]


def without_times(line: str) -> str:
    return "".join(character for character in line if not character.isdigit())


async def test_own_data_come_as_a_file_without_what_is_sealed(product: Product) -> None:
    classroom = Classroom(product)
    classroom.teacher.read_all()
    await classroom.begin("Химия")
    vera = await classroom.student("Вера Лис", [synthetic("klatt2", number) for number in (1, 2, 3)])
    await vera.press("keep:yes")
    await vera.answer(PATIENCE)
    await vera.say("/mydata")
    document = await vera.answer(PATIENCE, lambda message: message.kind == "document")
    assert document.file_name.endswith(".json")
    assert "/forget" in document.raw["caption"]
    text = (await vera.download(document)).decode()
    assert "Вера Лис" in text, "readable as it is, not escaped"
    found = json.loads(text)
    assert found["account"]["telegram_id"] == vera.id
    assert [one["class"] for one in found["classes"]] == ["Химия"]
    assert len(found["agreements"]) == 2
    assert [(one["purpose"], one["verdict"], one["reason"]) for one in found["voice_notes"]] == [
        ("enrol", "accepted", "good_note")
    ] * 3
    assert [one["sealed_kept"] for one in found["voiceprint"]] == [True]
    assert len(found["kept_recordings"]) == len(found["enrolment_notes"]) == 3
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3")) as database:
        (sealed,) = database.execute("SELECT sealed FROM voiceprints WHERE sealed IS NOT NULL").fetchone()
    assert sealed.hex()[:40] not in text
    assert all("embedding" not in one and "fingerprint" not in one for one in found["voice_notes"])


async def test_the_enrolment_notes_leave_the_chat_when_asked_and_what_could_not_is_named(product: Product) -> None:
    classroom = Classroom(product)
    classroom.teacher.read_all()
    await classroom.begin("Биология")
    gleb = product.person("Gleb", "en")
    await classroom.join(gleb, "Глеб Орлов")
    await ask(gleb, "/enroll")
    old = await gleb.voice(synthetic("Gene2", 1), date=int(time.time()) - 3 * 86_400)
    await gleb.answer(PATIENCE, lambda message: message.reply_to == old.id)
    for number in (2, 3):
        answer = await speak(gleb, synthetic("Gene2", number))
    assert answer.has("keep:yes")
    await gleb.press("tidy", answer)
    said = (await gleb.answer(PATIENCE)).text
    assert "2" in said.splitlines()[0]
    assert "48" in said.splitlines()[1]
    left = [
        number
        for (chat, number), message in product.server.telegram.messages.items()
        if chat == gleb.id and "voice" in message
    ]
    assert left == [old.id]
    # The other question of that message is still open, and offers the same once more.
    await gleb.press("keep:no")
    assert (await gleb.answer(PATIENCE)).has("tidy")
