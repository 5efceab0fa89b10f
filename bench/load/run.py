"""One run, from an empty folder to the account; or several that take turns, each with the same crowd."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.load import roster
from bench.load.account import account, read_books
from bench.load.commits import Code, checkout
from bench.load.cost import CROWD, Cost, spent
from bench.load.crowd import Crowd
from bench.load.installation import Installation, Kind, One, Several
from bench.load.place import Place, own_database, run_python
from bench.load.report import Outcome, Setting
from bench.load.watch import Meter, Watch, dead_letters
from bench.report import machine
from sandbox.server import Server

_TELL_EVERY = 5.0
_LESSON_MINUTES = 240
_INSTALLATIONS: dict[Kind, type[Installation]] = {"one": One, "several": Several}
_PREPARE = Path(__file__).with_name("prepare.py")


@dataclass(frozen=True)
class Plan:
    """What to run; see ``python -m bench.load --help``.

    Attributes:
        alone: so many of the students send after all others, one by one.
        pause: seconds after the answer of each of those.
        settle: seconds for what comes after the last answer: boards, tidying up.
        quiet: seconds of nothing, to know what that costs.
        beside: a commit that takes turns with this folder's code.
        rounds: how often each is run.
        numbers: every student is shown a number before the note, and classes require it.
    """

    students: int
    classes: int
    seconds: float
    encoder: str
    workers: int
    postgres: str | None
    seed: int
    alone: int = 20
    pause: float = 0.7
    settle: float = 5.0
    quiet: float = 5.0
    installations: tuple[Kind, ...] = ("one",)
    beside: str | None = None
    rounds: int = 1
    numbers: bool = False


@dataclass(frozen=True)
class Progress:
    """Where the run is."""

    what: str
    done: bool = False

    def __str__(self) -> str:
        return self.what


Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class _Contestant:
    """A commit on an installation, with the school as it was prepared for it."""

    code: Code
    kind: Kind
    prepared: Place

    @property
    def name(self) -> str:
        return f"{self.code.name}, {self.kind}"


async def run(wanted: Plan, tell: Tell) -> list[Outcome]:
    """Do it: every contestant's first round, then every contestant's second, with the first always ahead.

    Raises:
        RollcallError: it cannot begin.
    """
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="rollcall-load-") as temporary:
        folder = Path(temporary)
        async with _contestants(wanted, folder, tell) as contestants:
            for number in range(wanted.rounds):
                for place, contestant in enumerate(contestants):
                    if len(contestants) * wanted.rounds > 1:
                        tell(Progress(f"{contestant.name}, round {number + 1}", done=True))
                    outcomes.append(await _play(wanted, contestant, folder / f"run-{number}-{place}", tell))
    return outcomes


@asynccontextmanager
async def _contestants(wanted: Plan, folder: Path, tell: Tell) -> AsyncIterator[list[_Contestant]]:
    codes = [Code()]
    if wanted.beside is not None:
        codes.append(await checkout(wanted.beside, folder / "beside"))
    found: list[_Contestant] = []
    async with AsyncExitStack() as databases:
        for kind in wanted.installations:
            for code in codes:
                database = None
                # Beside several processes on PostgreSQL stands what an administrator has first: SQLite.
                if wanted.postgres is not None and (kind == "several" or len(wanted.installations) == 1):
                    database = await databases.enter_async_context(own_database(wanted.postgres))
                found.append(_Contestant(code, kind, Place(folder / f"school-{len(found)}", database)))
        await asyncio.gather(*(_prepare(wanted, one.code, one.prepared, tell) for one in found))
        yield found


async def _prepare(wanted: Plan, code: Code, place: Place, tell: Tell) -> None:
    place.folder.mkdir()
    environment, often = place.environment(code, wanted.encoder), _Seldom(tell)
    await run_python(environment, place.folder, "-m", "rollcall", "migrate", tell=lambda _: None)
    await run_python(
        environment, place.folder, "-P", str(_PREPARE), str(place.folder), str(wanted.students), str(wanted.classes),
        *(["numbers"] if wanted.numbers else []),
        tell=often,
    )  # fmt: skip


async def _play(wanted: Plan, contestant: _Contestant, folder: Path, tell: Tell) -> Outcome:
    async with Server() as server, contestant.prepared.copy(folder) as place:
        crowd = Crowd(server.telegram, roster.read(contestant.prepared.folder), numbers=wanted.numbers)
        installation = _INSTALLATIONS[contestant.kind](place, server, contestant.code, wanted.encoder, wanted.workers)
        try:
            await installation.start()
            tell(Progress("everything runs", done=True))
            return await _measure(wanted, contestant, installation, crowd, server, tell)
        finally:
            await installation.stop()


async def _measure(
    wanted: Plan, contestant: _Contestant, installation: Installation, crowd: Crowd, server: Server, tell: Tell
) -> Outcome:
    await crowd.open_lessons(_LESSON_MINUTES)
    tell(Progress(f"{wanted.classes} lessons are open", done=True))
    queue, often = installation.queue(), _Seldom(tell)
    watch = Watch(server.telegram, crowd, {**await installation.meters(), CROWD: Meter(psutil.Process())}, queue)

    def say() -> None:
        if often.due:
            often(f"sent {crowd.sent:,}, answered {crowd.answered:,}, waiting for a worker {watch.samples[-1].jobs}")

    many = crowd.students[: len(crowd.students) - wanted.alone]
    try:
        async with watch.looking():
            await crowd.check_in(many, wanted.seconds, wanted.seed, say)
            await asyncio.sleep(wanted.settle)
        cost = await _cost(wanted, watch, crowd, len(many), tell)
        dead = await dead_letters(queue)
    finally:
        await queue.aclose()
    over = time.monotonic()
    await installation.stop()
    database = installation.database()
    try:
        books = read_books(database, dead)
        name = database.engine.dialect.name
    finally:
        await database.close()
    return Outcome(
        Setting(
            contestant.code.name, contestant.kind, wanted.students, wanted.classes, wanted.seconds, wanted.encoder,
            installation.workers, name, machine(),
        ),
        account(crowd.notes, books, crowd.limits, server.telegram.refusals, crowd.edits, over),
        cost,
        watch.samples,
        watch.busy,
    )  # fmt: skip


async def _cost(wanted: Plan, watch: Watch, crowd: Crowd, many: int, tell: Tell) -> Cost:
    at_load = spent(watch.samples[0].cpu, watch.samples[-1].cpu, many)
    if not wanted.alone:
        return Cost(at_load, {}, {})
    tell(Progress(f"{wanted.alone} notes one by one", done=True))
    started, before = time.monotonic(), watch.cpu()
    await asyncio.sleep(wanted.quiet)
    since, between = time.monotonic(), watch.cpu()
    await crowd.one_by_one(crowd.students[-wanted.alone :], wanted.pause)
    quiet = spent(before, between, since - started)
    took = time.monotonic() - since
    alone = {
        kind: milliseconds - quiet[kind] * took / wanted.alone
        for kind, milliseconds in spent(between, watch.cpu(), wanted.alone).items()
    }
    return Cost(at_load, alone, quiet)


class _Seldom:
    """Tells now and then only."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._last = time.monotonic()

    @property
    def due(self) -> bool:
        return time.monotonic() - self._last >= _TELL_EVERY

    def __call__(self, what: str) -> None:
        if self.due:
            self._last = time.monotonic()
            self._tell(Progress(what))
