"""A term of one teacher: forty students, twenty lessons, and what goes wrong in one. At its end the class's record
is, cell by cell and in every form, what a ledger says that was kept beside it.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.outbox.timetable import keep_timetables
from rollcall.storage.database import Database
from rollcall.storage.tables import Person as Row
from rollcall.storage.tables import StoredVoiceprint
from sandbox.person import Person
from tests.bot.door import open_door
from tests.end_to_end.product import synthetic
from tests.moodle import ENGLISH, RUSSIAN, Course
from tests.term.desk import Desk
from tests.term.ledger import ABSENT, EXCUSED, LATE, LETTERS, MARKS, PRESENT, WORDS, Ledger, Student
from tests.term.listener import listening

TEACHER, COLLEAGUE = 1, 2
STUDENTS, LESSONS = 40, 20
FIRST = datetime(2026, 9, 1, 9, 0)  # noqa: DTZ001 - the clock on the wall; a Tuesday
TIMETABLE = {2: "09:00–09:45", 4: "09:00–09:45"}
"""By day of the week."""
TWINS = ("0012", "0031")
"""Two students of one name."""
WITHOUT_PHONE, ILL, OFTEN_LATE, TRUANT = "0005", "0007", "0020", "0033"
TAPPING, TAPPING_LATE = ("0001", "0012"), "0016"
"""Students who have joined, and say themselves that they are here: two in time, one when the lesson is well on."""
SPEAKING = {"0002": ("AnxiousAndy", (4, 6, 10)), "0003": ("Demonic", (5, 10, 18))}
"""Students who have recorded a voice, whose it is, and the lessons in which they check in by it."""
LOST_PHONE, LOST_BEFORE = "0002", 12
"""Who loses a phone, and comes back before this lesson with another account."""
AWAY, AWAY_IN = "0009", (13, 14)
"""Who says in advance on which days they will be ill, and the lessons of those days."""

_SURNAMES = [
    "Алексеев", "Белов", "Волков", "Громов", "Дьяков", "Ежов", "Жуков", "Зайцев", "Ильин", "Козлов", "Лебедев",
    "Морозов", "Носов", "Орлов", "Павлов", "Рыбин", "Соколов", "Титов", "Уваров", "Фомин",
]  # fmt: skip
_GIVEN = ("Иван", "Пётр")


def the_class() -> dict[str, Student]:
    """Forty, of whom two have one name."""
    found = {}
    for index in range(STUDENTS):
        number = f"{index + 1:04}"
        name = f"{_SURNAMES[index // 2]} {_GIVEN[index % 2]}"
        found[number] = Student(number, name, f"s{number}@school.example")
    found[TWINS[1]] = Student(TWINS[1], found[TWINS[0]].name, f"s{TWINS[1]}@school.example")
    return found


def the_list(students: Sequence[Student]) -> bytes:
    """The workbook that the school's office gave to the teacher."""
    book, kept = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ФИО", "id", "Группа", "E-mail"])
    for one in students:
        sheet.append([one.name, one.number, one.group, one.email])
    book.save(kept)
    return kept.getvalue()


@pytest.fixture
async def desk(
    tmp_path: Path, database: Database, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)  # months go by in a minute
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    url = database.engine.url.render_as_string(hide_password=False)
    settings: dict[str, Any] = {"admins": frozenset({TEACHER}), "speaker_model": "dummy", "timezone": "Europe/Moscow"}
    async with open_door(tmp_path, url, valkey_url, **settings) as door:
        yield Desk(door, Person(door.telegram, "Мария", "Ивановна", id=TEACHER, language_code="ru"))


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Tasks created via")  # this application only handles what it is given
async def test_the_record_of_a_term_is_what_the_ledger_says(desk: Desk, valkey_url: str) -> None:
    term = Term(desk, Ledger(the_class()))
    async with listening(desk.door, valkey_url):
        await term.begin()
        for lesson in range(LESSONS):
            await term.lesson(lesson)
    await term.put_away_and_back()
    for language in ("ru", "en"):
        await desk.tap(f"language:{language}")
        await term.compare(language)


