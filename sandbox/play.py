"""The play: a teacher, a class of students, and some who should not get in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from sandbox import verdicts
from sandbox.cast import ENROLMENT_NOTES, Cast, Note
from sandbox.message import Message
from sandbox.numbered import numbered_lesson, speaker
from sandbox.person import Person
from sandbox.scene import PATIENCE, Scene, Student, deliver
from sandbox.stage import Outcome, Stage
from sandbox.telegram import Telegram

CLASS = "8 «Б», физика"
_LESSON_SECONDS = 15 * 60
"""The lesson began so long before the play tells of it, so that its report shows a lesson and not a moment."""
_NONSENSE = b"OggS\0\2" + b"this is no recording " * 200


class Play(Scene):
    """Plays every scene in order and gathers the outcomes; a scene that fails does not end the play."""

    def __init__(self, telegram: Telegram, cast: Cast, stage: Stage, out: Path, *, teacher_id: int) -> None:
        super().__init__(telegram, cast, stage, teacher_id=teacher_id)
        self.out = out
        self.report = ""
        self.written: list[Path] = []

    async def run(self) -> None:
        """The whole play."""
        self.stage.act("A teacher makes a class")
        link = await self._make_class()
        if link is None:
            return
        self.stage.act("The students join and enrol")
        for student in self.students:
            if await self._join(student, link):
                await self._enrol(student)
        self.stage.act("The lesson begins")
        await self._open()
        await self._stranger()
        # The last students have others speak from their accounts first, while there is still something to gain.
        half = max(1, len(self.students) // 2)
        for student in self.students[:half]:
            await self._check_in(student)
        self.stage.act("Some try what they should not")
        await self._attacks(self.students[:half], self.students[half:])
        self.stage.act("The others check in")
        for student in self.students[half:]:
            await self._check_in(student)
        self.stage.act("The lesson ends")
        await self._close()
        await self._nosy(self.students[0])
        await self._report()
        if (teller := speaker(self.students)) is not None:
            self.stage.act("A number is said that nobody could know before")
            await numbered_lesson(self, teller)
        self._once_each()

    # -- the teacher

    async def _make_class(self) -> str | None:
        await self.ask(self.teacher, "/start", "asks what the bot does")
        answer, outcome = await self.ask(self.teacher, f"/newclass {CLASS}", "makes a class")
        text = "" if answer is None else " ".join((answer.text, *(button.url or "" for button in answer.buttons)))
        found = verdicts.JOIN_LINK.search(text)
        if found is None:
            outcome.wrong.append("gives no link to join")
        return found and found[0]

    async def _open(self) -> None:
        self.date = int(time.time()) - _LESSON_SECONDS
        answer, outcome = await self.ask(self.teacher, "/open", "opens the lesson")
        if answer is not None and not verdicts.counts(answer.text, 0, len(self.students)):
            outcome.wrong.append(f"does not say 0 of {len(self.students)}")

    async def _close(self) -> None:
        self.date = None
        total = len(self.students)

        def full() -> Message | None:
            boards = (m for m in self.teacher.inbox if m.edited_at and verdicts.counts(m.text, total, total))
            return next(boards, None)

        outcome = self.note(Outcome("Teacher", "watches the message of the lesson"))
        try:
            outcome.answer = (await self.teacher.until(full, PATIENCE)).text
        except TimeoutError:
            outcome.wrong.append(f"never says {total} of {total}")
        answer, outcome = await self.ask(self.teacher, "/close", "closes the lesson")
        if answer is not None and str(total) not in answer.text:
            outcome.wrong.append("does not count the present")

    async def _report(self) -> None:
        names = [student.name for student in self.students]
        self.teacher.read_all()
        sent = await self.say(self.teacher, "/report")
        outcome = self.note(Outcome("Teacher", "asks for the report"))
        found: dict[str, Message] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while not {"photo", "document"} <= found.keys() or not self.report:
                    message = await self.teacher.answer(None)
                    found.setdefault(message.kind, message)
                    self.report = "\n".join(filter(None, (self.report, message.text)))
                    outcome.milliseconds = (message.at - sent.at) * 1000
        except TimeoutError:
            outcome.wrong.append(f"only {sorted(found) or 'nothing'} came")
        outcome.answer = self.report
        outcome.wrong += [f"the text {wrong}" for wrong in verdicts.report(self.report, names)]
        if "photo" in found:
            chart = await self._keep(found["photo"], "report.png")
            outcome.wrong += [f"the chart {wrong}" for wrong in verdicts.chart(chart)]
        if "document" in found:
            book = await self._keep(found["document"], "report.xlsx")
            outcome.wrong += [f"the spreadsheet {wrong}" for wrong in verdicts.spreadsheet(book, names)]

    async def _keep(self, message: Message, name: str) -> bytes:
        data = await self.teacher.download(message)
        path = self.out / name
        path.write_bytes(data)
        self.written.append(path)
        return data

    # -- the students

    async def _join(self, student: Student, link: str) -> bool:
        self.stage.said(student.person.id, f"opens {link}")
        sent = await student.person.follow(link)
        outcome = self.note(Outcome(student.name, "joins: consent, full name"))
        asked = await self.answer(student.person, sent, outcome)
        if asked is None:
            return False
        if not asked.has("consent:yes") or not asked.has("consent:no"):
            outcome.wrong.append("is not asked for consent")
            return False
        self.stage.said(student.person.id, f"presses [{asked.button('consent:yes').text}]")
        press = await student.person.press("consent:yes", asked)
        if await self.change(student.person, press.at, outcome) is None:
            return False
        joined = await self.answer(student.person, await self.say(student.person, student.name), outcome)
        if joined is not None and "/enroll" not in joined.text:
            outcome.wrong.append("does not say that /enroll comes next")
        return joined is not None

    async def _enrol(self, student: Student) -> None:
        outcome = self.note(Outcome(student.name, f"enrols with {ENROLMENT_NOTES} voice notes"))
        begun = await self.answer(student.person, await self.say(student.person, "/enroll"), outcome)
        for step in range(1, ENROLMENT_NOTES + 1):
            if begun is None:
                return
            taken = await self.send(student, student.role.voice.take(), f"enrolment note {step}", outcome)
            if taken is None:
                return
            if wrong := verdicts.enrolled(taken.text, step, ENROLMENT_NOTES):
                outcome.wrong += wrong
                return

    async def _check_in(self, student: Student) -> None:
        if self.date is not None:  # spread over the lesson; the last ones are late
            self.date += _LESSON_SECONDS * 9 // (10 * len(self.students))
        for what in ("checks in", "sends another note"):
            if student.role.voice.left:
                outcome = self.note(Outcome(student.name, what))
                answer = await self.send(student, student.role.voice.take(), what, outcome)
                if answer is not None:
                    outcome.wrong += verdicts.accepted(answer.text, student.name, self.others(student))

    async def _nosy(self, student: Student) -> None:
        answer, outcome = await self.ask(student.person, "/report", "asks for the report")
        if answer is not None:
            outcome.wrong += verdicts.strangers_named(answer.text, self.others(student))
            if answer.kind != "text":
                outcome.wrong.append("is given a file")

    # -- the others

    async def _stranger(self) -> None:
        passer_by = self.enter("A passer-by", Person(self.telegram, "Прохожий"))
        voice = self.cast.strangers[0]
        outcome = self.note(Outcome("A passer-by", "sends a note without having joined"))
        note = voice.take()
        self.stage.said(passer_by.id, f"🎤 {note.voice}/{note.name}")
        answer = await self.answer(passer_by, await deliver(passer_by, note), outcome)
        if answer is not None:
            outcome.wrong += verdicts.refused(answer.text, "Прохожий", [student.name for student in self.students])

    async def _attacks(self, checked_in: list[Student], waiting: list[Student]) -> None:
        """Each from the account of somebody who has not checked in yet, in turn."""
        stranger = self.cast.strangers[-1]
        speaker = max(checked_in, key=lambda student: student.role.voice.left)
        attacks: list[tuple[str, Callable[[Student], Note], str | None]] = [
            ("a stranger speaks from this account", lambda _: stranger.take(), None)
        ]
        if speaker.role.voice.left:
            attacks.append((f"{speaker.name} speaks from this account", lambda _: speaker.role.voice.take(), None))
        attacks.append(("a forwarded note", _own_spare_note, speaker.role.account))
        attacks.append(("a broken file", lambda _: Note("broken", "file", _NONSENSE, "audio/ogg"), None))
        attacks.append(("a note of the enrolment once more", lambda student: student.role.voice.notes[0], None))
        reasons: dict[str, set[str]] = {}
        for number, (what, take, forwarded) in enumerate(attacks):
            student = waiting[number % len(waiting)]
            outcome = self.note(Outcome(student.name, what))
            answer = await self.send(student, take(student), what, outcome, forwarded)
            if answer is None:
                continue
            outcome.confidence = None
            outcome.wrong += verdicts.refused(answer.text, student.name, self.others(student))
            told = reasons.setdefault(student.role.language, set())
            if number > 1 and answer.text in told:
                outcome.wrong.append("gives the same reason as for something else")
            told.add(answer.text)

    def _once_each(self) -> None:
        """A voice note gets exactly one final answer."""
        outcome = self.note(Outcome("Everybody", "gets one answer to each voice note"))
        notes = [(student, sent, what) for student in self.students for sent, what in student.notes]
        total = 0
        for student, sent, what in notes:
            total += (count := len(student.person.answers_to(sent)))
            if count > 1:
                outcome.wrong.append(f"{student.name} got {count} answers to one note ({what})")
        outcome.answer = f"{len(notes)} notes, {total} replies"


def _own_spare_note(student: Student) -> Note:
    """The owner's own voice where a note can be spared: a forwarded note is refused whosever voice it holds."""
    voice = student.role.voice
    return voice.take() if voice.left > 2 else voice.notes[0]
