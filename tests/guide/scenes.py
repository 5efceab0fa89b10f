"""The scenes of the guide, played in order in one installation: an admin, a teacher, three students."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rollcall.domain.attendance import Status
from rollcall.report.chart import chart
from rollcall.report.model import LessonHead, Mark, Period, Report, StudentLine
from rollcall.texts import Texts, texts_in
from sandbox.message import Message, Sent
from sandbox.person import Person
from sandbox.saying import saying
from tests.end_to_end.product import PATIENCE, TEACHER_ID, Product, link_in, synthetic
from tests.guide.excerpt import Excerpt

_NAMES = {
    "ru": ("Елена Орлова", "Иванова Мария", "Белова Анна", "Громов Борис", "Юсупова Вера", "Физика 9Б"),
    "en": ("Helen Adler", "Jones Mary", "Bell Anna", "Groves Boris", "Young Vera", "Physics 9B"),
}
_NEW = {"ru": "Лебедев Пётр", "en": "Swan Peter"}
"""Who is on the class's list and has not joined."""
_TITLES = {
    "ru": ("чат администратора", "чат учителя", "чат ученика"),
    "en": ("an administrator’s chat", "a teacher’s chat", "a student’s chat"),
}
_VOICES = {"ru": ("zac", "shelby"), "en": ("klatt2", "Gene2")}
"""Of the first two students: a recording is good once only."""


