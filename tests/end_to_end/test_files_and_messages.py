"""What Telegram does to recordings and what people do to messages: each is answered once, and truly."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sqlite3
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace

import pytest
import pytest_asyncio

from rollcall.texts import texts_in
from sandbox.faults import Fault
from sandbox.message import Message, Sent
from sandbox.person import Person
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, answer_to, ask, link_in, running, synthetic
from tests.end_to_end.test_survival import child

pytestmark = pytest.mark.asyncio(loop_scope="module")

RU = texts_in("ru")
NAMES = {"zac": "Захар Волков", "Gene2": "Геннадий Юг"}
GONE, TOO_BIG = RU("reason-file_unavailable"), RU("reason-too_big")
EVER = 10_000
WRONG_ID = "wrong file_id or the file is temporarily unavailable"


def told(code: int, times: int, method: str = "getFile", detail: str = "") -> Fault:
    return Fault(method, code=code, detail=detail, times=times)


SEQUENCES: dict[str, tuple[list[Fault], str | None]] = {
    "wrong id once": ([told(400, 1, detail=WRONG_ID)], None),
    "wrong id three times": ([told(400, 3, detail=WRONG_ID)], None),
    "wrong id for ever": ([told(400, EVER, detail=WRONG_ID)], GONE),
    "getFile 404": ([told(404, 2)], None),
    "getFile 401": ([told(401, 5)], None),
    "getFile 403": ([told(403, 2)], None),
    "getFile 500, 502": ([told(500, 1), told(502, 2)], None),
    "getFile 500 for ever": ([told(500, EVER)], GONE),
    "getFile is asked to wait": ([Fault("getFile", retry_after=2)], None),
    "getFile drops": ([Fault("getFile", "drop", times=2)], None),
    "getFile unreadable": ([Fault("getFile", "garbage", times=2)], None),
    "no path once": ([Fault("getFile", "lacking", detail="file_path")], None),
    "no path for ever": ([Fault("getFile", "lacking", detail="file_path", times=EVER)], GONE),
    "too big": ([told(400, 1, detail="file is too big")], TOO_BIG),
    "link 404 once": ([told(404, 1, "file")], None),
    "link 404 for ever": ([told(404, EVER, "file")], GONE),
    "link 401": ([told(401, 3, "file")], None),
    "link 403, 404": ([told(403, 2, "file"), told(404, 1, "file")], None),
    "link 500 for ever": ([told(500, EVER, "file")], GONE),
    "link is asked to wait": ([Fault("file", retry_after=1)], None),
    "link empty": ([Fault("file", "empty", times=2)], None),
    "link cut off": ([Fault("file", "truncated", times=2)], None),
    "link cut off for ever": ([Fault("file", "truncated", times=EVER)], GONE),
    "link drops": ([Fault("file", "drop", times=3)], None),
    "a bit of all": (
        [told(400, 1, detail=WRONG_ID), told(404, 1, "file"), Fault("file", "truncated")],
        None,
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    folder = tmp_path_factory.mktemp("withheld")
    async with running(folder, ROLLCALL_FILE_PATIENCE="00:00:09") as product:
        yield product


async def send(sent: Sent, student: Person, faults: list[Fault]) -> Sent:
    """Put the file of a note in trouble before the bot hears of it."""
    file = sent.message.get("voice") or sent.message["audio"]
    for fault in faults:
        student.telegram.faults.add(replace(fault, file_id=file["file_id"]))
    return sent


def unlike_any(number: int) -> bytes:
    """A file that only the worker can tell to be silent."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(struct.pack("<h", number) + bytes(2 * 48_000))
    return file.getvalue()


def answers(student: Person, sent: Sent) -> list[Message]:
    return [message for message in student.inbox if message.reply_to == sent.id]


def asked(product: Product, query: str) -> int:
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3")) as database:
        (number,) = database.execute(query).fetchone()
    return int(number)


def pending(product: Product) -> int:
    return asked(product, "SELECT count(*) FROM attempts WHERE answered_at IS NULL")