class Term:
    """The play."""

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self.desk, self.ledger = desk, ledger
        self.chance = random.Random(2026)
        self.accounts: dict[str, Person] = {}
        self.colleague = Person(desk.door.telegram, "Павел", "Петрович", id=COLLEAGUE, language_code="ru")

    async def begin(self) -> None:
        """The class, and its list from a spreadsheet."""
        desk = self.desk
        desk.travel(FIRST - timedelta(days=1))
        made = await desk.say("/newclass Физика 9Б")
        shown = await desk.give(the_list([*self.ledger.students.values()]), "9Б.xlsx")
        assert "40" in shown.text
        taken = await desk.press("roster:")
        assert "40" in taken.text
        code = made.text.partition("start=")[2].split()[0]
        for number in (*TAPPING, TAPPING_LATE, AWAY):
            await self._join(number, code)
        for number in SPEAKING:
            await self._enrol(number, code)
        for weekday, times in TIMETABLE.items():
            await desk.tap(f"timetable:{desk.class_id}:add:{weekday}")
            assert times in (await desk.say(times)).text

    async def _join(self, number: str, code: str) -> None:
        """A student opens the link, wants no voice recorded, and says which line of the list is theirs."""
        desk, name = self.desk, self.ledger.students[number].name
        student = self._account(number, 5000)
        await desk.say(f"/start {code}", student)
        await desk.press("consent:no", student)
        await desk.press("without:", student)
        assert name in (await desk.say(number, student)).text

    def _account(self, number: str, first: int) -> Person:
        given = self.ledger.students[number].name.split()[1]
        self.accounts[number] = Person(self.desk.door.telegram, given, id=first + int(number), language_code="ru")
        return self.accounts[number]

    async def _enrol(self, number: str, code: str) -> None:
        """Another one agrees to it, and records a voice."""
        desk, (voice, _) = self.desk, SPEAKING[number]
        student = self._account(number, 5000)
        await desk.say(f"/start {code}", student)
        await desk.press("consent:yes", student)
        assert self.ledger.students[number].name in (await desk.say(number, student)).text
        await desk.say("/enroll", student)
        for note in (1, 2, 3):
            assert f"{note}/3" in (await desk.speak(synthetic(voice, note), student)).text

    async def lesson(self, number: int) -> None:
        """A lesson, twice a week; and what is special of it."""
        begins = FIRST + timedelta(days=7 * (number // 2) + 2 * (number % 2))
        special = {3: self._substitute, 8: self._closed_by_mistake, 11: self._wrong_mark}
        if number == LOST_BEFORE:
            await self._lose_the_phone(begins - timedelta(hours=12))
        if number == AWAY_IN[0]:
            await self._announce(begins)
        self.desk.travel(begins)
        self.ledger.lessons.append(begins)
        await special.get(number, self._ordinary)()

    async def _ordinary(self, who: Person | None = None) -> None:
        """Who is away, late or ill has a mark each; all the others are here."""
        desk = self.desk
        await keep_timetables(desk.door.application, desk.door.services)
        await desk.open(who)
        await self._learn_who_is_who(who)
        lesson = len(self.ledger.lessons) - 1
        for number in TAPPING if lesson < LOST_BEFORE else (*TAPPING, LOST_PHONE):
            await self._tap(number, PRESENT, who)
        for number, (_, lessons) in SPEAKING.items():
            if lesson in lessons:
                await self._check_in(number, lessons.index(lesson))
        if lesson in AWAY_IN:
            self.ledger.note(AWAY, EXCUSED, ill=True)
        if 5 <= lesson < 9:
            await self._excuse(ILL, "illness", who)
        await self._mark(TRUANT, ABSENT, who)
        for student in self.chance.sample([*self.ledger.students], 4):
            if (student, lesson) not in self.ledger.marks:
                await self._mark(student, self.chance.choice((LATE, ABSENT, LATE)), who)
        if lesson % 3 == 0 and (OFTEN_LATE, lesson) not in self.ledger.marks:
            await self._mark(OFTEN_LATE, LATE, who)
        if lesson % 5 == 2 and (WITHOUT_PHONE, lesson) not in self.ledger.marks:
            await self._excuse(WITHOUT_PHONE, "family", who)
        desk.travel(self.ledger.lessons[-1] + timedelta(minutes=20))
        if (TAPPING_LATE, lesson) not in self.ledger.marks:
            await self._tap(TAPPING_LATE, LATE, who)
        await self._everybody_else_is_here(who)
        await self._close(who)

    async def _tap(self, number: str, mark: str, who: Person | None) -> None:
        """A student presses "I'm here", and the teacher says that it is true."""
        desk, student = self.desk, self.accounts[number]
        await desk.say("/here", student)
        await desk.press("here:", student)
        teacher = who or desk.teacher
        question = next(one for one in reversed(teacher.inbox) if one.has("review:"))
        assert self.ledger.shown_name(number) in question.text
        yes = next(str(one.data) for one in question.buttons if str(one.data).endswith(":yes"))
        await desk.press(yes, teacher)
        self.ledger.note(number, mark)

    async def _check_in(self, number: str, time: int) -> None:
        """A student says something, and is known by it."""
        answer = await self.desk.speak(synthetic(SPEAKING[number][0], 4 + time), self.accounts[number])
        assert self.ledger.students[number].name in answer.text
        self.ledger.note(number, PRESENT)

    async def _announce(self, begins: datetime) -> None:
        """A student will be ill for a week, and the teacher excuses it."""
        desk, student = self.desk, self.accounts[AWAY]
        desk.travel(begins - timedelta(hours=14))
        await desk.say("/absent", student)
        await desk.press(f"absent-on:{desk.class_id}:typed", student)
        await desk.say(f"{begins:%d.%m}–{begins + timedelta(days=5):%d.%m}", student)
        await student.press("болезнь")
        await desk.door.handle()
        card = next(one for one in reversed(desk.teacher.inbox) if one.has("absence:"))
        assert self.ledger.students[AWAY].name in card.text
        await desk.press("absence:")

    async def _lose_the_phone(self, moment: datetime) -> None:
        """A student has another account: it joins by a new link, the teacher lets it in, and says that the two are one.
        The lost one's voice is gone; the marks are the new one's."""
        desk, number, name = self.desk, LOST_PHONE, self.ledger.students[LOST_PHONE].name
        desk.travel(moment)
        code = (await desk.tap(f"newlink:{desk.class_id}")).text.partition("start=")[2].split()[0]
        student, lost = self._account(number, 6000), desk.ids[number]
        await desk.say(f"/start {code}", student)
        await desk.press("consent:no", student)
        await desk.press("without:", student)
        await desk.say(name, student)
        await desk.press("joiner:")
        page = await desk.tap(f"student-merge:{desk.class_id}:{lost}:0")
        while not page.has(name):
            page = await desk.press("›")
        desk.ids[number] = int(str(page.button(name).data).split(":")[3])
        assert desk.ids[number] != lost
        await desk.press(name)
        await desk.press("student-into-yes:")
        with desk.door.services.database.session() as session:
            assert session.get(StoredVoiceprint, lost) is None
            assert session.get(Row, lost) is None

    async def _learn_who_is_who(self, who: Person | None) -> None:
        """The list of the lesson, page by page, once."""
        desk, names = self.desk, {self.ledger.shown_name(number): number for number in self.ledger.students}
        if desk.ids:
            return
        page = await desk.press("marks:", who)
        while True:
            for button in page.buttons:
                if button.data is not None and button.data.startswith("mark:"):
                    desk.ids[names[button.text.partition(" ")[2]]] = int(button.data.split(":")[2])
            if not any("›" in button.text for button in page.buttons):
                break
            page = await desk.press("›", who)
        assert desk.ids.keys() == self.ledger.students.keys()

    async def _mark(self, number: str, mark: str, who: Person | None = None, lesson_id: int = 0) -> None:
        card = await self.desk.tap(f"mark-set:{lesson_id or self.desk.lesson_id}:{self.desk.ids[number]}:{mark}", who)
        assert f"{WORDS['ru'][mark]}" in card.text.casefold(), card.text
        self.ledger.note(number, mark)

    async def _excuse(self, number: str, reason: str, who: Person | None = None) -> None:
        await self.desk.tap(f"mark-excuse:{self.desk.lesson_id}:{self.desk.ids[number]}:{reason}", who)
        self.ledger.note(number, EXCUSED, ill=reason == "illness")

    async def _everybody_else_is_here(self, who: Person | None = None) -> None:
        await self.desk.tap(f"rest-yes:{self.desk.lesson_id}:present", who)
        self.ledger.rest(PRESENT)

    async def _close(self, who: Person | None = None) -> None:
        self.desk.travel(self.ledger.lessons[-1] + timedelta(minutes=45))
        await self.desk.tap(f"close-now:{self.desk.lesson_id}", who)

    async def _substitute(self) -> None:
        """A colleague has the class for a week; then nothing of it reaches him any more."""
        desk = self.desk
        await desk.tap(f"class:{desk.class_id}")
        await desk.press("staff:")
        await desk.press("staff-invite:")
        link = await desk.press(f"staff-link:{desk.class_id}:week")
        token = link.text.partition("start=")[2].split()[0]
        await desk.say(f"/start {token}", self.colleague)
        await self._ordinary(self.colleague)
        desk.travel(self.ledger.lessons[-1] + timedelta(days=8))
        await desk.tap(f"marks:{desk.lesson_id}:0", self.colleague)
        assert "Жуков" not in self.colleague.inbox[-1].text
        assert not self.colleague.inbox[-1].has("mark:")

    async def _closed_by_mistake(self) -> None:
        """Nobody is marked yet when the lesson is closed; it is opened again, and the day is saved."""
        desk = self.desk
        await keep_timetables(desk.door.application, desk.door.services)
        await desk.open()
        desk.travel(self.ledger.lessons[-1] + timedelta(minutes=5))
        await desk.tap(f"close-now:{desk.lesson_id}")
        await desk.press("reopen:")
        await self._excuse(ILL, "illness")
        await self._mark(TRUANT, ABSENT)
        await self._everybody_else_is_here()
        await self._close()

    async def _wrong_mark(self) -> None:
        """One of two of the same name was taken for the other, for a week."""
        await self._ordinary()
        lesson_id, lesson = self.desk.lesson_id, len(self.ledger.lessons) - 1
        wrong, right = TWINS
        await self._mark(wrong, ABSENT)
        await self._mark(right, PRESENT)
        self.desk.travel(self.ledger.lessons[-1] + timedelta(days=1))
        await self._mark(wrong, PRESENT, lesson_id=lesson_id)
        await self._mark(right, ABSENT, lesson_id=lesson_id)
        before = self.ledger.marks[WITHOUT_PHONE, lesson]
        await self.desk.tap(f"mark:{lesson_id}:{self.desk.ids[WITHOUT_PHONE]}")
        await self.desk.press(f"mark-set:{lesson_id}:{self.desk.ids[WITHOUT_PHONE]}:late")
        await self.desk.press("mark-undo:")
        self.ledger.note(WITHOUT_PHONE, before)

    async def put_away_and_back(self) -> None:
        """The class goes to the archive, and comes back whole."""
        desk = self.desk
        desk.travel(self.ledger.lessons[-1] + timedelta(days=3))
        await desk.tap(f"class:{desk.class_id}")
        await desk.press("archive:")
        await desk.press("archive-yes:")
        desk.travel(self.ledger.lessons[-1] + timedelta(days=5))
        await desk.press("restore:")

    async def compare(self, language: str) -> None:
        """Every form with the ledger."""
        desk, ledger = self.desk, self.ledger
        self._compare_sheet(await desk.file("all", "xlsx"), language)
        self._compare_csv(await desk.file("all", "csv"), language)
        self._compare_register(await desk.file("all", "register"), language)
        users = {number: {"idnumber": number} for number in ledger.students}
        course = Course(users, ledger.lessons, RUSSIAN if language == "ru" else ENGLISH)
        assert course.upload(await desk.file("all", "moodle")) == ledger.for_moodle(language)
        assert course.problems == []
        told = json.loads(await desk.file("all", "json"))
        assert {one["number"]: [mark["status"] for mark in one["marks"]] for one in told["students"]} == {
            number: ledger.row(number) for number in ledger.students
        }

    def _compare_sheet(self, file: bytes, language: str) -> None:
        ledger, letters = self.ledger, LETTERS[language]
        rows = _rows(file)
        first, last = 4, 4 + len(ledger.lessons)
        assert rows[0][first:last] == ledger.lessons
        for row in rows[1 : STUDENTS + 1]:
            number = str(row[2])
            counts, attended, counted = ledger.totals(number)
            assert row[1:4] == [ledger.shown_name(number), number, "9Б"]
            assert row[first:last] == [letters[mark] for mark in ledger.row(number)], number
            assert row[last:] == [*counts, attended, counted, attended / counted, ledger.students[number].email], number
        for row, mark in zip(rows[STUDENTS + 1 : STUDENTS + 5], MARKS, strict=True):
            assert row[first:last] == [ledger.column(lesson).count(mark) for lesson in range(len(ledger.lessons))], mark
        assert sorted(str(row[2]) for row in rows[1 : STUDENTS + 1]) == sorted(ledger.students)

    def _compare_csv(self, file: bytes, language: str) -> None:
        ledger, words = self.ledger, WORDS[language]
        separator, decimal, day = (";", ",", "%d.%m.%Y %H:%M") if language == "ru" else (",", ".", "%Y-%m-%d %H:%M")
        heads, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=separator)
        assert heads[4 : 4 + len(ledger.lessons)] == [begins.strftime(day) for begins in ledger.lessons]
        assert len(rows) == STUDENTS
        for row in rows:
            number = row[1]
            counts, attended, counted = ledger.totals(number)
            share = f"{100 * attended / counted:.1f}".removesuffix(".0").replace(".", decimal) + "%"
            assert row[:4] == [ledger.shown_name(number), number, "9Б", ledger.students[number].email]
            assert row[4:-7] == [words[mark] for mark in ledger.row(number)], number
            assert row[-7:] == [*map(str, counts), str(attended), str(counted), share], number

    def _compare_register(self, file: bytes, language: str) -> None:
        ledger = self.ledger
        rows = _rows(file)
        assert rows[1][3 : 3 + len(ledger.lessons)] == ledger.lessons
        for row in rows[2 : STUDENTS + 2]:
            number = str(row[2])
            letters = ledger.in_register(number, language)
            counts, *_ = ledger.totals(number)
            ill = sum(student == number for student, _ in ledger.ill)
            assert row[1:] == [
                ledger.shown_name(number), number, *letters, counts[2] + counts[3], counts[2], ill, counts[1]
            ], number  # fmt: skip


def _rows(file: bytes) -> list[list[Any]]:
    """The first sheet's cells, with the values that stand beside the formulas."""
    return [
        list(row) for row in load_workbook(io.BytesIO(file), data_only=True).worksheets[0].iter_rows(values_only=True)
    ]
