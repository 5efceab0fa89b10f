"""Ten real speakers enrol and check in; thirty strangers try. Through Telegram, bot, queue, worker and database."""

import asyncio
import re
from pathlib import Path

import pytest

from sandbox.person import Person
from tests.end_to_end.product import Classroom, ask, running, speak

STRANGERS = 30


@pytest.mark.voices
@pytest.mark.timeout(420)
async def test_a_class_of_real_voices_is_recognised_and_strangers_are_not(voices: Path, tmp_path: Path) -> None:
    speakers = {folder.name: sorted(folder.glob("*.ogg")) for folder in sorted((voices / "dev").iterdir())}
    names = {speaker: f"Ученик {speaker}" for speaker in speakers}
    async with running(tmp_path) as product:
        classroom = Classroom(product)
        await classroom.begin()

        async def enrol(speaker: str) -> Person:
            return await classroom.student(names[speaker], [note.read_bytes() for note in speakers[speaker][:3]])

        students = dict(zip(speakers, await asyncio.gather(*map(enrol, speakers)), strict=True))
        await ask(classroom.teacher, "/open")

        async def check_in(speaker: str) -> list[str]:
            return [(await speak(students[speaker], note.read_bytes())).text for note in speakers[speaker][3:7]]

        answers = dict(zip(speakers, await asyncio.gather(*map(check_in, speakers)), strict=True))

        strangers = sorted((voices / "cohort").iterdir())[:: 251 // STRANGERS][:STRANGERS]
        accounts = [students[speaker] for speaker in speakers]

        async def try_their_luck(number: int) -> list[str]:
            mine = strangers[number :: len(accounts)]
            return [(await speak(accounts[number], (one / "01.ogg").read_bytes())).text for one in mine]

        attempts = [
            text for texts in await asyncio.gather(*map(try_their_luck, range(len(accounts)))) for text in texts
        ]

    total = sum(len(texts) for texts in answers.values())
    recognised = {
        speaker: [text for text in texts if re.search(rf"{names[speaker]} — \d+ %", text)]
        for speaker, texts in answers.items()
    }
    missed = [text for speaker, texts in answers.items() for text in texts if text not in recognised[speaker]]
    assert total == 40
    assert total - len(missed) >= 0.97 * total, missed
    for speaker, texts in answers.items():
        others = [name for other, name in names.items() if other != speaker]
        assert not [text for text in texts if any(name in text for name in others)]
    assert len(attempts) == STRANGERS
    assert sum("%" in text for text in attempts) <= 1, [text for text in attempts if "%" in text]
