"""A real voiceprint follows its owner through the chat, from the button to the step, and is put back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rollcall.texts import texts_in
from sandbox.person import Person
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running, speak

T = texts_in("ru")
ANNA, BORIS = "Анна Белова", "Борис Громов"
STEP = 120.0
"""Seconds: steps are looked for once a minute."""


def rows(product: Product, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3", timeout=20)) as database, database:
        return database.execute(query, values).fetchall()


async def press(person: Person, button: str, answer: str) -> None:
    """Press it, and hear that."""
    await person.press(button)
    await person.answer(PATIENCE, lambda message: answer in message.text)


async def lesson(classroom: Classroom, anna: Person, note: bytes) -> str:
    """One in which Anna checks in, and that is closed."""
    classroom.teacher.read_all()
    await ask(classroom.teacher, "/open")
    said = (await speak(anna, note)).text
    await ask(classroom.teacher, "/close")
    return said


@pytest.mark.voices
@pytest.mark.timeout(420)
async def test_a_voiceprint_takes_a_step_by_a_note_that_nobody_doubts_and_is_put_back(
    voices: Path, tmp_path: Path, wait_until: WaitUntil
) -> None:
    hers, his = (
        [file.read_bytes() for file in sorted(folder.glob("*.ogg"), key=lambda file: -file.stat().st_size)]
        for folder in sorted((voices / "dev").iterdir())[1:3]
    )
    async with running(tmp_path) as product:
        classroom = Classroom(product)
        await classroom.begin()
        anna = await classroom.student(ANNA, hers[:3])
        boris = await classroom.student(BORIS, his[:3])
        as_recorded = rows(product, "SELECT sealed FROM voiceprints ORDER BY person_id")

        assert "%" in await lesson(classroom, anna, hers[3])
        assert rows(product, "SELECT * FROM fresh_notes") == [], "nobody has agreed"
        await anna.say("/mydata")
        await anna.answer(PATIENCE, lambda message: message.has("follow:ask"))
        await press(anna, "follow:ask", T("follow-ask").splitlines()[0])
        await press(anna, "follow:yes", T("follow-done"))

        assert "%" in await lesson(classroom, anna, hers[4])
        await ask(classroom.teacher, "/open")
        assert "%" in (await speak(boris, his[3])).text
        await ask(classroom.teacher, "/close")
        ((owner,),) = rows(product, "SELECT people.full_name FROM fresh_notes JOIN people ON people.id = person_id")
        assert owner == ANNA, "of who has not agreed, no embedding comes back"
        yesterday = f"{datetime.now(UTC) - timedelta(hours=25):%Y-%m-%d %H:%M:%S.%f}"
        rows(product, "UPDATE fresh_notes SET created_at = ?", yesterday)
        await wait_until(lambda: rows(product, "SELECT id FROM renewals"), timeout=STEP)
        assert rows(product, "SELECT * FROM fresh_notes") == []
        followed = rows(product, "SELECT sealed FROM voiceprints ORDER BY person_id")
        assert [one == other for one, other in zip(as_recorded, followed, strict=True)] == [False, True]
        assert "%" in await lesson(classroom, anna, hers[5]), "she is known by it"

        await anna.say("/mydata")
        await anna.answer(PATIENCE, lambda message: message.has("follow:back"))
        await press(anna, "follow:back", T("follow-back-done"))
        assert rows(product, "SELECT sealed FROM voiceprints ORDER BY person_id") == as_recorded
        assert rows(product, "SELECT id FROM renewals") == []
        assert "%" in await lesson(classroom, anna, hers[6])
        assert "%" not in (await speak(anna, his[4])).text
