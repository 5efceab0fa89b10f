"""From update to answer: one voice note at a time through the whole product, and where its milliseconds go."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from sandbox.person import Person
from sandbox.server import Server

_TEACHER = 1001
_PATIENCE = 60
_VOICES = Path(__file__).parents[1] / "sandbox" / "voices"
_STAGES = ("download", "queue", "decode", "speech", "quality", "embed", "match")


async def main() -> None:
    """Three students enrol and send notes outside a lesson; every stage's time is in the attempts' table."""
    with tempfile.TemporaryDirectory() as folder:
        async with Server() as server:
            product = await _start(server, Path(folder))
            try:
                totals = await _play(server)
            finally:
                product.terminate()
                await product.wait()
        _print(totals, _timings(Path(folder) / "rollcall.sqlite3"))


async def _start(server: Server, data_dir: Path) -> asyncio.subprocess.Process:
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
    await server.telegram.until_called("getUpdates", timeout=120)
    return product


async def _play(server: Server) -> list[float]:
    """Milliseconds from a note's update to its answer, as the student's phone would see them."""
    teacher = Person(server.telegram, "Teacher", id=_TEACHER, language_code="en")
    await teacher.say("/newclass Bench")
    link = "https://t.me/" + (await teacher.answer(_PATIENCE)).text.split("https://t.me/")[1].split()[0]
    totals: list[float] = []
    for voice in track(("zac", "shelby", "klatt2"), "one note at a time", console=Console(stderr=True)):
        student = Person(server.telegram, voice, language_code="en")
        await student.follow(link)
        await student.answer(_PATIENCE)
        await student.press("consent:yes")
        for text in (f"Student {voice}", "/enroll"):
            await student.answer(_PATIENCE)
            await student.say(text)
        await student.answer(_PATIENCE)
        for number in range(1, 7):
            sent = await student.voice((_VOICES / voice / f"{number:02}.ogg").read_bytes())
            answer = await student.answer_to(sent, _PATIENCE)
            if number > 1:  # the first one of a process warms it up
                totals.append((answer.at - sent.at) * 1000)
    return totals


def _timings(database: Path) -> list[dict[str, float]]:
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT timings, (julianday(answered_at) - julianday(settled_at)) * 86400000 FROM attempts"
        ).fetchall()
    return [{**json.loads(timings), "answer": answer} for timings, answer in rows]


def _print(totals: list[float], timings: list[dict[str, float]]) -> None:
    table = Table("stage", "median ms", "share", title=f"From update to answer, {len(totals)} notes one at a time")
    whole = statistics.median(totals)
    parts = {stage: statistics.median(row.get(stage, 0.0) for row in timings) for stage in (*_STAGES, "answer")}
    for stage, median in parts.items():
        table.add_row(stage, f"{median:.1f}", f"{median / whole:.0%}")
    rest = whole - sum(parts.values())
    table.add_row("bookkeeping", f"{rest:.1f}", f"{rest / whole:.0%}", end_section=True)
    table.add_row("whole", f"{whole:.1f}", "100%")
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())
