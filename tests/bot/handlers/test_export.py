"""The menu below a report, and the files that it gives."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import select

from rollcall.report.exports import Form
from rollcall.storage.tables import Membership
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.bot.school import ADMIN, CLASS_ID, MARIA, found, people_on

T = texts_in("ru")


@pytest_asyncio.fixture
async def door(tmp_path: Path, valkey_url: str) -> AsyncIterator[Door]:
    url = f"sqlite:///{tmp_path / 'school.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        yield door


@pytest.fixture
def maria(door: Door) -> Person:
    return people_on(door.telegram)[MARIA]


def last_file(door: Door) -> tuple[str, bytes]:
    """The name and the content of the document that was sent last."""
    document = [one["document"] for one in door.telegram.messages.values() if "document" in one][-1]
    return document["file_name"], door.telegram.files.get(document["file_id"]).data


async def test_the_menu_takes_the_place_of_the_report_s_buttons_and_gives_it_back(door: Door, maria: Person) -> None:
    await maria.say("/report")
    await door.handle()
    number, document = [(number, one) for number, one in door.telegram.messages.items() if "document" in one][-1]
    before = document["reply_markup"]
    await press(door, maria, number, f"export:{CLASS_ID}:lesson")
    labels = [button["text"] for row in markup(door, number) for button in row]
    assert labels[:7] == [
        T("button-correct"),
        "Excel",
        "Страница журнала",
        "CSV",
        "Moodle на русском",
        "Moodle на английском",
        "JSON",
    ]
    assert "• Последний урок" in labels
    await press(door, maria, number, f"export:{CLASS_ID}:week")
    assert "• Неделя" in [button["text"] for row in markup(door, number) for button in row]
    await press(door, maria, number, f"export-back:{CLASS_ID}:lesson")
    assert door.telegram.messages[number]["reply_markup"] == before


async def press(door: Door, person: Person, number: object, data: str) -> None:
    """Press a button of a message that is there."""
    door.telegram.ask(person.id, dict(door.telegram.messages[number]), data)  # type: ignore[index]
    await door.handle()


def markup(door: Door, number: object) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = door.telegram.messages[number]["reply_markup"]["inline_keyboard"]  # type: ignore[index]
    return rows


@pytest.mark.parametrize("period", ["lesson", "today", "week", "month", "all"])
async def test_every_form_comes_with_the_class_and_the_day_in_its_name(door: Door, maria: Person, period: str) -> None:
    names = {}
    for form in (Form.XLSX, Form.REGISTER, Form.CSV, Form.JSON):
        await door.press(maria, f"export-as:{CLASS_ID}:{period}:{form}")
        name, content = last_file(door)
        names[form] = name.rpartition("-")[2] if form is Form.REGISTER else name.rpartition(".")[2]
        assert name.startswith("Физика-20")
        if form in (Form.XLSX, Form.REGISTER):
            assert "Анна Ан" in [cell.value for cell in load_workbook(io.BytesIO(content)).worksheets[0]["B"]]
        elif form is Form.JSON:
            assert json.loads(content)["students"][0]["name"] == "Анна Ан"
        else:
            assert "Анна Ан" in content.decode("utf-8-sig")
    assert list(names.values()) == ["xlsx", "журнал.xlsx", "csv", "json"]


async def test_moodle_gets_a_file_once_the_class_s_list_has_ids(door: Door, maria: Person) -> None:
    assert await door.press(maria, f"export-as:{CLASS_ID}:all:moodle") == [T("export-moodle-none")]
    with door.services.database.session() as session:
        (student,) = session.scalars(
            select(Membership).where(Membership.class_id == CLASS_ID, Membership.role == "student")
        )
        student.student_number = "A-17"
    assert await door.press(maria, f"export-as:{CLASS_ID}:all:moodle") == [T("export-moodle", identifier="idnumber")]
    name, content = last_file(door)
    assert name.endswith("-moodle.csv")
    heads, row = content.decode().splitlines()
    assert heads == "sessiondate,idnumber,status"
    assert row.endswith(",A-17,Н")
    await door.press(maria, f"export-as:{CLASS_ID}:all:moodle-en")
    assert last_file(door)[1].decode().splitlines()[1].endswith(",A-17,A")
