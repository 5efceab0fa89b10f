"""What each role says to the bot and reads of it: the paths of strangers, students, teachers and admins, in order."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from rollcall.domain.names import LONGEST_TITLE
from rollcall.domain.permissions import Role
from rollcall.storage.tables import Person as Row
from rollcall.storage.tables import SchoolClass
from sandbox.message import Sent
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door
from tests.bot.school import ADMIN, ANNA, BORIS, CLASS_ID, JOIN_CODE, MARIA, NAMES, OLGA, PAVEL, STRANGER
from tests.end_to_end.product import synthetic

NEWCOMER = 32
_LATIN = {"Физика": "Physics", "Химия": "Chemistry", "Право": "Law", "Труд": "Crafts"}
_NAMES = {ADMIN: "Ada Ad", MARIA: "Maria Ma", PAVEL: "Paul Pa", OLGA: "Olga Ol", ANNA: "Anna An", BORIS: "Boris Bo"}
_TYPED = {"ru": ("Имя Фамилия", "Доброе утро", "Труд"), "en": ("Given Family", "Good morning", "Crafts")}
_SHOWN = {"sendmessage": "text", "editmessagetext": "text", "sendvoice": "caption", "copymessage": "caption",
          "senddocument": "caption", "sendphoto": "caption", "editmessagecaption": "caption"}  # fmt: skip
_NOBODY, _STUDENT, _TEACHER = (frozenset({role}) for role in (Role.NOBODY, Role.STUDENT, Role.TEACHER))
_ROLES = {
    ADMIN: frozenset({Role.ADMIN, Role.TEACHER}), MARIA: _TEACHER, PAVEL: _TEACHER, OLGA: _TEACHER,
    ANNA: _STUDENT, BORIS: _STUDENT,
}  # fmt: skip


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

    async def play(self) -> list[Read]:
        """All of them."""
        await self._translate()
        accounts = {**(NAMES if self.language == "ru" else _NAMES), STRANGER: "Олег", NEWCOMER: "Ира"}
        if self.language == "en":
            accounts |= {STRANGER: "Oleg", NEWCOMER: "Ira"}
        for number, name in accounts.items():
            self.roles[number] = _ROLES.get(number, _NOBODY)
            self.people[number] = Person(self.door.telegram, name, id=number, language_code=self.language)
        for number in self.people:
            await self.say(number, "/start")
        await self._stranger()
        await self._newcomer()
        await self._student()
        await self._teacher()
        await self._admin()
        await self._group()
        return self.read

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
        await self.press(ANNA, "here:1", "here:3")
        await self.press(MARIA, "close:1", "close-not:1", "close-now:1", "reopen:1", "close-not:1", "review:1:yes")
        await self.press(MARIA, "voices:1", "claim:1:yes", "claim:1:reject", "claim:1:accept")
        await self.press(ANNA, "here:1")
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
        await self.speak(MARIA)
        await self._practice()
        await self.press(MARIA, "class:1", "qr:1", "voices:1", "newlink:1", "endlink:1", "class:1", "class:2")
        await self.say(MARIA, "/open", "/open 20", "/open 9999", "/report", "/report nonsense", "/report all")
        await self.press(
            MARIA, "open-which", "lessons:1:0", "lesson:1", "lesson:1:1", "lessons-which", "report-lesson:1"
        )
        await self.press(MARIA, "csv:1:lesson", "report:1:today", "longer:1:200", "close:1", "close-not:1")
        await self.press(
            MARIA, "close-now:1", "reopen:1", "close:1", "reopen:1", "close-now:1", "report-classes", "newlink:1"
        )
        await self.say(MARIA, "/close", "/lessons", f"/newclass {title}", "/lessons", "/open", "/close", "/start")
        await self.press(MARIA, "report-classes", "open:1:20")
        number = await self._class_called(title, MARIA)
        await self.press(MARIA, f"open:{number}", f"report:{number}:lesson")
        await self.say(MARIA, "/close")
        await self.press(MARIA, f"archive:{number}", f"archive-yes:{number}")
        await self.say(MARIA, f"/start join-{await self._code_of(1)}")

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

    async def _admin(self) -> None:
        await self.say(ADMIN, "/start", "/invite", "/teachers")
        token = re.search(r"start=(teach-\S+)", "\n".join(one.text for one in self.read if "teach-" in one.text))
        assert token
        self.roles[NEWCOMER] = _TEACHER
        await self.say(NEWCOMER, f"/start {token[1]}", f"/start {token[1]}", "/classes", "/open", "/report", "hm")
        handle = re.findall(r"uninvite:[0-9a-f]{16}", str([one.buttons for one in self.read]))[-1]
        await self.press(ADMIN, handle, "uninvite:" + "0" * 16)
        person = await self._number_of(OLGA)
        await self.press(ADMIN, f"unteach:{person}")
        self.roles[OLGA] = _NOBODY
        await self.press(ADMIN, f"unteach-yes:{person}", f"unteach-yes:{person}", f"unteach:{person}", "class:1")
        await self.say(OLGA, "/start", "/open")
        await self.say(ADMIN, "/teachers")

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
        async with self.door.services.database.session() as session:
            for school_class in await session.scalars(select(SchoolClass)):
                school_class.title = _LATIN[school_class.title]
            for person in await session.scalars(select(Row)):
                person.full_name = _NAMES[person.telegram_id]

    async def _class_called(self, title: str, teacher: int) -> int:
        async with self.door.services.database.session() as session:
            found = await session.scalars(select(SchoolClass.id).where(SchoolClass.title == title))
            return max(found)

    async def _code_of(self, number: int) -> str:
        async with self.door.services.database.session() as session:
            return (await session.get_one(SchoolClass, number)).join_code

    async def _number_of(self, account: int) -> int:
        async with self.door.services.database.session() as session:
            return (await session.scalars(select(Row.id).where(Row.telegram_id == account))).one()


def _buttons(markup: Any) -> list[list[tuple[str, str]]]:
    rows = (json.loads(markup) if isinstance(markup, str) else markup or {}).get("inline_keyboard", [])
    return [[(one["text"], one.get("callback_data") or one.get("url", "")) for one in row] for row in rows]