async def test_whatever_telegram_does_with_a_file_its_note_gets_one_final_answer(
    product: Product, wait_until: WaitUntil
) -> None:
    classroom = Classroom(product)
    await classroom.begin()
    students = {
        voice: await classroom.student(name, [synthetic(voice, number) for number in (1, 2, 3)])
        for voice, name in NAMES.items()
    }
    await ask(classroom.teacher, "/open")
    sent: dict[str, tuple[str, Sent, bool]] = {}
    spoken = [(voice, synthetic(voice, number)) for number in (4, 5, 6) for voice in NAMES]
    for number, (what, (faults, expected)) in enumerate(SEQUENCES.items()):
        if speaks := expected is None and bool(spoken):
            voice, note = spoken.pop(0)
            one = await send(await students[voice].voice(note), students[voice], faults)
        else:
            voice = list(NAMES)[number % len(NAMES)]
            one = await send(await students[voice].audio(unlike_any(number), "audio/wav"), students[voice], faults)
        sent[what] = (voice, one, speaks)
    # The lesson ends while Telegram still holds the files back; they count by when they were sent.
    await ask(classroom.teacher, "/close")

    await wait_until(lambda: all(answers(students[voice], one) for voice, one, _ in sent.values()), PATIENCE)
    for what, (voice, one, speaks) in sent.items():
        (answer,) = answers(students[voice], one)
        _, expected = SEQUENCES[what]
        came = f"{NAMES[voice]} — " if speaks else RU("reason-silence")
        # Behind the word that they are marked, where an earlier one of theirs came.
        assert (came if expected is None else expected) in answer.text, (what, answer.text)
        assert [r for r in students[voice].reactions if r.message_id == one.id], what
    await wait_until(lambda: pending(product) == 0)  # nothing is left that a later sweep would answer once more
    everything = [message.text for student in students.values() for message in student.inbox]
    assert RU("sorry") not in everything
    report = await ask(classroom.teacher, "/report")
    assert report.text.count("присутствует · ") == len(NAMES), report.text


async def test_a_bot_killed_while_it_waits_for_a_file_takes_the_note_up_again(
    product: Product, wait_until: WaitUntil
) -> None:
    classroom = Classroom(product)
    await classroom.begin("Химия")
    student = await classroom.student("Клара Цой", [synthetic("klatt2", number) for number in (1, 2, 3)])
    await ask(classroom.teacher, "/open")
    sent = await send(await student.voice(synthetic("klatt2", 4)), student, [told(404, EVER, "file")])
    await student.telegram.until_called("file", after=sent.at)
    # Later words are answered meanwhile.
    assert "/enroll" in (await ask(student, "/help")).text
    assert not answers(student, sent)
    os.kill(child(product, "bot"), signal.SIGKILL)
    await asyncio.sleep(0.2)
    product.server.telegram.faults.clear()
    await wait_until(lambda: answers(student, sent), PATIENCE)
    (answer,) = answers(student, sent)
    assert "Клара Цой — " in answer.text


async def test_a_recording_by_any_name_is_taken_like_a_voice_note_and_the_rest_is_called_by_its_name(
    product: Product,
) -> None:
    classroom = Classroom(product)
    await classroom.begin("Труд")
    student = await classroom.student("Стефания Ли", [synthetic("steph2", number) for number in (1, 2, 3)])
    kinds = ("application/octet-stream", "application/ogg", None, "video/webm", "video/3gpp", "audio/x-unheard-of")
    sent = [await student.document(unlike_any(100 + n), f"file{n}", kind) for n, kind in enumerate(kinds)]
    sent.append(await student.video(unlike_any(200)))
    sent.append(await student.audio(unlike_any(201), "audio/mpeg", name="отчёт.pdf"))
    for one in sent:
        assert (await answer_to(student, one)).text.startswith(RU("reason-silence")), one.message
    big = await student.video(b"x" * 21_000_000)
    assert (await answer_to(student, big)).text.startswith(TOO_BIG)
    for send, seen in (
        (student.photo(b""), "seen-picture"),
        (student.document(b"\x89PNG\r\n", "board.png", "image/png"), "seen-picture"),
        (student.document(b"%PDF-1.7", "homework.pdf", "application/pdf"), "seen-document"),
        (student.animation(b"GIF89a"), "seen-gif"),
        (student.sticker(), "seen-sticker"),
    ):
        await send
        assert (await student.answer(PATIENCE)).text.startswith(RU(seen)), seen


