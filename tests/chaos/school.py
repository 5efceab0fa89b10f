"""A class whose students check in lesson after lesson, and the account of what became of every note."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from rollcall import keys
from rollcall.attendance import Status
from rollcall.storage.tables import Attempt, Attendance, IncomingUpdate, Lesson
from rollcall.verdict import Purpose, Verdict
from sandbox.message import Message, Sent
from sandbox.person import Person
from sandbox.telegram import Event
from tests.chaos.house import House
from tests.chaos.notes import VOICES, Speaker
from tests.end_to_end.product import TEACHER_ID, link_in

_PATIENCE = 180.0


@dataclass
class Account:
    """What must hold at the end."""

    notes: int = 0
    answered: int = 0
    answered_twice: int = 0
    marks_missing: int = 0
    marks_too_many: int = 0
    still_pending: int = 0
    dead: int = 0
    wrong_answers: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing marked twice, nothing left over."""
        return self.answered == self.notes and not (
            self.marks_missing or self.marks_too_many or self.still_pending or self.dead or self.wrong_answers
        )


class School:
    """One teacher, one class, a student for each voice."""

    def __init__(self, house: House, students: int = len(VOICES)) -> None:
        self.house = house
        telegram = house.server.telegram
        self.teacher = Person(telegram, "Мария", "Ивановна", id=TEACHER_ID, language_code="ru")
        self._speakers = {voice: Speaker(voice) for voice in VOICES[:students]}
        self._students = {voice: Person(telegram, voice, language_code="ru") for voice in self._speakers}
        self._replies: Counter[tuple[int, int]] = Counter()
        self._texts: dict[tuple[int, int], str] = {}
        self._sent: list[tuple[str, Sent]] = []
        self.lessons = 0
        self.account = Account()
        telegram.listeners.append(self._hear)

    async def begin(self) -> None:
        """The class is made; everyone joins and enrols."""
        made = await self._ask(self.teacher, "/newclass Физика 9Б", lambda message: "start=join-" in message.text)
        await asyncio.gather(*(self._enrol(voice, link_in(made)) for voice in self._speakers))

    async def lesson(self, spread: float) -> None:
        """A lesson in which every student sends a note within ``spread`` seconds; over when all are answered."""
        notes = {voice: await asyncio.to_thread(speaker.check_in) for voice, speaker in self._speakers.items()}
        await self._ask(self.teacher, "/open 120", lambda message: message.has("close:"))
        self.lessons += 1

        async def attend(number: int, voice: str) -> None:
            await asyncio.sleep(spread * number / len(notes))
            await self._note(voice, notes[voice])

        await asyncio.gather(*(attend(number, voice) for number, voice in enumerate(notes)))
        await self._ask(self.teacher, "/close", lambda message: "закрыт" in message.text.lower())

    async def close_the_books(self) -> Account:
        """Wait until nothing moves any more, then count."""
        account = self.account
        database, client = self.house.database(), self.house.client()
        try:
            deadline = time.monotonic() + _PATIENCE
            while time.monotonic() < deadline:
                async with database.session() as session:
                    unhandled = await session.scalar(select(func.count()).where(IncomingUpdate.handled_at.is_(None)))
                moving = client.xlen(keys.JOBS), client.xlen(keys.RESULTS), unhandled  # type: ignore[operator]
                if not any(moving) and not self.house.server.telegram.updates.pending:
                    break
                await asyncio.sleep(0.5)
            async with database.session() as session:
                pending = select(func.count()).where(Attempt.verdict == Verdict.PENDING)
                owed = select(func.count()).where(
                    Attempt.verdict != Verdict.PENDING, Attempt.answered_at.is_(None), Attempt.unanswerable.is_(None)
                )
                account.still_pending = sum(
                    [
                        int(await session.scalar(pending) or 0),
                        int(await session.scalar(owed) or 0),
                        int(client.xlen(keys.JOBS)),  # type: ignore[arg-type]
                        int(client.xlen(keys.RESULTS)),  # type: ignore[arg-type]
                        len(self.house.server.telegram.updates.pending),
                    ]
                )
                account.dead = int(client.xlen(keys.DEAD))  # type: ignore[arg-type]
                lessons = int(await session.scalar(select(func.count(Lesson.id))) or 0)
                attended = Attendance.status.in_([Status.PRESENT, Status.LATE])
                marks = int(await session.scalar(select(func.count()).select_from(Attendance).where(attended)) or 0)
                check_ins = select(func.count()).where(Attempt.purpose == Purpose.CHECK_IN)
                attempts = int(await session.scalar(check_ins) or 0)
        finally:
            client.close()
            await database.close()
        due = self.lessons * len(self._speakers)
        account.marks_missing = max(0, due - marks)
        account.marks_too_many = max(0, marks - due) + max(0, lessons - self.lessons) + max(0, attempts - due)
        account.notes = len(self._sent)
        account.answered = sum(1 for _, sent in self._sent if self._replies[sent.chat_id, sent.id])
        account.answered_twice = sum(1 for _, sent in self._sent if self._replies[sent.chat_id, sent.id] > 1)
        account.wrong_answers = [
            f"{voice}: {text[:60]!r}"
            for voice, sent in self._sent
            if voice not in (text := self._texts.get((sent.chat_id, sent.id), "")) and "/3" not in text
        ]
        return account

    async def _enrol(self, voice: str, link: str) -> None:
        student = self._students[voice]
        await student.follow(link)
        await student.answer(_PATIENCE, lambda message: message.has("consent:yes"))
        await student.press("consent:yes")
        await student.answer(_PATIENCE)
        await self._ask(student, f"Студент {voice}", lambda message: "/enroll" in message.text)
        await self._ask(student, "/enroll", lambda message: "«" in message.text or "“" in message.text)
        for recording in self._speakers[voice].enrolment:
            await self._note(voice, recording)

    async def _note(self, voice: str, recording: bytes) -> None:
        student = self._students[voice]
        started = time.monotonic()
        sent = await student.voice(recording)
        self._sent.append((voice, sent))
        await student.answer(_PATIENCE, lambda message: message.reply_to == sent.id)
        self.account.waits.append(time.monotonic() - started)

    async def _ask(self, person: Person, text: str, wanted: object) -> Message:
        await person.say(text)
        return await person.answer(_PATIENCE, wanted)  # type: ignore[arg-type]

    def _hear(self, event: Event) -> None:
        if event.kind == "message" and (replied := event.payload.get("reply_to_message")):
            place = event.chat_id, int(replied["message_id"])
            self._replies[place] += 1
            self._texts[place] = str(event.payload.get("text", ""))