@dataclass
class Scenes:
    """Plays them, and keeps what the guide shows."""

    product: Product
    language: str
    shown: dict[str, Excerpt] = field(default_factory=dict)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def play(self) -> dict[str, Excerpt]:
        """All of them, by name."""
        admin, self.teacher_name, *students, self.title = _NAMES[self.language]
        self.students: Sequence[str] = students
        telegram = self.product.server.telegram
        self.admin = Person(telegram, admin, id=TEACHER_ID, language_code=self.language)
        self.teacher, self.anna, self.boris, self.vera = (
            Person(telegram, *reversed(name.split()), language_code=self.language)
            for name in (self.teacher_name, *students)
        )
        await self._invite()
        await self._make_class()
        await self._join()
        await self._record()
        await self._others()
        await self._lesson()
        await self._check_in()
        await self._board()
        await self._mend()
        await self._close()
        await self._report()
        await self._me()
        await self._teachers()
        await self._list()
        await self._ask_for_numbers()
        await self._say_a_number()
        return self.shown

    @property
    def t(self) -> Texts:
        """What the product says, in the language of the scenes."""
        return texts_in(self.language)

    def _excerpt(self, name: str, of: int) -> Excerpt:
        return self.shown.setdefault(name, Excerpt(_TITLES[self.language][of], self.begun))

    async def _invite(self) -> None:
        chat, admin = self._excerpt("admin-invite", 0), self.admin
        await self._say(chat, admin, "/invite")
        invitation = chat.hear(await self._heard(admin, "start=teach-"))
        await self._say(chat, admin, self.teacher_name)
        chat.hear(await self._heard(admin, self.teacher_name))
        await self.teacher.follow(link_in(invitation))

    async def _make_class(self) -> None:
        chat, teacher = self._excerpt("teacher-class", 1), self.teacher
        welcome = await self._heard(teacher, self.t("teacher-welcome"))
        await self._press(None, teacher, "newclass", welcome)
        chat.hear(await self._heard(teacher, self.t("newclass-ask")))
        await self._say(chat, teacher, self.title)
        made = chat.hear(await self._heard(teacher, "start=join-"))
        self.link = link_in(made)
        code = await teacher.answer(PATIENCE, lambda message: message.kind == "photo")
        chat.hear(code, await teacher.download(code))

    async def _join(self) -> None:
        chat, anna = self._excerpt("student-join", 2), self.anna
        await anna.follow(self.link)
        chat.hear(await self._heard(anna, self.title))
        await self._press(chat, anna, "consent:yes")
        chat.hear(await self._heard(anna, self.t("name-ask")))
        await self._say(chat, anna, self.students[0])
        chat.hear(await self._heard(anna, self.title))

    async def _record(self) -> None:
        chat, anna = self._excerpt("student-record", 2), self.anna
        await self._press(None, anna, "enroll")
        chat.hear(await self._heard(anna, "«" if self.language == "ru" else "“"))
        for number in (1, 2, 3):
            chat.speak()
            chat.hear(await self._spoken(anna, 0, number))

    async def _others(self) -> None:
        """A second student records their voice; a third joins without one."""
        boris, vera = self.boris, self.vera
        await boris.follow(self.link)
        await self._heard(boris, self.title)
        await boris.press("consent:yes")
        await self._heard(boris, self.t("name-ask"))
        await boris.say(self.students[1])
        await self._heard(boris, self.title)
        await boris.press("enroll")
        await boris.answer(PATIENCE)
        for number in (1, 2, 3):
            await self._spoken(boris, 1, number)
        chat = self._excerpt("student-without", 2)
        await vera.follow(self.link)
        await self._heard(vera, self.title)
        await vera.press("consent:no")
        chat.hear(await self._heard(vera, self.t("consent-declined").partition("\n")[0]))
        await self._press(chat, vera, "without:")
        chat.hear(await self._heard(vera, self.t("name-ask")))
        await self._say(chat, vera, self.students[2])
        chat.hear(await self._heard(vera, self.title))

    async def _lesson(self) -> None:
        self.teacher.read_all()
        await self.teacher.press("open:")
        self.begun = datetime.now(UTC)
        self.board = await self._heard(self.teacher, self.title)

    async def _check_in(self) -> None:
        chat, anna = self._excerpt("student-check-in", 2), self.anna
        chat.hear(await self._showing(anna, "here:"))
        chat.speak()
        chat.hear(await self._spoken(anna, 0, 4))
        await self._spoken(self.boris, 1, 4)

    async def _board(self) -> None:
        names = self.students[:2]
        await self.teacher.edited(
            self.board, PATIENCE, lambda board: not any(name in board.text for name in names) and "2" in board.text
        )
        chat = self._excerpt("teacher-lesson", 1)
        chat.hear(self.board)

    async def _mend(self) -> None:
        chat, teacher = self._excerpt("teacher-mark", 1), self.teacher
        await teacher.press("marks:", self.board)
        await teacher.press(self.students[2], await self._showing(teacher, "mark:"))
        shown = await self._showing(teacher, "mark-set:")
        await self._press(None, teacher, "mark-why:", shown)
        shown = await self._showing(teacher, "mark-excuse:")
        chat.hear(shown)
        await self._press(chat, teacher, "mark-excuse:", shown)
        chat.hear(await self._showing(teacher, "mark-undo:"))

    async def _close(self) -> None:
        chat, teacher = self._excerpt("teacher-close", 1), self.teacher
        teacher.read_all()
        excused = str(self.t("board-excused", number=1))
        board = await teacher.edited(self.board, PATIENCE, lambda board: excused in board.text)
        chat.hear(board)
        await self._press(chat, teacher, "close:", self.board)
        self.closed = chat.hear(await self._heard(teacher, self.title))

    async def _report(self) -> None:
        chat, teacher = self._excerpt("teacher-report", 1), self.teacher
        teacher.read_all()
        chat.hear(self.closed)
        await self._press(chat, teacher, "report:", self.closed)
        chat.hear(await self._heard(teacher, self.title))
        sent = await teacher.answer(PATIENCE, lambda message: message.kind == "photo")
        assert await teacher.download(sent)
        chat.hear(sent, self._chart())
        chat.hear(await teacher.answer(PATIENCE, lambda message: message.kind == "document"))

    async def _me(self) -> None:
        chat, anna = self._excerpt("student-me", 2), self.anna
        anna.read_all()
        await self._say(chat, anna, "/me")
        chat.hear(await self._heard(anna, self.title))

    async def _teachers(self) -> None:
        chat, admin = self._excerpt("admin-teachers", 0), self.admin
        await self._say(chat, admin, "/teachers")
        chat.hear(await self._heard(admin, self.t("teachers-head", n=1)))

    async def _list(self) -> None:
        chat, teacher = self._excerpt("teacher-list", 1), self.teacher
        teacher.read_all()
        lines = [*self.students, _NEW[self.language]]
        name = f"{self.title}.csv"
        chat.send(name)
        await teacher.document("\n".join(lines).encode(), name, "text/csv")
        preview = chat.hear(await self._showing(teacher, "roster:"))
        await self._press(chat, teacher, "roster:", preview)
        chat.hear(await teacher.edited(preview, PATIENCE, lambda shown: not shown.has("roster:")))

    async def _ask_for_numbers(self) -> None:
        chat, teacher = self._excerpt("teacher-number", 1), self.teacher
        await teacher.say("/class")
        await self._press(None, teacher, "settings:", await self._showing(teacher, "settings:"))
        await self._press(None, teacher, "settings:1:number", await self._showing(teacher, "settings:1:number"))
        chat.hear(await self._showing(teacher, "set:1:number:ask"))
        await self._press(chat, teacher, "set:1:number:ask")
        await teacher.until(lambda: self._reads(teacher, self.t("settings-spoken-ask")), PATIENCE)

    async def _say_a_number(self) -> None:
        teacher, anna = self.teacher, self.anna
        self.begun = datetime.now(UTC)
        await teacher.say("/open")
        chat = self._excerpt("student-number", 2)
        chat.hear(await self._showing(anna, "say:"))
        await self._press(chat, anna, "say:")
        chat.hear(await self._showing(anna, "say-yes:"))
        await self._press(chat, anna, "say-yes:")
        shown = chat.hear(await self._heard(anna, " · "))
        digits = [one for one in shown.text.partition("\n")[0] if one.isdigit()]
        chat.speak()
        note = saying(_VOICES[self.language][0], digits, 5, whistled=True)
        chat.hear(await self._answered(anna, await anna.voice(note)))

    def _chart(self) -> bytes:
        """The picture of this lesson, at nine."""
        at = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
        marks = [Mark(Status.PRESENT, at + timedelta(minutes=late), 0.97) for late in (2, 3)] + [Mark(Status.EXCUSED)]
        lines = [StudentLine(name, (mark,)) for name, mark in zip(self.students, marks, strict=True)]
        head = LessonHead(0, at, at + timedelta(minutes=10), at + timedelta(minutes=45))
        return chart(Report(self.title, ZoneInfo("UTC"), Period.LESSON, at, (head,), lines), self.t)

    # -- what they are made of

    async def _say(self, chat: Excerpt, person: Person, text: str) -> None:
        chat.say(text)
        await person.say(text)

    async def _press(self, chat: Excerpt | None, person: Person, data: str, message: Message | None = None) -> None:
        shown = message or person.latest_with(data)
        if chat is not None:
            chat.press(shown.button(data).text)
        await person.press(data, shown)

    async def _heard(self, person: Person, part: str) -> Message:
        return await person.answer(PATIENCE, lambda message: part in message.text)

    @staticmethod
    def _reads(person: Person, part: str) -> Message | None:
        """The message that says so now, likewise."""
        return next((message for message in person.inbox if part in message.text), None)

    async def _showing(self, person: Person, data: str) -> Message:
        """The message that has such a button now: menus turn in place."""

        def found() -> Message | None:
            showing: Callable[[Message], bool] = lambda message: not message.deleted and message.has(data)  # noqa: E731
            return next((message for message in reversed(person.inbox) if showing(message)), None)

        message: Message = await person.until(found, PATIENCE)
        return message

    async def _spoken(self, person: Person, student: int, number: int) -> Message:
        return await self._answered(person, await person.voice(synthetic(_VOICES[self.language][student], number)))

    async def _answered(self, person: Person, sent: Sent) -> Message:
        return await person.answer(PATIENCE, lambda message: message.reply_to == sent.id)