async def test_a_note_that_was_not_recorded_here_and_now_is_refused_for_its_own_reason(product: Product) -> None:
    classroom = Classroom(product)
    await classroom.begin("История")
    student = await classroom.student("Андрей Цой", [synthetic("AnxiousAndy", number) for number in (1, 2, 3)])
    await ask(classroom.teacher, "/open")
    bot = {"id": 5, "is_bot": True, "first_name": "Voices", "username": "voices_bot"}
    marked: list[tuple[dict[str, object], str]] = [
        ({"is_from_offline": True}, "reason-scheduled"),
        ({"via_bot": bot}, "reason-through_bot"),
        ({"sender_business_bot": bot}, "reason-through_bot"),
    ]
    for number, (marks, reason) in enumerate(marked, start=4):
        answer = await answer_to(student, await student.voice(synthetic("AnxiousAndy", number), marks=marks))
        assert answer.text.startswith(RU(reason))


async def test_a_pasted_link_or_code_is_taken_like_the_link(product: Product) -> None:
    classroom = Classroom(product)
    await classroom.begin("Право")
    code = classroom.link.partition("?start=join-")[2]
    student = product.person("Анна")
    for words in (f"вот: {classroom.link}.", f"join-{code}", f"код {code}", f"tg://resolve?domain=x&start=join-{code}"):
        answer = await ask(student, words)
        assert answer.has("consent:yes") is ("domain=x" not in words), words
    group = product.server.telegram.add_group("9Б", {student.id: "member"})["id"]
    await student.say(f"/start join-{code}", chat=group)
    assert classroom.link in (await student.answer(PATIENCE, lambda message: message.chat_id == group)).text
    invite = link_in(await ask(classroom.teacher, "/invite"))
    assert "/newclass" in (await ask(product.person("Олег"), f"приглашение {invite}")).text


async def test_an_edited_answer_counts_and_an_edited_command_is_answered_once(product: Product) -> None:
    classroom = Classroom(product)
    await classroom.begin("Музыка")
    student = product.person("Аня")
    await student.follow(classroom.link)
    await student.answer(PATIENCE)
    await student.press("consent:yes")
    await student.answer(PATIENCE)
    name = await student.say("А")
    assert (await student.answer(PATIENCE)).text == RU("name-fault-length")
    name = await student.edit(name, "Анна Белав")
    assert "Анна Белав" in (await student.answer(PATIENCE)).text
    name = await student.edit(name, "Анна Белова")
    assert (await student.answer(PATIENCE)).text == RU("name-changed", name="Анна Белова")
    await ask(student, "/enroll")
    await student.edit(name, "Анна Белова-Юг")
    assert (await student.answer(PATIENCE)).text == RU("name-changed", name="Анна Белова-Юг")
    note = await student.voice(synthetic("klatt2", 5))
    assert "1/3" in (await answer_to(student, note)).text

    await student.edit_caption(note, "это я")
    place = await student.location()
    await student.answer(PATIENCE)
    moved = {**place.message, "edit_date": place.message["date"] + 5}
    product.server.telegram.updates.put("edited_message", moved)
    command = await student.say("/mee")
    await student.answer(PATIENCE)
    for text in ("/me", "/me now"):
        command = await student.edit(command, text)
    # The one answer to all of these; then the next question's.
    assert (await student.answer(PATIENCE)).text == RU("edited-command", command="/me")
    assert (await ask(student, "/help")).text != RU("edited-command", command="/me")
    assert asked(product, "SELECT count(*) FROM people WHERE full_name = 'Анна Белова-Юг'") == 1
