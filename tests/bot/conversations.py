"""What each role says to the bot and reads of it: the paths of strangers, students, teachers and admins, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import delete, func, select

from bot.outbox.calls import call_students
from bot.outbox.staff_notices import keep_staff
from rollcall.domain.challenge import Words
from rollcall.domain.names import LONGEST_TITLE
from rollcall.domain.permissions import Role
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.words_lane import ENOUGH_NOTES
from rollcall.report.exports import Form
from rollcall.storage import attempts, web_access
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.correction_tables import Correction
from rollcall.storage.excuse_tables import Appeal
from rollcall.storage.tables import Lesson, Membership, SchoolClass
from rollcall.storage.tables import Person as Row
from sandbox.message import Sent
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door
from tests.bot.school import (
    ADMIN,
    ANNA,
    BORIS,
    CLASS_ID,
    IGOR,
    JOIN_CODE,
    LESSON_ID,
    MARIA,
    NAMES,
    OLGA,
    PAVEL,
    STRANGER,
)
from tests.end_to_end.product import synthetic

NEWCOMER = 32
_LATIN = {"Физика": "Physics", "Химия": "Chemistry", "Право": "Law", "Труд": "Crafts"}
_NAMES = {ADMIN: "Ada Ad", MARIA: "Maria Ma", PAVEL: "Paul Pa", OLGA: "Olga Ol", ANNA: "Anna An", BORIS: "Boris Bo"}
_TYPED = {"ru": ("Имя Фамилия", "Доброе утро", "Труд"), "en": ("Given Family", "Good morning", "Crafts")}
_LISTED = {"ru": ("Котова Дарья", "Лебедев Павел", "Ким Вера"), "en": ("Daria Cole", "Paul Swan", "Vera Kim")}
_SHOWN = {"sendmessage": "text", "editmessagetext": "text", "sendvoice": "caption", "copymessage": "caption",
          "senddocument": "caption", "sendphoto": "caption", "editmessagecaption": "caption"}  # fmt: skip
_NOBODY, _STUDENT, _TEACHER = (frozenset({role}) for role in (Role.NOBODY, Role.STUDENT, Role.TEACHER))
_ROLES = {
    ADMIN: frozenset({Role.ADMIN, Role.TEACHER}), MARIA: _TEACHER, PAVEL: _TEACHER, OLGA: _TEACHER,
    ANNA: _STUDENT, BORIS: _STUDENT,
}  # fmt: skip

_FILES = [f"export-as:1:lesson:{form}" for form in Form]


@dataclass(frozen=True)
class Read:
    """A message as someone reads it."""

    after: str
    """What was said before."""
    roles: frozenset[Role]
    """Of the reader; none for a group."""
    text: str
    buttons: list[list[tuple[str, str]]]
    """Label and callback data or link."""


@dataclass
class Conversations:
    """Plays the paths and keeps what is read."""

    door: Door
    language: str
    roles: dict[int, frozenset[Role]] = field(default_factory=dict)
    read: list[Read] = field(default_factory=list)
    people: dict[int, Person] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=count)

    async def play(self) -> list[Read]:
        """All of them."""
        await self._translate()
        accounts = {**(NAMES if self.language == "ru" else _NAMES), STRANGER: "Олег", NEWCOMER: "Ира", IGOR: "Игорь"}
        if self.language == "en":
            accounts |= {STRANGER: "Oleg", NEWCOMER: "Ira", IGOR: "Igor"}
        for number, name in accounts.items():
            self.roles[number] = _ROLES.get(number, _NOBODY)
            self.people[number] = Person(self.door.telegram, name, id=number, language_code=self.language)
        for number in self.people:
            await self.say(number, "/start")
        await self._stranger()
        await self._newcomer()
        await self._student()
        await self._teacher()
        await self._colleagues()
        await self._admin()
        await self._group()
        await self._leaving()
        return self.read

    async def _leaving(self) -> None:
        """A student leaves one class, then the other."""
        await self.say(MARIA, "/class")
        await self.say(ANNA, "/leave")
        await self.press(ANNA, "quit:1", "quit-no", "quit-yes:1")
        await self.say(ANNA, "/leave")
        await self.press(ANNA, "quit-yes:2", "quit-yes:2")

    async def _stranger(self) -> None:
        name, greeting, _ = _TYPED[self.language]
        for words in ("/help", greeting, "/me", "/here", "/enroll", "/mydata", "/forget", "/cancel", "/language"):
            await self.say(STRANGER, words)
        for words in ("/open", "/teachers", "/nonsense", "/start join-wrong", "/start teach-wrong"):
            await self.say(STRANGER, words)
        await self.press(STRANGER, "languages", f"language:{self.language}", "whatever", "tidy", "here:1", "keep:yes")
        await self.speak(STRANGER)
        await self.say(STRANGER, f"/start join-{JOIN_CODE}")
        await self.say(STRANGER, greeting)
        await self.speak(STRANGER)
        await self.press(STRANGER, "consent:no", f"without:{JOIN_CODE}")
        await self.speak(STRANGER)
        for typed in ("1", name):
            if typed == name:
                self.roles[STRANGER] = _STUDENT
            await self.say(STRANGER, typed)
        await self._change(STRANGER, name, name + "а" if self.language == "ru" else name + "s")
        for words in ("/start", "/me", "/here", "/enroll"):
            await self.say(STRANGER, words)
        await self.say(STRANGER, "/cancel")
        await self.speak(STRANGER)
        await self.say(STRANGER, "/enroll")
        await self.press(STRANGER, "consent:no")

    async def _newcomer(self) -> None:
        name, greeting, _ = _TYPED[self.language]
        await self.say(NEWCOMER, f"/start join-{JOIN_CODE}")
        await self.press(NEWCOMER, "consent:yes")
        self.roles[NEWCOMER] = _STUDENT
        await self.say(NEWCOMER, name)
        for words in ("/start", "/me", greeting):
            await self.say(NEWCOMER, words)
        await self.speak(NEWCOMER)
        await self.press(NEWCOMER, "enroll")
        await self.say(NEWCOMER, greeting, "/cancel", f"/start join-{JOIN_CODE}")
        await self.press(NEWCOMER, "consent:yes")
        await self.say(NEWCOMER, "/forget")
        await self.press(NEWCOMER, "forget:no", "forget:yes", "leave:ask", "leave:no", "leave:ask")
        self.roles[NEWCOMER] = _NOBODY
        await self.press(NEWCOMER, "leave:yes")

    async def _student(self) -> None:
        for words in ("/start", "/me", "/here", "/mydata", "/help"):
            await self.say(ANNA, words)
        await self.press(ANNA, "here:1", "here:3", "follow:ask", "follow:later")
        await self.press(MARIA, "close:1", "close-not:1", "close-now:1", "reopen:1", "close-not:1", "review:1:yes")
        await self.press(MARIA, "voices:1", "claim:1:yes", "claim:1:reject", "claim:1:accept")
        await self.press(ANNA, "here:1")
        await self._absences()
        for words in ("/here", "/me", "/forget", "/newclass X", "/report", "/invite"):
            await self.say(ANNA, words)
        await self.press(ANNA, "forget:yes", "keep:no", f"class:{CLASS_ID}")
        await self._send(ANNA)
        await self._change(ANNA, "/mee", "/me")

    async def _send(self, number: int) -> None:
        """What is no voice note; at last a recording that was put into an older message."""
        person = self.people[number]
        for sending in (
            person.photo(b"\x89PNG"),
            person.document(b"%PDF", "a.pdf", "application/pdf"),
            person.animation(b"GIF89a"),
            person.sticker(),
        ):
            await sending
            self._keep(f"{number}: what is no voice note", await self.door.handle())
        sent = await person.video(b"no video")
        self.door.telegram.updates.drop()
        await person.edit_caption(sent, "")
        self._keep(f"{number}: another recording", await self.door.handle())

    async def _change(self, number: int, before: str, after: str) -> None:
        """Change what was said last, or say it and change it."""
        said = [one for one in self.door.telegram.messages.values() if one["from"]["id"] == number]
        if said[-1].get("text") != before:
            await self.say(number, before)
            said = [one for one in self.door.telegram.messages.values() if one["from"]["id"] == number]
        await self.people[number].edit(Sent(said[-1], 0), after)
        self._keep(f"{number}: {before}, changed to {after}", await self.door.handle())

    async def _pages(self) -> None:
        """The board and the register in the browser: on this machine alone, then at an address of their own."""
        with self.door.services.database.session() as session:
            for device in ("Firefox, Linux", ""):
                web_access.sign_in(session, MARIA, device, datetime.now(UTC), in_telegram=False)
        for url in (None, "https://rollcall.school.example"):
            self.door.use_setting(web_url=url)
            await self.say(MARIA, "/board", "/web")
            await self.press(MARIA, "board:1", "web")
        await self.press(MARIA, "web-out:1", "web-out:all")
        self.door.use_setting(web_url=None)
        await self.say(OLGA, "/board")

    async def _teacher(self) -> None:
        _, greeting, title = _TYPED[self.language]
        for words in (
            "/help",
            greeting,
            "/classes",
            "/here",
            "/me",
            "/newclass",
            f"/newclass {'щ' * (LONGEST_TITLE + 1)}",
        ):
            await self.say(MARIA, words)
        await self._new_class(title)
        await self._lists()
        await self.speak(MARIA)
        await self._practice()
        await self.press(MARIA, "class:1", "qr:1", "voices:1", "newlink:1", "endlink:1", "class:1", "class:2")
        await self.say(MARIA, "/open", "/open 20", "/open 9999", "/report", "/report nonsense", "/report all")
        await self.press(MARIA, "open-which")
        await self._pages()
        await self._past_lessons(title)
        await self._settings()
        await self._timetable()
        await self.press(MARIA, "export:1:lesson", "export-back:1:lesson", *_FILES)
        await self.press(MARIA, "report:1:today", "longer:1:200", "close:1", "close-not:1")
        await self.press(
            MARIA, "close-now:1", "reopen:1", "close:1", "reopen:1", "close-now:1", "report-classes", "newlink:1"
        )
        await self._appeals()
        await self._marks()
        await self.say(MARIA, "/close", "/lessons", f"/newclass {title}", "/lessons", "/open", "/close", "/start")
        await self.press(MARIA, "report-classes", "open:1:20")
        number = await self._class_called(title, MARIA)
        await self.press(MARIA, f"open:{number}", f"report:{number}:lesson")
        await self._calls()
        await self.press(MARIA, "calls:1:off", "calls:1:on")
        await self.press(ANNA, "mute:1:yes", "mute:1:no", "mute:2:yes")
        await self._roster()
        await self._moved(number)
        await self._freed()
        await self._rest()
        await self.say(MARIA, "/close")
        await self.press(PAVEL, "archived:0")
        await self.press(MARIA, f"archive:{number}", f"archive-yes:{number}", "classes:0", "archived:0")
        await self.press(MARIA, f"class:{number}", f"open:{number}", f"restore:{number}", f"archive-yes:{number}")
        await self.say(MARIA, f"/start join-{await self._code_of(1)}")

    async def _calls(self) -> None:
        """Students are told that a lesson is open."""
        before = len(self.door.telegram.calls)
        await call_students(self.door.application, self.door.services)
        self._keep("a lesson has opened", self.door.telegram.calls[before:])

    async def _new_class(self, title: str) -> None:
        """By the question, and the answer to it is mended."""
        await self.press(MARIA, "newclass")
        await self.people[MARIA].sticker()
        self._keep("a sticker for a title", await self.door.handle())
        await self.say(MARIA, "щ" * (LONGEST_TITLE + 1))
        await self._change(MARIA, "щ" * (LONGEST_TITLE + 1), title)
        await self._change(MARIA, title, title + " 2")
        await self._change(MARIA, title + " 2", "щ" * (LONGEST_TITLE + 1))
        await self.press(MARIA, "newclass", "cancel")
        number = await self._class_called(title + " 2", MARIA)
        await self.press(MARIA, f"endlink:{number}", f"qr:{number}", f"archive-yes:{number}")

    async def _practice(self) -> None:
        """A teacher plays a student, and has both sides' texts for the time."""
        self.roles[MARIA] |= _STUDENT
        await self.press(MARIA, "practice", "consent:yes")
        await self.say(MARIA, (NAMES if self.language == "ru" else _NAMES)[MARIA])
        await self.press(MARIA, "practice", "practice-end", "practice-end")
        self.roles[MARIA] = _TEACHER

    async def _colleagues(self) -> None:
        """Maria and Igor teach class 1; the class is handed over, and back."""
        await self.press(MARIA, "staff:1", "staff-leave:1", "staff-invite:1", "staff-invite:1:0", "staff-invite:1:2")
        await self.press(MARIA, "staff-link:1:week", "staff-link:1:20010101")
        self.roles[IGOR] = _TEACHER
        await self.say(ANNA, f"/start {self._newest('with-')}")
        self.door.use_setting(teachers_may_invite=False)
        await self.press(MARIA, "staff-link:1:today")
        await self.say(IGOR, f"/start {self._newest('with-')}")
        self.door.use_setting(teachers_may_invite=True)
        for _ in range(2):
            await self.say(IGOR, f"/start {self._newest('with-')}")
        await self.press(MARIA, "staff-link:1:today")
        await self.say(IGOR, f"/start {self._newest('with-')}", "/newclass X")
        igor = await self._number_of(IGOR)
        await self.press(IGOR, "staff:1", "staff-invite:1", "archive:1", "staff-leave:1")
        await self.press(MARIA, "staff:1", f"staff-one:1:{igor}", f"staff-give:1:{igor}", "staff-link:1:good")
        await self.say(IGOR, f"/start {self._newest('with-')}", f"/start {self._newest('with-')}")
        await self.press(MARIA, "staff-link:1:good")
        await self.say(IGOR, f"/start {self._newest('with-')}", f"/start with-{'x' * 22}", "/start with-wrong")
        await self.press(MARIA, "staff:1", f"staff-one:1:{igor}", f"staff-give:1:{igor}", "staff-leave:1")
        await self.press(MARIA, f"staff-owner:1:{igor}:stay", "staff-leave:1", f"staff-one:1:{igor}")
        maria = await self._number_of(MARIA)
        await self.press(IGOR, f"staff-give:1:{maria}", f"staff-owner:1:{maria}:go")
        await self._told()
        await self.press(MARIA, *re.findall(r"staff-revoke:1:[0-9a-f]{16}", str(self.read[-2:]))[:1])
        await self.press(MARIA, "staff-link:1:good")
        await self.say(IGOR, f"/start {self._newest('with-')}")
        await self.press(MARIA, f"staff-out:1:{igor}", "staff:1", "staff-link:1:week")
        await self.say(IGOR, f"/start {self._newest('with-')}")
        await self.press(IGOR, "staff-leave:1", "staff-left:1")
        await self._told()

    def _newest(self, prefix: str) -> str:
        """What the newest link leads to."""
        found = [link for one in self.read for link in re.findall(rf"start=({prefix}\S+)", one.text)]
        return str(found[-1])

    async def _told(self) -> None:
        """What is owed to teachers is sent."""
        before = len(self.door.telegram.calls)
        await keep_staff(self.door.application, self.door.services)
        self._keep("somebody teaches the class, or does not any more", self.door.telegram.calls[before:])

    async def _absences(self) -> None:
        """A student announces absences and objects to marks; the teachers decide."""
        reason = "У врача" if self.language == "ru" else "At the doctor’s"
        day = datetime.now(UTC).date() + timedelta(days=3)
        await self.say(ANNA, "/absent")
        await self.say(BORIS, "/absent")
        await self.press(ANNA, "absent-in:1", "absent-in:99", "absent-on:1:week", "absent-on:1:typed")
        await self.people[ANNA].sticker()
        self._keep(f"{ANNA}: no day", await self.door.handle())
        await self.say(ANNA, "soon", f"{day:%d.%m}")
        this = f"absent-why:1:{day:%Y%m%d}:{day:%Y%m%d}"
        await self.press(ANNA, f"{this}:own")
        await self.say(ANNA, "щ" * 300, reason)
        await self._change(ANNA, reason, reason + "!")
        await self.press(MARIA, "absence:2:yes", "absence:2:refuse", "absence:2:excuse", "absence:1:no")
        await self._change(ANNA, reason + "!", reason)
        await self.press(
            ANNA, "absent-why:1:20200101:20200101:none", f"{this}:illness", "absent-undo:2", "absent-undo:2"
        )
        await self.press(ANNA, "appeals:0", "appeal:1")

    async def _appeals(self) -> None:
        """Of a lesson that is over, with the mark "absent"."""
        with self.door.services.database.session() as session:
            session.execute(delete(Appeal))
        await self.press(MARIA, f"mark-set:1:{await self._number_of(ANNA)}:absent")
        await self.press(ANNA, "appeals:0", "appeal:1", "appeal-yes:1", "appeal-yes:1", "appeal:1")
        with self.door.services.database.session() as session:
            number = session.scalars(select(Appeal.id)).one()
        await self.press(MARIA, f"appealed:{number}:keep")
        await self.press(MARIA, f"mark-set:1:{await self._number_of(ANNA)}:late")
        with self.door.services.database.session() as session:
            session.execute(delete(Appeal))
        await self.press(ANNA, "appeal:1")

    async def _marks(self) -> None:
        """A teacher mends marks of the lesson that is over."""
        anna = await self._number_of(ANNA)
        this = f"{LESSON_ID}:{anna}"
        await self.press(MARIA, f"sheet:1:{anna}", f"sheet-file:1:{anna}", "sheet:1:99")
        await self.press(MARIA, f"marks:{LESSON_ID}:0", f"mark:{this}", f"mark:{LESSON_ID}:99", f"mark-why:{this}")
        for reason in ("illness", "family", "event", "other", "none"):
            await self.press(MARIA, f"mark-excuse:{this}:{reason}")
        await self.press(MARIA, f"mark-excuse:{this}:own")
        await self.people[MARIA].sticker()
        self._keep(f"{MARIA}: no reason", await self.door.handle())
        await self.say(MARIA, "щ" * 300, "Он болел" if self.language == "ru" else "Was ill")
        with self.door.services.database.session() as session:
            last = session.scalar(select(Correction.id).order_by(Correction.id.desc()).limit(1))
        await self.press(MARIA, f"mark-undo:{this}:{last}", f"mark-undo:{this}:{last}", f"mark-set:{this}:absent")
        await self.press(
            MARIA, f"rest:{LESSON_ID}:excused", f"rest-yes:{LESSON_ID}:excused", f"mark-set:{this}:present"
        )

    async def _rest(self) -> None:
        """All the others at once, in the lesson that is open, of those who are on the list."""
        with self.door.services.database.session() as session:
            lesson = session.scalar(select(func.max(Lesson.id)).where(Lesson.class_id == CLASS_ID))
        for status in ("excused", "present"):
            await self.press(MARIA, f"rest:{lesson}:{status}", f"rest-yes:{lesson}:{status}")
            with self.door.services.database.session() as session:
                batch = session.scalar(select(Correction.batch).order_by(Correction.id.desc()).limit(1))
            await self.press(MARIA, f"rest-undo:{lesson}:{batch}")

    async def _timetable(self) -> None:
        await self.press(MARIA, "timetable:1", "timetable:1:add", "timetable:1:add:3")
        await self.say(MARIA, "?", "8:30–9:15", "/cancel")
        await self.press(MARIA, "timetable:1:slot:1", "timetable:1:weeks:1:odd", "timetable:1:weeks:1:even")
        await self.press(MARIA, "timetable:1:holiday")
        await self.say(MARIA, "?", "30.10–08.11")
        await self.press(MARIA, "timetable:1:term")
        await self.say(MARIA, "?", "01.09–31.05")
        await self.press(MARIA, "timetable:1:skip:1:20300101", "timetable:1:remove:1", "timetable:1:unholiday:1")
        await self.press(MARIA, "timetable:1:unterm")

    async def _settings(self) -> None:
        await self.press(MARIA, "settings:1")
        for what in ("zone", "late", "length", "words", "language", "row", "share", "number", "sentence"):
            await self.press(MARIA, f"settings:1:{what}")
        await self.press(MARIA, "set:1:late:0", "set:1:length:45", "set:1:words:university", "set:1:words:neutral")
        await self.press(MARIA, "set:1:language:en", "set:1:language:ru", "set:1:language:default")
        await self.press(MARIA, "set:1:words:school", "set:1:row:0", "set:1:share:0", "set:1:row:3", "set:1:share:75")
        await self._numbers()
        await self.press(MARIA, "set:1:late:15", "set:1:zone:other")
        await self.say(MARIA, "12", "Москва" if self.language == "ru" else "Prague")
        await self.press(MARIA, "set:1:zone:UTC")

    async def _numbers(self) -> None:
        """A class's notes are to say a number: asked for, required once that works, and what students see of it."""
        await self.press(MARIA, "set:1:sentence:on", "settings:1", "set:1:sentence:off", "set:1:number:require")
        self.door.let_hear(hearing=True)
        await self.press(MARIA, "set:1:number:require", "set:1:number:ask")
        self._notes_heard(Words.NOT_HEARD)
        await self.press(MARIA, "settings:1:number")
        self._notes_heard(Words.NOT_HEARD, ENOUGH_NOTES)
        await self.press(MARIA, "settings:1:number")
        self._notes_heard(Words.HEARD, 6 * ENOUGH_NOTES)
        await self.press(MARIA, "settings:1:number", "set:1:number:require", "settings:1")
        await self.say(ANNA, "/here")
        await self.press(ANNA, "say:1", "say:99")
        await self.press(MARIA, "set:1:number:off")
        self.door.let_hear(hearing=False)

    def _notes_heard(self, words: Words, many: int = 1) -> None:
        """Notes of Anna's in which this was heard."""
        at = datetime.now(UTC)
        with self.door.services.database.session() as session:
            anna = session.scalars(select(Row).where(Row.telegram_id == ANNA)).one()
            for _ in range(many):
                number = next(self._number)
                note = IncomingNote(ANNA, 10_000 + number, f"w{number}", f"w{number}", 9000, at)
                attempt = attempts.register(
                    session, note, anna, Purpose.CHECK_IN, class_id=1, lesson=None, enrolment=None, received_at=at
                )
                attempt.verdict, attempt.reason, attempt.words = Verdict.ACCEPTED, Reason.MATCH, words
                attempt.settled_at = attempt.answered_at = at

    async def _past_lessons(self, topic: str) -> None:
        await self.press(MARIA, "lessons:1:0", "lessons-which", "lesson:1", "lesson:1:1", "report-lesson:1")
        await self.press(MARIA, "export-lesson:1", "export-lesson-as:1:csv", "export-lesson:1:back")
        await self.press(MARIA, "lesson-topic:1")
        await self.say(MARIA, topic)
        await self.press(MARIA, "lesson-topic:1", "cancel", "lesson-delete:1", "lesson-merge:1")

    async def _lists(self) -> None:
        """Lists of a class: what cannot be read, what can, and what becomes of it."""
        anna, boris, vera = _LISTED[self.language]
        letter = ord("а" if self.language == "ru" else "a")
        many = [f"{anna} {''.join(chr(letter + i // 26**place % 26) for place in range(3))}" for i in range(1400)]
        odd = [f"{anna};1", f"{anna};2", f"{boris};1", vera.split()[0], boris, "?", "…"]
        for data, name in (
            (b"\xd0\xcf\x11\xe0", "9.xls"),
            (b"\0\1\2", "9.csv"),
            (b"1;2", "9.csv"),
            (b" " * (2**21 + 1), "9.txt"),
            ("\n".join(many).encode(), "9.txt"),
            ("\n".join([anna, *[anna] * 20]).encode(), "9.txt"),
            ("\n".join([("ФИО;id" if self.language == "ru" else "name;id"), *odd]).encode(), "9.txt"),
        ):
            await self.people[MARIA].document(data, name, "text/plain")
            self._keep(f"{MARIA}: {name}", await self.door.handle())
        await self.press(MARIA, *self._offered("roster-no:"), "roster-no:999", "roster:1:999:take")

    async def _roster(self) -> None:
        """Lists are taken into a class: who is not on the next one goes, and then stays."""
        anna, boris, vera = _LISTED[self.language]
        other = f"{boris.split()[0]} {vera.split()[-1]}"
        for third, presses in ((vera, 2), (other, 3), (vera, 2)):
            await self.say(MARIA, f"{anna}\n{boris}\n{third}")
            for _ in range(presses):
                await self.press(MARIA, *self._offered("roster:"))
            await self.press(MARIA, *self._offered("roster-no:"))

    async def _moved(self, other: int) -> None:
        """A student goes to another class of the teacher's, and back."""
        anna = await self._number_of(ANNA)
        await self.press(MARIA, f"student-move:1:{anna}:0", f"student-to:1:{anna}:{other}")
        await self.press(MARIA, f"student-to-yes:1:{anna}:{other}", f"student-to-yes:1:{anna}:{other}")
        await self._told()
        await self.press(MARIA, f"sheet:{other}:{anna}", f"student:1:{anna}", f"student:{other}:{anna}")
        await self.say(ANNA, "/me")
        await self.press(MARIA, f"student-to:{other}:{anna}:1", f"student-to-yes:{other}:{anna}:1")
        await self._told()
        await self.press(PAVEL, f"student-move:2:{await self._number_of(BORIS)}:0")

    async def _freed(self) -> None:
        """The wrong person has claimed a line of the list."""
        anna = await self._number_of(ANNA)
        with self.door.services.database.session() as session:
            session.get_one(Membership, (1, anna)).listed_at = datetime.now(UTC)
        await self.press(MARIA, f"student:1:{anna}", f"student-free:1:{anna}", f"student-free-yes:1:{anna}:ask")
        await self.press(MARIA, f"student-free-yes:1:{anna}:out", f"student-free:1:{anna}")
        await self._told()
        self.roles[ANNA] = _NOBODY
        await self.press(ANNA, "line:1", "lines:0")
        await self.say(ANNA, (NAMES if self.language == "ru" else _NAMES)[ANNA])
        self.roles[ANNA] = _STUDENT
        await self.press(MARIA, *(data.replace(":no", ":new") for data in self._offered("joiner:1:")))

    def _offered(self, head: str) -> list[str]:
        """What a button of the last message carries that has one of this kind."""
        found = [data for one in self.read for row in one.buttons for _, data in row if data.startswith(head)]
        return found[-1:]

    async def _admin(self) -> None:
        name = (NAMES if self.language == "ru" else _NAMES)[PAVEL]
        await self.say(ADMIN, "/start", "/invite", "1", name)
        await self._change(ADMIN, name, name + ("а" if self.language == "ru" else "a"))
        await self.press(ADMIN, "invite")
        await self.people[ADMIN].sticker()
        self._keep("a sticker for a name", await self.door.handle())
        await self.press(ADMIN, "cancel")
        await self.say(ADMIN, f"/invite {name}", "/invite", "/teachers")
        token = re.search(r"start=(teach-\S+)", "\n".join(one.text for one in self.read if "teach-" in one.text))
        assert token
        await self._any_class()
        self.roles[NEWCOMER] = _TEACHER
        await self.say(NEWCOMER, f"/start {token[1]}", f"/start {token[1]}", "/classes", "/open", "/report", "hm")
        await self.say(NEWCOMER, "\n".join(_LISTED[self.language]))
        handle = re.findall(r"uninvite:[0-9a-f]{16}", str([one.buttons for one in self.read]))[-1]
        await self.press(ADMIN, handle, "uninvite:" + "0" * 16)
        person = await self._number_of(OLGA)
        await self.press(ADMIN, f"unteach:{person}")
        self.roles[OLGA] = _NOBODY
        await self.press(ADMIN, f"unteach-yes:{person}", f"unteach-yes:{person}", f"unteach:{person}", "class:1")
        await self._told()
        await self.say(OLGA, "/start", "/open")
        await self.say(ADMIN, "/teachers")

    async def _any_class(self) -> None:
        """An admin appoints in others' classes, the archived one among them."""
        pavel, olga = await self._number_of(PAVEL), await self._number_of(OLGA)
        archived = await self._class_called(_TYPED[self.language][2], MARIA)
        await self.press(ADMIN, "classes:0", "all-classes:0", "any-class:2", "any-class:999", f"any-class:{archived}")
        await self.say(ADMIN, "/classes 12345", f"/classes {_TYPED[self.language][2]}")
        await self.press(ADMIN, "appoint:2:0", f"appoint-yes:2:{olga}", f"any-one:2:{olga}", f"any-owner:2:{olga}")
        await self._told()
        await self.press(ADMIN, f"any-out:2:{olga}", f"any-out:2:{pavel}", "all-classes:0", f"appoint-yes:2:{pavel}")

    async def _group(self) -> None:
        group = int(self.door.telegram.add_group("9Б", dict.fromkeys(self.people, "member"))["id"])
        for words in ("/help", "/language", "/cancel", "/open 20", "/close", "/me", "/report", "/start"):
            for number in (PAVEL, BORIS, STRANGER):
                await self.say(number, words, chat=group)

    async def say(self, number: int, *words: str, chat: int | None = None) -> None:
        """Say something, one after the other."""
        for one in words:
            await self.people[number].say(one, chat=chat)
            self._keep(f"{number}: {one}", await self.door.handle())

    async def press(self, number: int, *data: str) -> None:
        """Press buttons with this callback data, whether they were shown or not."""
        for one in data:
            self.door.forge(self.people[number], one)
            self._keep(f"{number}: [{one}]", await self.door.handle())

    async def speak(self, number: int) -> None:
        """Send a voice note."""
        await self.people[number].voice(synthetic("zac", 1))
        self._keep(f"{number}: a voice note", await self.door.handle())

    def _keep(self, after: str, calls: list[Call]) -> None:
        for call in calls:
            name = _SHOWN.get(call.method.lower())
            text = call.values.get(name) if name else None
            if text:
                chat = int(call.values["chat_id"])
                roles = frozenset() if chat < 0 else self.roles[chat]
                self.read.append(Read(after, roles, str(text), _buttons(call.values.get("reply_markup"))))

    async def _translate(self) -> None:
        if self.language == "ru":
            return
        with self.door.services.database.session() as session:
            for school_class in session.scalars(select(SchoolClass)):
                school_class.title = _LATIN[school_class.title]
            for person in session.scalars(select(Row)):
                person.full_name = _NAMES[person.telegram_id]

    async def _class_called(self, title: str, teacher: int) -> int:
        with self.door.services.database.session() as session:
            found = session.scalars(select(SchoolClass.id).where(SchoolClass.title == title))
            return max(found)

    async def _code_of(self, number: int) -> str:
        with self.door.services.database.session() as session:
            return (session.get_one(SchoolClass, number)).join_code

    async def _number_of(self, account: int) -> int:
        with self.door.services.database.session() as session:
            return session.scalars(select(Row.id).where(Row.telegram_id == account)).one()


def _buttons(markup: Any) -> list[list[tuple[str, str]]]:
    rows = (json.loads(markup) if isinstance(markup, str) else markup or {}).get("inline_keyboard", [])
    return [
        [(one["text"], one.get("callback_data") or one.get("url") or one["web_app"]["url"]) for one in row]
        for row in rows
    ]
