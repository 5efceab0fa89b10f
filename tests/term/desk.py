"""A teacher's hands: what they say and press in the chat, on which day, and the files that they get."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.transport.clock import stopwatch, telegram_clock
from sandbox.message import Message
from sandbox.person import Person
from tests.bot.door import Door

ZONE = ZoneInfo("Europe/Moscow")
_PATIENCE = 60.0


@dataclass
class Desk:
    """The bot's door and the people before it, on a day of our choosing.

    Attributes:
        ids: the number in the bot's buttons of each student, by number on the list.
    """

    door: Door
    teacher: Person
    ids: dict[str, int] = field(default_factory=dict)
    lesson_id: int = 0
    class_id: int = 1

    def travel(self, moment: datetime) -> None:
        """Go to a moment, by the clock on the wall of the class. Telegram dates its messages and answers so; what the
        bot knows of the time it hears from there."""
        second = moment.replace(tzinfo=ZONE).timestamp()
        self.door.telegram.ahead = second - time.time()
        telegram_clock().header(second, stopwatch(), stopwatch())

    async def say(self, words: str, who: Person | None = None) -> Message:
        """Say something; the last thing that the bot said to that."""
        who = who or self.teacher
        await who.say(words)
        return await self._answered(who)

    async def press(self, button: str, who: Person | None = None) -> Message:
        """Press the newest button with this callback data, its beginning or its words; what is shown then."""
        who = who or self.teacher
        await who.press(button)
        return await self._answered(who)

    async def tap(self, data: str, who: Person | None = None) -> Message:
        """Press a button whose way there was gone before."""
        self.door.forge(who or self.teacher, data)
        return await self._answered(who or self.teacher)

    async def speak(self, note: bytes, who: Person) -> Message:
        """Send a voice note; the answer to it, when a worker has listened."""
        sent = await who.voice(note)
        await self.door.handle()
        return await who.answer(_PATIENCE, lambda message: message.reply_to == sent.id)

    async def give(self, data: bytes, name: str) -> Message:
        """Send a file."""
        await self.teacher.document(data, name)
        return await self._answered(self.teacher)

    async def file(self, period: str, form: str) -> bytes:
        """The class's record in a form."""
        await self.tap(f"export-as:{self.class_id}:{period}:{form}")
        document = [one["document"] for one in self.door.telegram.messages.values() if "document" in one][-1]
        return self.door.telegram.files.get(document["file_id"]).data

    async def open(self, who: Person | None = None) -> None:
        """Begin a lesson."""
        board = await self.say("/open", who)
        self.lesson_id = int(str(board.button("marks:").data).split(":")[1])

    async def _answered(self, who: Person) -> Message:
        calls = await self.door.handle()
        assert calls, "the bot said nothing"
        return max(who.inbox, key=lambda message: message.edited_at or message.at)
