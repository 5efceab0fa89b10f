"""/leave and /class: one class of several."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from rollcall.storage.classes import members_of
from rollcall.storage.tables import SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door, open_door

T = texts_in("ru")


async def students(door: Door, class_id: int) -> list[str]:
    with door.services.database.session() as session:
        return [one.name for one in members_of(session, class_id)]


async def test_a_student_leaves_one_class_of_two_and_can_come_back(tmp_path: Path, valkey_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'leaving.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher, student = (Person(door.telegram, f"P{number}", id=number) for number in (1, 2))
        for title in ("Физика", "Химия"):
            await door.ask(teacher, f"/newclass {title}")
        with door.services.database.session() as session:
            codes = session.scalars(select(SchoolClass.join_code).order_by(SchoolClass.id)).all()
        for code in codes:
            await door.ask(student, f"/start join-{code}")
            await door.press(student, "consent:yes")
            if code == codes[0]:
                await door.ask(student, "Лебедев Павел")

        assert T("quit-which") in await door.ask(student, "/leave")
        assert [one.text for one in student.inbox[-1].buttons] == ["Физика", "Химия"]
        assert T("quit-ask", title="Физика") in await door.press(student, "quit:1")
        assert await students(door, 1) == ["Лебедев Павел"], "asked only"
        await door.press(student, "quit-yes:1")
        assert (await students(door, 1), await students(door, 2)) == ([], ["Лебедев Павел"])
        assert T("quit-ask", title="Химия") in await door.ask(student, "/leave"), "one class needs no choice"
        await door.press(student, "quit-no")
        assert await students(door, 2) == ["Лебедев Павел"]

        await door.ask(student, f"/start join-{codes[0]}")
        await door.press(student, "consent:yes")
        assert await students(door, 1) == ["Лебедев Павел"], "back by the link"


async def test_the_card_of_the_class_used_last_opens_by_a_command(tmp_path: Path, valkey_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'card.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher = Person(door.telegram, "P", id=1)
        assert T("classes-none") in await door.ask(teacher, "/class")
        await door.ask(teacher, "/newclass Физика")
        await door.ask(teacher, "/newclass Химия")
        await door.press(teacher, "class:1")
        (card,) = await door.ask(teacher, "/class")
        assert "Физика" in card
        assert any(str(one.data).startswith("students:1") for one in teacher.inbox[-1].buttons)
