"""One run, from an empty folder to the account."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.load.account import Account, account, read_books
from bench.load.cast import Cast
from bench.load.crowd import Crowd
from bench.load.installation import Installation, own_database
from bench.load.report import Setting
from bench.load.school import enrol, plan
from bench.load.watch import Sample, Watch, dead_letters
from bench.report import machine
from rollcall.usecases.galleries import rebuild
from sandbox.server import Server

_TELL_EVERY = 5.0
_LESSON_MINUTES = 240


@dataclass(frozen=True)
class Plan:
    """What to run; see ``python -m bench.load --help``.

    Attributes:
        settle: seconds for what comes after the last answer: boards, tidying up.
    """

    students: int
    classes: int
    seconds: float
    encoder: str
    workers: int
    postgres: str | None
    seed: int
    settle: float = 5.0


@dataclass(frozen=True)
class Outcome:
    """What came out."""

    setting: Setting
    account: Account
    samples: list[Sample]
    busy: float


@dataclass(frozen=True)
class Progress:
    """Where the run is."""

    what: str
    done: bool = False

    def __str__(self) -> str:
        return self.what


Tell = Callable[[Progress], None]


async def run(wanted: Plan, tell: Tell) -> Outcome:
    """Do it.

    Raises:
        RollcallError: it cannot begin.
    """
    with tempfile.TemporaryDirectory(prefix="rollcall-load-") as folder:
        async with Server() as server, own_database(wanted.postgres) as database_url:
            installation = Installation(Path(folder), server, wanted.encoder, wanted.workers, database_url)
            crowd = await _prepare(wanted, installation, server, tell)
            try:
                await installation.start()
                tell(Progress("everything runs", done=True))
                return await _measure(wanted, installation, crowd, server, tell)
            finally:
                await installation.stop()


async def _prepare(wanted: Plan, installation: Installation, server: Server, tell: Tell) -> Crowd:
    cast = Cast(installation.settings, installation.keyring)
    often = _Seldom(tell)
    size = -(-wanted.students // wanted.classes)
    cast.assemble(size, lambda count: often(f"voices: {count} of {size}"))
    school = plan(wanted.students, wanted.classes, cast.voices)
    await installation.migrate()
    database = installation.database()
    try:
        await enrol(
            school, cast, database, installation.keyring, lambda count: often(f"enrolled: {count} of {wanted.students}")
        )
    finally:
        await database.close()
    return Crowd(server.telegram, school)


async def _measure(wanted: Plan, installation: Installation, crowd: Crowd, server: Server, tell: Tell) -> Outcome:
    await rebuild(installation.settings)
    await crowd.open_lessons(_LESSON_MINUTES)
    tell(Progress(f"{wanted.classes} lessons are open", done=True))
    watch = Watch(server.telegram, crowd, installation)
    often = _Seldom(tell)

    def say() -> None:
        if watch.samples:
            now = watch.samples[-1]
            often(f"sent {now.sent:,}, answered {now.answered:,}, waiting for a worker {now.jobs}")

    watching = asyncio.create_task(watch.run())
    try:
        await crowd.check_in(wanted.seconds, wanted.seed, say)
        await asyncio.sleep(wanted.settle)
        queue = installation.queue()
        dead = await dead_letters(queue)
        await queue.aclose()
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    await installation.stop()
    database = installation.database()
    try:
        books = await read_books(database, dead)
    finally:
        await database.close()
    return Outcome(
        Setting(
            wanted.students, wanted.classes, wanted.seconds, wanted.encoder, wanted.workers,
            database.engine.dialect.name, machine(),
        ),
        account(crowd.notes, books, crowd.limits, crowd.edits),
        watch.samples,
        sum(watch.machine) / len(watch.machine),
    )  # fmt: skip


class _Seldom:
    """Tells now and then only."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._last = time.monotonic()

    def __call__(self, what: str) -> None:
        if time.monotonic() - self._last >= _TELL_EVERY:
            self._last = time.monotonic()
            self._tell(Progress(what))
