"""A teacher sends a list: it is shown, taken at a press by whichever bot, and compared with the class once more."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import Workbook
from sqlalchemy import select

from rollcall.storage.classes import members_of
from rollcall.storage.tables import SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door, open_door, said

T = texts_in("ru")


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(kept)
    return kept.getvalue()


async def students(door: Door, class_id: int = 1) -> list[str]:
    with door.services.database.session() as session:
        return [one.name for one in members_of(session, class_id)]


async def sent(door: Door, teacher: Person, data: bytes, name: str, kind: str = "") -> str:
    await teacher.document(data, name, kind)
    (text,) = said(await door.handle())
    return text


async def test_a_workbook_becomes_the_class_and_a_newer_one_is_compared_with_it(
    tmp_path: Path, valkey_url: str
) -> None:
    url = f"sqlite:///{tmp_path / 'rosters.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher, student = (Person(door.telegram, f"P{number}", id=number) for number in (1, 2))
        await door.ask(teacher, "/newclass Физика")
        await door.ask(teacher, "/newclass Химия")
        with door.services.database.session() as session:
            code = session.scalar(select(SchoolClass.join_code).where(SchoolClass.id == 1))
        await door.ask(student, f"/start join-{code}")
        await door.press(student, "consent:yes")
        await door.ask(student, "Лебедев Павел")

        data = workbook(("ФИО", "id", "Группа"), ("Котова Дарья", 1, "А"), ("Ким Вера", 2, "А"), ("Ким Вера", 3, "Б"))
        text = await sent(door, teacher, data, "9Б.XLSX", "application/octet-stream")
        assert T("roster-count", number=3) in text
        assert T("roster-odd-same_name", name="Ким Вера (3, Б)") in text
        assert T("roster-which") in text
        assert [one.text for one in teacher.inbox[-1].buttons] == ["Физика", "Химия", T("roster-button-leave")]
        preview = str(teacher.inbox[-1].buttons[0].data)
        await teacher.press("Физика")
        await door.handle()
        assert "новых — 3, уже в классе — 0, в классе, но не в списке — 1" in teacher.inbox[-1].text
        assert await door.press(student, preview.replace("show", "take")) == [T("not-a-teacher")]
        await teacher.press(T("roster-button-take"))
        await door.handle()
        assert T("roster-gone", number=1, names="Лебедев Павел") in teacher.inbox[-1].text
        assert await students(door) == ["Лебедев Павел", "Котова Дарья", "Ким Вера (А)", "Ким Вера (Б)"]

        await teacher.press(T("roster-button-remove", number=1))
        told = said(await door.handle())
        assert await students(door) == ["Котова Дарья", "Ким Вера (А)", "Ким Вера (Б)"]
        assert T("staff-told-unlisted", title="Физика") in told

        assert T("roster-count", number=3) in (await door.ask(teacher, "Котова Дарья\nКим Вера\nЛебедев Пётр"))[0]
        await teacher.press(T("roster-button-leave"))
        await door.handle()
        assert teacher.inbox[-1].text == T("roster-not-taken")
        assert len(await students(door)) == 3


async def test_a_students_spreadsheet_is_a_document_and_no_list(tmp_path: Path, valkey_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'rosters.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        stranger = Person(door.telegram, "P2", id=2)
        for kind in ("application/octet-stream", "text/csv", ""):
            assert (await sent(door, stranger, b"a;b", "a.csv", kind)).startswith(T("seen-document"))


async def test_a_joiner_is_their_line_of_the_list_or_waits_for_a_teacher(tmp_path: Path, valkey_url: str) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'rosters.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher, vera, dan, pavel, gleb = (Person(door.telegram, f"P{number}", id=number) for number in range(1, 6))
        await door.ask(teacher, "/newclass Физика")
        await sent(door, teacher, "ФИО;id\nКотов Дан;701\nКим Вера;702\nЛебедев Павел;703".encode(), "9.csv")
        await teacher.press(T("roster-button-take"))
        await door.handle()
        with door.services.database.session() as session:
            code = session.scalar(select(SchoolClass.join_code))
        for one in (vera, dan, pavel, gleb):
            await door.ask(one, f"/start join-{code}")
            question = "line-ask-name" if one is gleb else "line-ask"
            assert await door.press(one, "consent:yes") == [T(question, title="Физика")]
            assert len(one.inbox[-1].buttons) == 3 - (vera, dan, pavel, gleb).index(one)
            if one is vera:
                assert "Ким Вера" in (await door.ask(vera, "702"))[0]
            elif one is dan:
                assert "Котов Дан" in (await door.ask(dan, "дан котов"))[0]
            elif one is pavel:
                await pavel.press("Лебедев Павел")
                assert "Лебедев Павел" in said(await door.handle())[0]
        assert await door.press(gleb, "line:2") == [T("line-ask-name", title="Физика")]
        asked = await door.ask(gleb, "Орлов Глеб")
        assert T("join-waits", name="Орлов Глеб", title="Физика") in asked
        assert T("joiner-card", name="Орлов Глеб", title="Физика") in asked
        assert len(await students(door)) == 3
        await teacher.press(T("joiner-new"))
        assert T("joiner-accepted", name="Орлов Глеб", title="Физика") in said(await door.handle())
        with door.services.database.session() as session:
            found = {one.name: one.person.telegram_id for one in members_of(session, 1)}
        assert found == {"Котов Дан": 3, "Ким Вера": 2, "Лебедев Павел": 4, "Орлов Глеб": 5}
