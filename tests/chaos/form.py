"""A class of students who check in lesson after lesson; every note and every answer is kept in mind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.message import Message, Sent
from sandbox.person import Person
from sandbox.telegram import Event, Telegram
from tests.chaos.notes import VOICES, Speaker
from tests.end_to_end.product import TEACHER_ID, link_in

PATIENCE = 180.0
_NOTES_EACH = 100_000


@dataclass
class Note:
    """A voice note and what came back.

    Attributes:
        lesson: which of the form's lessons it is for, from 1; 0 for a note of the enrolment.
        answers: (time, text) of each reply; times are `time.monotonic`.
    """

    voice: str
    lesson: int
    sent: Sent
    answers: list[tuple[float, str]] = field(default_factory=list)

    @property
    def enrolling(self) -> bool:
        return not self.lesson

    @property
    def wait(self) -> float | None:
        """Seconds to the answer."""
        return self.answers[0][0] - self.sent.at if self.answers else None

    @property
    def wrong(self) -> str | None:
        """An answer that is not the one due."""
        due = "/3" if self.enrolling else f"Студент {self.voice}"
        return next((text for _, text in self.answers if due not in text), None)


class Form:
    """One teacher, one class, a student for each voice."""

    def __init__(self, telegram: Telegram, number: int = 0, voices: Sequence[str] = VOICES) -> None:
        self.number = number
        self._title = f"Физика 9-{number + 1}"
        self.teacher = Person(telegram, "Мария", "Ивановна", id=TEACHER_ID + number, language_code="ru")
        self.speakers = {voice: Speaker(voice, first=number * _NOTES_EACH) for voice in voices}
        self.students = {voice: Person(telegram, voice, language_code="ru") for voice in voices}
        self.notes: dict[tuple[int, int], Note] = {}
        self.lessons = 0
        telegram.listeners.append(self._hear)

    async def begin(self) -> None:
        """The class is made; everyone joins and enrols."""
        made = await self.ask(self.teacher, f"/newclass {self._title}", lambda message: "start=join-" in message.text)
        await asyncio.gather(*(self._enrol(voice, link_in(made)) for voice in self.speakers))

    async def open(self, date: int | None = None) -> None:
        """A lesson begins, and everybody has heard of it; ``date`` is Telegram's time of it."""
        await self.start_lesson(date)
        # Whatever is done to the next message is not done to this one.
        await asyncio.gather(*(student.call(PATIENCE) for student in self.students.values()))

    async def start_lesson(self, date: int | None = None) -> None:
        """A lesson begins."""
        await self.teacher.say("/open 120", date=date)
        await self.teacher.answer(PATIENCE, lambda message: message.has("close:"))
        self.lessons += 1

    async def close(self) -> None:
        """The lesson ends, also where the teacher is asked first."""
        answer = await self.ask(self.teacher, "/close", lambda message: "закрыт" in message.text.lower())
        if answer.has("close-now:"):
            await self.teacher.press("close-now:", answer)
            await self.teacher.edited(answer, PATIENCE, lambda message: message.has("reopen:"))

    async def lesson(self, spread: float) -> None:
        """A lesson in which every student sends a note within ``spread`` seconds; over when all are answered."""
        recordings = {voice: await asyncio.to_thread(one.check_in) for voice, one in self.speakers.items()}
        await self.start_lesson()

        async def attend(number: int, voice: str) -> None:
            await asyncio.sleep(spread * number / len(recordings))
            await self.send(voice, recordings[voice])

        await asyncio.gather(*(attend(number, voice) for number, voice in enumerate(recordings)))
        await self.close()

    async def check_in(self, voice: str, date: int | None = None) -> Note:
        """One student's new note, sent; not waited for."""
        return await self._say(voice, await asyncio.to_thread(self.speakers[voice].check_in), date=date)

    async def send(self, voice: str, recording: bytes, *, enrolling: bool = False) -> Note:
        """A note and its answer; a note that gets none in time is found in the account."""
        note = await self._say(voice, recording, enrolling=enrolling)
        await self.answered(note)
        return note

    async def answered(self, note: Note) -> str | None:
        """The text of a note's answer; None if it does not come in time."""
        try:
            answer = await self.students[note.voice].answer(PATIENCE, lambda message: message.reply_to == note.sent.id)
        except TimeoutError:
            return None
        return answer.text

    async def ask(self, person: Person, text: str, wanted: Callable[[Message], bool] = lambda _: True) -> Message:
        """Say something; the answer that is wanted."""
        await person.say(text)
        return await person.answer(PATIENCE, wanted)

    async def _enrol(self, voice: str, link: str) -> None:
        student = self.students[voice]
        await student.follow(link)
        await student.answer(PATIENCE, lambda message: message.has("consent:yes"))
        await student.press("consent:yes")
        await student.answer(PATIENCE)
        await self.ask(student, f"Студент {voice}", lambda message: "/enroll" in message.text)
        await self.ask(student, "/enroll", lambda message: "«" in message.text or "“" in message.text)
        for recording in self.speakers[voice].enrolment:
            await self.send(voice, recording, enrolling=True)

    async def _say(self, voice: str, recording: bytes, *, enrolling: bool = False, date: int | None = None) -> Note:
        sent = await self.students[voice].voice(recording, date=date)
        note = self.notes[sent.chat_id, sent.id] = Note(voice, 0 if enrolling else self.lessons, sent)
        return note

    def _hear(self, event: Event) -> None:
        if event.kind != "message" or not (replied := event.payload.get("reply_to_message")):
            return
        note = self.notes.get((event.chat_id, int(replied["message_id"])))
        if note is not None:
            note.answers.append((time.monotonic(), str(event.payload.get("text", ""))))
