"""A class checks in before many browsers: ``make boards``. How soon each mark is shown, what it costs, what is lost.

A process of its own serves the pages, as in the product; the marks are written by this one, as a bot would. Half-way
the pages are killed and started anew.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import psutil
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.sealing.seal import load_keyring
from rollcall.storage import classes, lessons, people, web_access
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Lesson
from tests.web.live import Watcher

_TEACHER = 11


@dataclass(frozen=True)
class Outcome:
    """What was seen.

    Attributes:
        p95, worst: seconds from the end of a mark's transaction to its being shown, over all browsers.
        lost: marks that some browser does not show at the end.
        before, after: megabytes of the process that serves the pages, with all browsers there, and after its marks.
        processor: of it, its seconds per second of the run.
    """

    marks: int
    browsers: int
    p95: float
    worst: float
    lost: int
    before: float
    after: float
    processor: float


async def measure(folder: Path, students: int, browsers: int, seconds: float, *, restart: bool) -> Outcome:
    """Let so many students check in, spread over so many seconds, before so many browsers."""
    settings = Settings(data_dir=folder, web_port=_free(), _env_file=None)
    database = Database(settings.effective_database_url, load_keyring(settings, create=True))
    await migrate(database)
    ids, tokens = await _class_of(database, students, browsers)
    parts = (ids[: students // 2], ids[students // 2 :]) if restart else (ids,)
    written: dict[int, float] = {}
    sizes: list[float] = []
    used = 0.0
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{settings.web_port}", limits=httpx.Limits(max_connections=None)
    ) as client:
        watchers = [Watcher(client, f"/screen/{token}/live") for token in tokens]
        tasks = [asyncio.create_task(one.watch()) for one in watchers]
        began = _now()
        for number, part in enumerate(parts, start=1):
            async with _served(settings, folder) as process:
                await _until(watchers, partial(_connected, times=number))
                figures = psutil.Process(process.pid)
                sizes.append(_megabytes(figures))
                written |= await _mark(database, part, seconds * len(part) / students)
                await _until(watchers, partial(_shows, person_id=part[-1]))
                sizes.append(_megabytes(figures))
                used += sum(figures.cpu_times()[:2])
                process.kill()
                await process.wait()
        took = _now() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()
    waits = sorted(one.times[number, "here"] - at for one in watchers for number, at in written.items())
    lost = sum(one.rows[number][1] != "here" for one in watchers for number in ids)
    return Outcome(
        students, browsers, waits[int(len(waits) * 0.95)], waits[-1], lost, sizes[-2], sizes[-1], used / took
    )


async def _class_of(database: Database, students: int, browsers: int) -> tuple[list[int], list[str]]:
    now = datetime.now(UTC)
    with database.session() as session:
        teacher = people.register_person(session, _TEACHER, "Maria", now)
        people.make_teacher(session, teacher, None)
        school_class = classes.create_class(session, teacher, "Hall", "UTC", now)
        lesson, _ = lessons.open_lesson(
            session, school_class.id, teacher, now, timedelta(hours=1), timedelta(minutes=30)
        )
        ids = []
        for number in range(students):
            student = people.register_person(session, 1000 + number, f"Student Number {number}", now)
            classes.join_class(session, student, school_class, now)
            ids.append(student.id)
        tokens = [web_access.make_screen(session, lesson, _TEACHER, now) for _ in range(browsers)]
    return ids, tokens


def _marked(session: Session, person_id: int) -> None:
    lessons.mark(session, session.get_one(Lesson, 1), person_id, datetime.now(UTC), 0.97, None)


async def _mark(database: Database, ids: Sequence[int], seconds: float) -> dict[int, float]:
    """One after another at an even pace; when each was written."""
    written, began = {}, _now()
    for number, person_id in enumerate(ids):
        await asyncio.sleep(max(0.0, began + seconds * number / len(ids) - _now()))
        await database.run(_marked, person_id)
        written[person_id] = _now()
    return written


@asynccontextmanager
async def _served(settings: Settings, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {one: value for one, value in os.environ.items() if not one.startswith("ROLLCALL_")}
    environment |= {"ROLLCALL_DATA_DIR": str(folder), "ROLLCALL_WEB_PORT": str(settings.web_port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rollcall", "web", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _connected(watcher: Watcher, times: int) -> bool:
    return watcher.connections == times


def _shows(watcher: Watcher, person_id: int) -> bool:
    return watcher.rows[person_id][1] == "here"


async def _until(watchers: Sequence[Watcher], holds: Callable[[Watcher], bool]) -> None:
    async with asyncio.timeout(60):
        while not all(map(holds, watchers)):  # noqa: ASYNC110 - what browsers have been told
            await asyncio.sleep(0.02)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / (1 << 20)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--browsers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), wanted.students, wanted.browsers, wanted.seconds, restart=True))
    print(
        f"{found.marks} marks on {found.browsers} boards in {wanted.seconds:.0f} s, the pages killed half-way: "
        f"95 % shown within {found.p95:.2f} s, all within {found.worst:.2f} s, lost {found.lost}; "
        f"{found.before:.0f} MB before and {found.after:.0f} MB after, {found.processor:.0%} of a processor"
    )


if __name__ == "__main__":
    main()
