"""Three hundred students and two hundred lessons: whatever a teacher or a student opens stays within Telegram's limits,
and asks the database no more often than for a small class. How long it takes is printed, for whoever looks; the
board of so many is tested in `tests/bot/outbox/test_boards.py`.
"""

from __future__ import annotations

import json
import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.services import now
from rollcall.domain.attendance import Status
from rollcall.report.exports import Form
from rollcall.report.model import Period
from rollcall.report.text import units
from rollcall.storage.tables import STUDENT, Attendance, Lesson, Membership
from rollcall.storage.tables import Person as Row
from sandbox.telegram import Call
from tests.bot.door import Door, open_door
from tests.bot.school import ANNA, CLASS_ID, LESSON_ID, MARIA, found, people_on
from tests.bot.test_statements import counting

STUDENTS, LESSONS = 300, 200
MOST_STATEMENTS = 60
"""For one press: a small class takes about as many."""
MESSAGE, CAPTION, LABELS, DATA = 4096, 1024, 100, 64
FIRST, LAST = 1000, 1000 + STUDENTS - 2
MENUS = [
    "classes:0", f"class:{CLASS_ID}", f"students:{CLASS_ID}:0", f"students:{CLASS_ID}:14", f"student:{CLASS_ID}:{LAST}",
    f"student-merge:{CLASS_ID}:{LAST}:0", f"student-merge:{CLASS_ID}:{LAST}:14", f"student-move:{CLASS_ID}:{LAST}:0",
    f"lessons:{CLASS_ID}:0", f"lessons:{CLASS_ID}:9", "lesson:1000", f"lesson:{LESSON_ID}", f"marks:{LESSON_ID}:0",
    f"marks:{LESSON_ID}:14", f"mark:{LESSON_ID}:{LAST}", "marks:1000:7", f"rest:{LESSON_ID}:present",
    f"sheet:{CLASS_ID}:{LAST}", f"sheet:{CLASS_ID}:{LAST}:9", f"close:{LESSON_ID}", f"voices:{CLASS_ID}",
]  # fmt: skip
"""What a teacher opens: first pages, middle ones and the last."""
FILES = [
    f"sheet-file:{CLASS_ID}:{LAST}", f"report:{CLASS_ID}:{Period.MONTH}", f"report:{CLASS_ID}:{Period.ALL}",
    "report-lesson:1000", *(f"export-as:{CLASS_ID}:all:{form}" for form in Form),
]  # fmt: skip
"""What comes with a document."""
CHANGES = [f"rest-yes:{LESSON_ID}:present", f"close-now:{LESSON_ID}", f"reopen:{LESSON_ID}"]
"""What writes a mark for each student, and so asks the database for each."""


def fill(session: Session) -> None:
    """The class of the school grows, and looks back on a long year; the lesson that is on stays open."""
    chance, begun = random.Random(5), now() - timedelta(days=300)
    names = [f"{chance.choice(('Ё', 'Я', 'Ж'))}{'щ' * 60}{number:03} {'Ы' * 60}" for number in range(STUDENTS - 1)]
    session.execute(
        insert(Row),
        [
            {"id": FIRST + number, "telegram_id": 10**6 + number, "full_name": name, "created_at": begun}
            for number, name in enumerate(names)
        ],
    )
    students = [*range(FIRST, LAST + 1), session.scalars(select(Row.id).where(Row.telegram_id == ANNA)).one()]
    session.execute(
        insert(Membership),
        [
            {
                "class_id": CLASS_ID,
                "person_id": one,
                "role": STUDENT,
                "joined_at": begun,
                "listed_at": begun,
                "student_number": f"{one:05}",
            }
            for one in students[:-1]
        ],
    )
    anna = session.get_one(Membership, (CLASS_ID, students[-1]))
    anna.joined_at, anna.student_number = begun, "00001"
    teacher = session.scalars(select(Row.id).where(Row.telegram_id == MARIA)).one()
    rows = []
    for number in range(LESSONS - 1):
        at = begun + timedelta(days=number + number // 2)
        rows.append(
            {
                "id": 1000 + number, "class_id": CLASS_ID, "opened_by": teacher, "opened_at": at, "title": "Тема " * 12,
                "late_at": at + timedelta(minutes=10), "closes_at": at + timedelta(hours=1),
                "closed_at": at + timedelta(hours=1),
            }
        )  # fmt: skip
    session.execute(insert(Lesson), rows)
    marks: list[dict[str, Any]] = [
        {"lesson_id": lesson["id"], "person_id": one, "status": chance.choice([*Status]), "at": None}
        for lesson in rows
        for one in students
    ]
    session.execute(insert(Attendance), marks)


def within_limits(calls: list[Call]) -> None:
    """What the bot asked of Telegram; the local one refuses some of this as well, and then the answer is another."""
    for call in calls:
        values = call.values
        assert units(str(values.get("text") or "")) <= MESSAGE
        assert units(str(values.get("caption") or "")) <= CAPTION
        markup = values.get("reply_markup") or {}
        rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        assert len(buttons) <= LABELS
        assert all(len(str(button.get("callback_data", "")).encode()) <= DATA for button in buttons)


@pytest.mark.filterwarnings("ignore:Tasks created via")  # this application only handles what it is given
async def test_a_class_of_300_students_and_200_lessons_fits_every_menu_report_and_file(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr("bot.gate.spend", lambda *_: None)
    url = f"sqlite:///{tmp_path / 'large.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset(), speaker_model="dummy") as door:
        await found(door.services.database)
        with door.services.database.session() as session:
            fill(session)
        people = people_on(door.telegram)
        told = []
        for data in (*MENUS, *FILES):
            seconds, statements = await tried(door, people[MARIA], data)
            told.append(f"{data}: {seconds:.2f} s, {statements} statements")
            assert statements <= MOST_STATEMENTS, told[-1]
        for data in CHANGES:
            seconds, _ = await tried(door, people[MARIA], data)
            told.append(f"{data}: {seconds:.2f} s")
        for data in ("me", "appeals:0", "appeals:9"):
            seconds, statements = await tried(door, people[ANNA], data)
            told.append(f"{data}, a student: {seconds:.2f} s, {statements} statements")
            assert statements <= MOST_STATEMENTS, told[-1]
    print("\n".join(told))


async def tried(door: Door, person: Any, data: str) -> tuple[float, int]:
    """Press it; how long the answer took, and how many statements."""
    door.forge(person, data)
    with counting(door.services.database) as counted:
        begun = time.perf_counter()
        calls = await door.handle()
        seconds = time.perf_counter() - begun
    within_limits(calls)
    shown = [call.method.lower() for call in calls]
    assert any(one.startswith(("send", "edit")) for one in shown), f"{data}: nothing was shown"
    assert data not in FILES or "senddocument" in shown, f"{data}: the chat did not take the file"
    return seconds, sum(statement != "-- begin" for statement in counted.statements)
