"""What every scene of the play needs: people who act in sight, and answers that are noted."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox import verdicts
from sandbox.cast import Cast, Note, Role
from sandbox.message import Message, Sent
from sandbox.person import Person
from sandbox.stage import Outcome, Stage
from sandbox.telegram import Telegram

PATIENCE = 45.0
"""Seconds to wait for an answer."""
FIRST_PATIENCE = 120.0
"""The first voice note may wait for the model to load."""
_MOST_SILENCES = 3


class BrokenOff(Exception):
    """The bot has fallen silent: to go on would only be to wait."""


@dataclass
class Student:
    """A role with its account."""

    role: Role
    person: Person
    notes: list[tuple[Sent, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The full name in class."""
        return self.role.full_name


class Scene:
    """The people, the stage they act on, and the outcomes so far."""

    def __init__(self, telegram: Telegram, cast: Cast, stage: Stage, *, teacher_id: int) -> None:
        self.telegram = telegram
        self.cast = cast
        self.stage = stage
        self.outcomes: list[Outcome] = []
        self.teacher = self.enter("Teacher", Person(telegram, "Ольга", "Петровна", id=teacher_id))
        self.students = [
            Student(role, self.enter(role.full_name, Person(telegram, role.account, language_code=role.language)))
            for role in cast.students
        ]
        self.date: int | None = None
        """Telegram's time of what is sent, where the play takes longer than its performance; None: now."""
        self._voice_seen = False
        self._silences = 0
        stage.watch(telegram)

    def enter(self, name: str, person: Person) -> Person:
        """Somebody comes on stage."""
        self.stage.introduce(person.id, name)
        return person

    def note(self, outcome: Outcome) -> Outcome:
        """Keep an outcome for the table; what is wrong may be added to it later."""
        self.outcomes.append(outcome)
        return outcome

    def others(self, student: Student) -> list[str]:
        """The names that this student must never be told."""
        return [other.name for other in self.students if other is not student]

    async def say(self, person: Person, text: str) -> Sent:
        """Somebody says something, and it is seen."""
        self.stage.said(person.id, text)
        return await person.say(text, date=self.date)

    async def ask(self, person: Person, text: str, what: str) -> tuple[Message | None, Outcome]:
        """A command and its answer."""
        name = next((student.name for student in self.students if student.person is person), "Teacher")
        outcome = self.note(Outcome(name, what))
        return await self.answer(person, await self.say(person, text), outcome), outcome

    async def send(
        self, student: Student, note: Note, what: str, outcome: Outcome, forwarded_from: str | None = None
    ) -> Message | None:
        """A voice note and its answer."""
        hint = ", forwarded" if forwarded_from else ""
        self.stage.said(student.person.id, f"🎤 {note.voice}/{note.name}{hint}")
        sent = await deliver(student.person, note, forwarded_from, self.date)
        student.notes.append((sent, what))
        patience = PATIENCE if self._voice_seen else FIRST_PATIENCE
        self._voice_seen = True
        return await self.answer(student.person, sent, outcome, patience)

    async def answer(self, person: Person, sent: Sent, outcome: Outcome, patience: float = PATIENCE) -> Message | None:
        """The answer to what was sent, written into the outcome; None where none came."""
        try:
            message = await person.answer_to(sent, patience)
        except TimeoutError:
            outcome.wrong.append(f"no answer within {patience:.0f} s")
            self._silences += 1
            if patience == FIRST_PATIENCE or self._silences >= _MOST_SILENCES:
                raise BrokenOff("the play was broken off: the bot does not answer") from None
            return None
        outcome.answer = message.text
        outcome.confidence = verdicts.confidence(message.text)
        outcome.milliseconds = (message.at - sent.at) * 1000
        return message

    async def change(self, person: Person, after: float, outcome: Outcome) -> Message | None:
        """What a press leads to: a new message, or another text in an old one."""

        def changed() -> Message | None:
            asking = (m for m in person.inbox if m.at >= after or _reworded(m, after))
            return next(asking, None)

        try:
            message: Message = await person.until(changed, PATIENCE)
        except TimeoutError:
            outcome.wrong.append("nothing came of the consent")
            return None
        person.read_all()
        return message


def _reworded(message: Message, after: float) -> bool:
    """An edit that takes away the buttons alone says nothing."""
    texts = [(at, raw.get("text")) for at, raw in message.versions]
    return any(at >= after and text != texts[0][1] for at, text in texts)


async def deliver(person: Person, note: Note, forwarded_from: str | None = None, date: int | None = None) -> Sent:
    """Send a recording: as a voice note, or (WAV, FLAC) as the audio file that Telegram makes of it."""
    if note.mime_type == "audio/ogg":
        return await person.voice(note.data, forward_from=forwarded_from, date=date)
    return await person.audio(note.data, note.mime_type, name=note.name, forward_from=forwarded_from, date=date)
