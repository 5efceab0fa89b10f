"""What is no full name is asked for again; namesakes hear of each other; who is marked hears so first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.answers import answer
from rollcall.job import Result
from rollcall.settlement import apply_result
from rollcall.storage import lessons
from rollcall.storage.attempts import IncomingNote, register
from rollcall.storage.people import find_person
from rollcall.storage.tables import Lesson, SchoolClass
from rollcall.texts import texts_in
from rollcall.verdict import Purpose, Reason, Verdict
from sandbox.person import Person
from tests.bot.door import open_door

T = texts_in("ru")


async def test_from_the_link_to_the_mark(tmp_path: Path, valkey_url: str) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'names.sqlite3'}"
    async with open_door(tmp_path, database, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher, anna, ann, bo = (Person(door.telegram, f"P{number}", id=number) for number in (1, 2, 3, 4))
        await door.ask(teacher, "/newclass Физика")
        async with door.services.database.session() as session:
            code = await session.scalar(select(SchoolClass.join_code))
        for student in (anna, ann, bo):
            await door.ask(student, f"/start join-{code}")
            await door.press(student, "consent:yes")
        assert await door.ask(anna, "Здравствуйте!") == [T("name-fault-greeting")]
        assert await door.ask(anna, "Аня 😀") == [T("name-fault-signs")]
        joined = (await door.ask(anna, "Анна Белова"))[0]
        assert "Анна Белова" in joined
        assert T("namesake") not in joined
        assert T("namesake") in (await door.ask(ann, "анна белова"))[0]
        assert await door.ask(bo, "Мадонна") == [T("name-fault-one_word")]
        assert "Мадонна" in (await door.ask(bo, "мадонна"))[0].title()

        await door.ask(teacher, "/newclass Химия")
        async with door.services.database.session() as session:
            second = await session.scalar(select(SchoolClass.join_code).where(SchoolClass.title == "Химия"))
        assert "биометрические" not in (await door.ask(anna, f"/start join-{second}"))[0]
        assert anna.inbox[-1].button("consent:yes").text == "Войти как Анна Белова"
        assert await door.press(anna, "consent:no") == [T("join-not-now")]
        await door.ask(anna, f"/start join-{second}")
        assert "Химия" in (await door.press(anna, "consent:yes"))[0]
        await door.press(teacher, "open:1")
        async with door.services.database.session() as session:
            lesson = (await session.scalars(select(Lesson))).one()
            person = await find_person(session, anna.id)
            assert person
            at = lesson.opened_at + timedelta(seconds=1)
            await lessons.mark(session, lesson, person.id, at, 0.97, None)
            note = IncomingNote(anna.id, 1, "f", "u", 9000, at, None)
            attempt = await register(
                session, note, person, Purpose.CHECK_IN, class_id=1, lesson=lesson, enrolment=None, received_at=at
            )
        unsure = Result(job_id=attempt.id, verdict=Verdict.UNSURE, reason=Reason.UNSURE)
        async with door.services.database.session() as session:
            await apply_result(session, door.services.keyring, unsure, at)
        await answer(door.application, door.services, attempt.id)
        said = anna.inbox[-1].text
        assert said.startswith("Вы уже отмечены: присутствует")
        assert T("reason-unsure") in said
