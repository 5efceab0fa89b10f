"""A class's settings at the bot's own door: chosen, typed, and what they change."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.tables import Lesson, SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door
from tests.bot.school import CLASS_ID, MARIA, PAVEL

T = texts_in("ru")


async def class_now(door: Door) -> SchoolClass:
    with door.services.database.session() as session:
        return session.get_one(SchoolClass, CLASS_ID)


async def test_a_lesson_is_as_long_and_late_as_its_class_is_set(door: Door, people: dict[int, Person]) -> None:
    with door.services.database.session() as session:
        session.execute(delete(Lesson))
    await door.press(people[MARIA], f"set:{CLASS_ID}:length:45")
    (shown,) = await door.press(people[MARIA], f"set:{CLASS_ID}:late:0")
    assert "45 минут" in shown
    assert T("settings-late-at-once") in shown
    await door.ask(people[MARIA], "/open")
    with door.services.database.session() as session:
        lesson = session.scalars(select(Lesson)).one()
        assert lesson.closes_at - lesson.opened_at == timedelta(minutes=45)
        assert lesson.late_at == lesson.opened_at


async def test_a_zone_may_be_typed_and_the_answer_mended(door: Door, people: dict[int, Person]) -> None:
    await door.press(people[MARIA], f"set:{CLASS_ID}:zone:other")
    assert await door.ask(people[MARIA], "там, где тепло") == [T("zone-unknown")]
    sent = await people[MARIA].say("Омск")
    await door.handle()
    assert (await class_now(door)).timezone == "Asia/Omsk"
    await people[MARIA].edit(sent, "Томск")
    await door.handle()
    assert (await class_now(door)).timezone == "Asia/Tomsk"


async def test_what_is_no_value_changes_nothing_and_what_changes_is_on_record(
    door: Door, people: dict[int, Person]
) -> None:
    for data in ("zone:Moon/Sea", "late:601", "late:x", "length:0", "words:pirate", "language:fr"):
        assert await door.press(people[MARIA], f"set:{CLASS_ID}:{data}") == [T("question-gone")], data
    assert await door.press(people[PAVEL], f"set:{CLASS_ID}:late:5") == [T("class-not-yours")]
    await door.press(people[MARIA], f"set:{CLASS_ID}:zone:Europe/Berlin")
    with door.services.database.session() as session:
        set_so = session.scalars(select(AuditRecord.details).where(AuditRecord.action == "class.set"))
        assert list(set_so) == ['{"setting":"zone","value":"Europe/Berlin"}']


async def test_a_board_in_the_classs_group_speaks_the_classs_language(door: Door, people: dict[int, Person]) -> None:
    await door.press(people[MARIA], f"set:{CLASS_ID}:language:en")
    group = int(door.telegram.add_group("9Б", {MARIA: "member"})["id"])
    (board,) = await door.ask(people[MARIA], "/open", group)
    assert "is open for check-in" in board
    (board,) = await door.ask(people[MARIA], "/open")
    assert "открыт" in board


async def test_what_a_class_calls_its_people_is_said_of_it_and_of_no_other(
    door: Door, people: dict[int, Person]
) -> None:
    (shown,) = await door.press(people[MARIA], f"set:{CLASS_ID}:words:university")
    assert "Длительность пары" in shown
    assert "пара открыта" in (await door.ask(people[MARIA], "/open"))[0]
    assert "1 студент" in (await door.press(people[MARIA], f"class:{CLASS_ID}"))[0]
    assert "урок открыт" in (await door.ask(people[PAVEL], "/open"))[0]
    (closed,) = await door.press(people[MARIA], "close-now:1")
    assert "пара закрыта" in closed
