"""One run: everything as in the product but the worker, and what the boards showed when."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from bench.boards.hall import Student, enrolled, projectors
from bench.boards.onlookers import Onlooker, all_connected, looking_on
from bench.boards.witness import Witness
from bench.boards.worker import listening
from sandbox.person import Person
from sandbox.telegram import Telegram
from tests.chaos.child import Child
from tests.chaos.house import House, Plan, house
from tests.chaos.proxy import free_port
from tests.end_to_end.product import TEACHER_ID, synthetic

_PATIENCE = 90.0
_KILLED = ("web", "bot", "queue")
_LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Wanted:
    """A run.

    Attributes:
        browsers: before how many boards; of these so many ``windows`` are a real browser's.
        seconds: over which the students send their notes.
    """

    students: int = 300
    browsers: int = 20
    windows: int = 4
    seconds: float = 60.0


@dataclass
class Outcome:
    """What was seen; times in seconds.

    Attributes:
        waits: from a mark's transaction to its being shown, for each mark and board, sorted; but for marks that came
            while some board had no pages to hear them from.
        ways: from a note's being sent to its mark's being shown, likewise; but for notes that were sent while the
            pages, the bot or the queue was away.
        meanwhile: marks that came while the pages were away.
        lost: marks that are not in the database, or that some board does not show at the end.
        away: for how long: the pages until every board was back, bot and queue until the next mark.
        before, after: megabytes of the process that serves the pages, with all boards there, and after its marks.
        marks: between the two.
        processor: of it, its seconds per second in that time.
    """

    waits: list[float] = field(default_factory=list)
    ways: list[float] = field(default_factory=list)
    meanwhile: int = 0
    lost: int = 0
    away: dict[str, float] = field(default_factory=dict)
    before: float = 0.0
    after: float = 0.0
    marks: int = 0
    processor: float = 0.0

    def wait(self, share: float) -> float:
        """Within which so many of the marks were shown."""
        return within(self.waits, share)


def within(waits: Sequence[float], share: float) -> float:
    """Within which this share of what was waited for came; of none, not a number."""
    return waits[min(len(waits) - 1, math.ceil(share * len(waits)) - 1)] if waits else math.nan


async def measure(folder: Path, wanted: Wanted) -> Outcome:
    """Let a class check in before so many boards; the pages, the bot and the queue are killed once each."""
    plan = Plan(workers=0, queue="valkey", web_port=free_port())
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(house(folder, plan))
        database = made.database()
        stack.push_async_callback(database.close)
        students = await database.run(enrolled, made.keyring, TEACHER_ID, wanted.students)
        await stack.enter_async_context(listening(made.redis_url, made.keyring))
        await _opened(made, students)
        lesson_id, paths = await database.run(projectors, TEACHER_ID, wanted.browsers)
        await _until(lambda: made.webs[0].is_ready)
        onlookers = await stack.enter_async_context(
            looking_on(f"http://127.0.0.1:{plan.web_port}", paths, wanted.windows)
        )
        await all_connected(onlookers, wanted=True, patience=_PATIENCE)
        witness = Witness(folder / "rollcall.sqlite3", lesson_id)
        watching = asyncio.create_task(witness.watch())
        try:
            return await _Run(made, students, onlookers, witness).run(wanted.seconds)
        finally:
            watching.cancel()


async def _opened(made: House, students: Sequence[Student]) -> None:
    """The teacher opens a lesson in the chat, and everybody is called: they all have written to the bot before."""
    telegram = made.server.telegram
    for one in students:
        _person(made, one)
        telegram.open_private(one.telegram_id)
    teacher = Person(telegram, "Maria", id=TEACHER_ID, language_code="en")
    await teacher.say("/open 120")
    await teacher.answer(_PATIENCE, lambda message: message.has("close:"))
    teacher.leave()
    wanted = {one.telegram_id for one in students}
    await _until(lambda: wanted <= _written_to(telegram))


def _written_to(telegram: Telegram) -> set[int]:
    return {int(call.values["chat_id"]) for call in telegram.calls if call.method.lower() == "sendmessage"}


class _Run:
    """The minute in which everybody checks in."""

    def __init__(
        self, made: House, students: Sequence[Student], onlookers: Sequence[Onlooker], witness: Witness
    ) -> None:
        self._house, self._students, self._onlookers, self._witness = made, students, onlookers, witness
        self._sent: dict[int, float] = {}
        self._gaps: dict[str, tuple[float, float]] = {}
        self._outcome = Outcome()

    async def run(self, seconds: float) -> Outcome:
        """Do it."""
        began, every = time.time(), seconds / len(self._students)
        quarter = len(self._students) // (len(_KILLED) + 1)
        blows: list[asyncio.Task[None]] = []
        for number, student in enumerate(self._students):
            await asyncio.sleep(max(0.0, began + every * number - time.time()))
            if quarter and number % quarter == 0 and 0 < number <= quarter * len(_KILLED):
                blows.append(asyncio.create_task(self._blow(_KILLED[number // quarter - 1])))
            await self._speak(student, number)
        await asyncio.gather(*blows)
        numbers = {one.person_id for one in self._students}
        with suppress(TimeoutError):  # what is missing is counted
            await _until(lambda: all(numbers <= one.shown().keys() for one in self._onlookers))
        self._count(numbers)
        return self._outcome

    async def _speak(self, student: Student, number: int) -> None:
        person = _person(self._house, student)
        self._sent[student.person_id] = time.time()
        # Everybody's note is another file.
        await person.voice(synthetic("zac", 1) + b"%d" % number, duration=4)

    async def _blow(self, kind: str) -> None:
        child = self._child(kind)
        killed = time.time()
        self._house.kill(child)
        if kind == "web":
            await all_connected(self._onlookers, wanted=False, patience=_PATIENCE)
            back = await all_connected(self._onlookers, wanted=True, patience=_PATIENCE)
            self._weigh()
        else:
            await _until(partial(self._marked_after, killed))
            back = min(at for at in self._witness.marked.values() if at > killed)
        self._gaps[kind] = killed, back
        self._outcome.away[kind] = back - killed

    def _marked_after(self, killed: float) -> bool:
        # What the bot held in its hands when it was struck may have been written down just then.
        return any(at > killed + _LOOK_EVERY for at in self._witness.marked.values())

    def _child(self, kind: str) -> Child:
        return {"web": self._house.webs[0], "bot": self._house.bots[0], "queue": self._house.queue}[kind]

    def _weigh(self) -> None:
        process = self._web()
        self._outcome.before, self._outcome.marks = _megabytes(process), len(self._witness.marked)
        self._used, self._since = sum(process.cpu_times()[:2]), time.time()

    def _web(self) -> psutil.Process:
        process = self._house.webs[0].process
        if process is None:
            raise RuntimeError("the pages are not served")
        return psutil.Process(process.pid)

    def _count(self, numbers: set[int]) -> None:
        found, process = self._outcome, self._web()
        found.after, found.marks = _megabytes(process), len(self._witness.marked) - found.marks
        found.processor = (sum(process.cpu_times()[:2]) - self._used) / (time.time() - self._since)
        away, back = self._gaps["web"]
        shown = [one.shown() for one in self._onlookers]
        marked = self._witness.marked
        found.lost = len(numbers - marked.keys()) + sum(len(numbers - one.keys()) for one in shown)
        found.meanwhile = sum(away <= at <= back for at in marked.values())
        for one in shown:
            for number, at in one.items():
                if not away <= marked[number] <= back:
                    found.waits.append(at - marked[number])
                if not any(begin <= self._sent[number] <= end for begin, end in self._gaps.values()):
                    found.ways.append(at - self._sent[number])
        found.waits.sort()
        found.ways.sort()


def _person(made: House, student: Student) -> Person:
    person = Person(made.server.telegram, student.name, id=student.telegram_id, language_code="en")
    person.leave()  # nobody listens: hundreds would each hear everything
    return person


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / (1 << 20)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not holds():  # noqa: ASYNC110 - processes and browsers
            await asyncio.sleep(_LOOK_EVERY)
