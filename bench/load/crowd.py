"""The students' side: everyone sends one note at a moment of their own, and all that the bot does is written down.

It shares its processors with what it measures, so a note costs it little: the files are read before, one listener
hears for all, and nobody counts twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.load.roster import Roster, Student
from sandbox.limits import FloodLimits
from sandbox.person import Person
from sandbox.signals import Signal
from sandbox.telegram import Event, Telegram

_PATIENCE = 120.0
"""Seconds in which nobody is answered: what is missing then is lost."""
_SECONDS = re.compile(r"(\d+) s(?:econds?)?\b")
_NUMBER = re.compile(r"\d(?: · \d){3}")
_ALONE_WAITS = 30.0


@dataclass
class Note:
    """One check-in, as its sender saw it. Times are ``time.monotonic``.

    Attributes:
        told: when the bot first said that it would take a while.
        promised: the seconds that the bot said it would take, and when it said so.
        alone: whether nobody else sent at the time.
    """

    student: Student
    sent: float
    seen: float | None = None
    told: float | None = None
    promised: tuple[float, float] | None = None
    answers: list[float] = field(default_factory=list)
    text: str = ""
    alone: bool = False


def _is_call(event: Event) -> bool:
    """Whether a student is told that a lesson is open."""
    return "mute:" in str(event.payload.get("reply_markup", ""))


def _answers(note: Note) -> list[float] | None:
    return note.answers or None


class Telltale(FloodLimits):
    """Telegram's limits, and how near to them the bot came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def spend(self, chat_id: int) -> None:
        """See `FloodLimits.spend`."""
        super().spend(chat_id)
        self.times.append(time.monotonic())

    @property
    def most_in_a_second(self) -> int:
        """The fullest second."""
        most, first = 0, 0
        for last, moment in enumerate(self.times):
            while moment - self.times[first] >= 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most


class Crowd:
    """All students of a school, and their teachers."""

    def __init__(self, telegram: Telegram, roster: Roster, *, numbers: bool = False) -> None:
        """`numbers`: each student asks for a number first, and sends the note once it is shown."""
        self._numbers = numbers
        self._shown: set[int] = set()
        self._lessons = (
            {one.telegram_id: at % len(roster.teachers) + 1 for at, one in enumerate(roster.students)}
            if numbers
            else {}
        )
        """Each class's first lesson has its number: they are opened in the order in which the classes were made."""
        self._telegram = telegram
        self._teachers = roster.teachers
        self.students = roster.students
        self._notes: dict[int, Note] = {}
        self._heard = Signal()
        self.answered = 0
        self.edits = 0
        self.limits = Telltale()
        telegram.limits = self.limits
        telegram.listeners.append(self._hear)

    @property
    def notes(self) -> list[Note]:
        """What was sent so far, in the order of sending."""
        return list(self._notes.values())

    @property
    def sent(self) -> int:
        return len(self._notes)

    async def open_lessons(self, minutes: int) -> None:
        """Every teacher opens a lesson, one after another. Their students can be called: they have written before."""
        for student in self.students:
            self._person(student)
            self._telegram.open_private(student.telegram_id)
        for number, telegram_id in enumerate(self._teachers):
            teacher = Person(self._telegram, f"Teacher {number + 1}", id=telegram_id, language_code="en")
            await teacher.say(f"/open {minutes}")
            await teacher.answer(60, lambda message: message.has("close:"))
            teacher.leave()
        # Telegram tells the time of a message in whole seconds: no note may seem older than its lesson.
        await asyncio.sleep(1.1)

    async def check_in(self, students: Sequence[Student], seconds: float, seed: int, tell: Callable[[], None]) -> None:
        """Send these students' notes within so many seconds, and wait for the answers."""
        chance = random.Random(seed)
        students = list(students)
        chance.shuffle(students)
        moments = sorted(chance.uniform(0, seconds) for _ in students)
        started = time.monotonic()
        asking = set[asyncio.Task[None]]()
        for student, moment in zip(students, moments, strict=True):
            await asyncio.sleep(max(0.0, started + moment - time.monotonic()))
            if self._numbers:  # whoever is shown theirs later keeps nobody waiting
                asking.add(asyncio.create_task(self._ask_and_send(student)))
            else:
                await self._send(student)
            tell()
        await asyncio.gather(*asking)
        last = time.monotonic()
        before = self.answered
        while before < self.sent and time.monotonic() - last < _PATIENCE:
            await asyncio.sleep(0.5)
            tell()
            if self.answered != before:
                before, last = self.answered, time.monotonic()

    async def one_by_one(self, students: Sequence[Student], pause: float) -> None:
        """Send each note only when the one before is answered and a pause is over."""
        for student in students:
            if self._numbers:
                await self._ask(student)
            note = await self._send(student)
            note.alone = True
            with contextlib.suppress(TimeoutError):
                await self._heard.until(partial(_answers, note), _ALONE_WAITS)
            await asyncio.sleep(pause)

    async def _ask_and_send(self, student: Student) -> None:
        await self._ask(student)
        await self._send(student)

    async def _ask(self, student: Student) -> None:
        """Press the call's button, and wait for the number."""
        chat = self._telegram.open_private(student.telegram_id)
        message = {"message_id": 1, "from": self._telegram.bot, "chat": chat, "date": self._telegram.now(), "text": "…"}
        self._telegram.ask(student.telegram_id, message, f"say:{self._lessons[student.telegram_id]}")
        await self._heard.until(lambda: student.telegram_id in self._shown or None, _PATIENCE)

    async def _send(self, student: Student) -> Note:
        person = self._person(student)
        note = self._notes[student.telegram_id] = Note(student, time.monotonic())
        await person.voice(student.note)
        return note

    def _person(self, student: Student) -> Person:
        person = Person(self._telegram, student.name, id=student.telegram_id, language_code="en")
        person.leave()  # one listener for all: two thousand would each hear everything
        return person

    def _hear(self, event: Event) -> None:
        if event.kind == "edit" and event.chat_id in self._teachers:
            self.edits += 1
        elif event.kind == "message" and _is_call(event):
            return  # no word about a note
        note = self._notes.get(event.chat_id)
        if note is None:
            if event.kind == "message" and _NUMBER.search(str(event.payload.get("text", ""))):
                self._shown.add(event.chat_id)
                self._heard.fire()
            return
        if event.kind in ("reaction", "action"):
            note.seen = note.seen or event.at
        elif event.kind == "message":
            text = str(event.payload.get("text", ""))
            if "reply_to_message" in event.payload:
                self.answered += not note.answers
                note.answers.append(event.at)
                note.text = text
                self._heard.fire()
            elif not note.answers:
                # Before the answer a student is told nothing but that it takes a while.
                note.told = note.told or event.at
                if found := _SECONDS.search(text):
                    note.promised = (float(found[1]), event.at)
