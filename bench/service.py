"""The whole product through the sandbox: from update to answer, idle and under load, and where the milliseconds go."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from bench.notes import as_voice_note
from sandbox.person import Person
from sandbox.server import Server
from worker.audio.decode import decode

_TEACHER = 1001
_PATIENCE = 60
_VOICES = Path(__file__).parents[1] / "sandbox" / "voices"
_STAGES = ("download", "queue", "decode", "speech", "quality", "embed", "match")
_STUDENTS = ("zac", "shelby", "klatt2")
_LOADS = (0.1, 0.5, 0.8)
_NOTES_ALONE, _NOTES_PER_LOAD = 18, 40


@dataclass
class Service:
    """What came out.

    Attributes:
        first: seconds from ``rollcall up`` to the first note's answer, data and weights being there.
        idle: milliseconds from update to answer, one note at a time.
        stages: median milliseconds of each stage of those notes.
        loads: share of what one worker can do → milliseconds from update to answer of each note.
    """

    first: float = 0.0
    idle: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    loads: dict[float, list[float]] = field(default_factory=dict)


async def serve() -> Service:
    """Three students enrol, send notes outside a lesson one at a time, then at random moments."""
    found = Service()
    takes = iter(_takes(1 + _NOTES_ALONE + len(_LOADS) * _NOTES_PER_LOAD))
    with tempfile.TemporaryDirectory() as folder:
        async with Server() as server:
            async with _running(server, Path(folder)):
                students = await _enrol(server)
                found.idle = await _one_at_a_time(students, list(islice(takes, _NOTES_ALONE)))
            found.stages = _medians(Path(folder) / "rollcall.sqlite3")
            started = time.monotonic()
            async with _running(server, Path(folder)):
                answer = await _send(students[0], next(takes))
                found.first = answer - started
                each = statistics.median(found.idle) / 1000
                for load in _LOADS:
                    found.loads[load] = await _at_random(students, list(islice(takes, _NOTES_PER_LOAD)), each / load)
    return found


@contextlib.asynccontextmanager
async def _running(server: Server, data_dir: Path) -> AsyncIterator[None]:
    own = {
        "ROLLCALL_TELEGRAM_TOKEN": server.telegram.token,
        "ROLLCALL_TELEGRAM_API_URL": server.url,
        "ROLLCALL_ADMINS": str(_TEACHER),
        "ROLLCALL_DATA_DIR": str(data_dir),
        "ROLLCALL_LOG_LEVEL": "WARNING",
    }
    product = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rollcall", "up", env={**os.environ, **own}, start_new_session=True
    )
    try:
        yield
    finally:
        product.terminate()
        await product.wait()


async def _enrol(server: Server) -> list[Person]:
    await server.telegram.until_called("getUpdates", timeout=120)
    teacher = Person(server.telegram, "Teacher", id=_TEACHER, language_code="en")
    await teacher.say("/newclass Bench")
    link = "https://t.me/" + (await teacher.answer(_PATIENCE)).text.split("https://t.me/")[1].split()[0]
    students = []
    for voice in _STUDENTS:
        student = Person(server.telegram, voice, language_code="en")
        await student.follow(link)
        await student.answer(_PATIENCE)
        await student.press("consent:yes")
        for text in (f"Student {voice}", "/enroll"):
            await student.answer(_PATIENCE)
            await student.say(text)
        await student.answer(_PATIENCE)
        for number in (1, 2, 3):
            await _send(student, _note(voice, number))
        students.append(student)
    return students


async def _one_at_a_time(students: list[Person], notes: Sequence[bytes]) -> list[float]:
    totals = []
    for number, note in enumerate(notes):
        sent = time.monotonic()
        totals.append((await _send(students[number % len(students)], note) - sent) * 1000)
    return totals


async def _at_random(students: list[Person], notes: Sequence[bytes], gap: float) -> list[float]:
    """Notes that come like a class's: independent of each other, some mean gap apart."""
    rng = random.Random(0)

    async def one(number: int, note: bytes) -> float:
        sent = time.monotonic()
        return (await _send(students[number % len(students)], note) - sent) * 1000

    running = []
    for number, note in enumerate(notes):
        running.append(asyncio.create_task(one(number, note)))
        await asyncio.sleep(rng.expovariate(1 / gap))
    return list(await asyncio.gather(*running))


async def _send(student: Person, note: bytes) -> float:
    """Send a note; the moment of its answer."""
    sent = await student.voice(note)
    return (await student.answer_to(sent, _PATIENCE)).at


def _note(voice: str, number: int) -> bytes:
    return (_VOICES / voice / f"{number:02}.ogg").read_bytes()


def _takes(count: int) -> list[bytes]:
    """So many notes of about five seconds, no two with the same bytes: those are refused before a worker hears them."""
    notes = []
    for number in range(count):
        samples = decode(_note(_STUDENTS[number % len(_STUDENTS)], 4 + number // len(_STUDENTS) % 3)).samples
        notes.append(as_voice_note(samples[320 * (number // 9) :]))
    return notes


def _medians(database: Path) -> dict[str, float]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT timings, (julianday(answered_at) - julianday(settled_at)) * 86400000 FROM attempts"
            " WHERE answered_at IS NOT NULL"
        ).fetchall()
    timings = [{**json.loads(own), "answer": answer} for own, answer in rows]
    return {stage: statistics.median(row.get(stage, 0.0) for row in timings) for stage in (*_STAGES, "answer")}
