"""What is no full name is asked for again; look-alike names are no barrier; who is marked hears so first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.outbox.answers import answer
from bot.outbox.namesake_notices import tell_of_namesakes
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.queue.job import Result
from rollcall.storage import lessons
from rollcall.storage.attempts import IncomingNote, register
from rollcall.storage.classes import students_of
from rollcall.storage.people import find_person
from rollcall.storage.tables import Lesson, SchoolClass
from rollcall.texts import texts_in
from rollcall.usecases.settlement import apply_result
from sandbox.message import Message, Sent
from sandbox.person import Person
from tests.bot.door import open_door, said

T = texts_in("ru")


async def test_from_the_link_to_the_mark(tmp_path: Path, valkey_url: str) -> None:
    database = f"sqlite:///{tmp_path / 'names.sqlite3'}"
    async with open_door(tmp_path, database, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher, anna, ann, bo = (Person(door.telegram, f"P{number}", id=number) for number in (1, 2, 3, 4))
        await door.ask(teacher, "/newclass Физика")
        with door.services.database.session() as session:
            code = session.scalar(select(SchoolClass.join_code))
        for student in (anna, ann, bo):
            await door.ask(student, f"/start join-{code}")
            await door.press(student, "consent:yes")
        assert await door.ask(anna, "Здравствуйте!") == [T("name-fault-greeting")]
        assert await door.ask(anna, "Аня 😀") == [T("name-fault-signs")]
        joined = (await door.ask(anna, "Анна Белова"))[0]
        assert "Анна Белова" in joined
        assert T("namesake") not in joined
        (twin,) = await door.ask(ann, "анна белова")
        assert "анна белова" in twin
        assert T("namesake") in twin
        assert await door.ask(bo, "Мадонна") == [T("name-fault-one_word")]
        assert "Мадонна" in (await door.ask(bo, "мадонна"))[0].title()

        await door.ask(teacher, "/newclass Химия")
        with door.services.database.session() as session:
            second = session.scalar(select(SchoolClass.join_code).where(SchoolClass.title == "Химия"))
        assert "биометрические" not in (await door.ask(anna, f"/start join-{second}"))[0]
        assert anna.inbox[-1].button("consent:yes").text == "Войти как Анна Белова"
        assert await door.press(anna, "consent:no") == [T("join-not-now")]
        await door.ask(anna, f"/start join-{second}")
        assert "Химия" in (await door.press(anna, "consent:yes"))[0]
        await door.press(teacher, "open:1")
        with door.services.database.session() as session:
            lesson = session.scalars(select(Lesson)).one()
            person = find_person(session, anna.id)
            assert person
            at = lesson.opened_at + timedelta(seconds=1)
            lessons.mark(session, lesson, person.id, at, 0.97, None)
            note = IncomingNote(anna.id, 1, "f", "u", 9000, at, None)
            attempt = register(
                session, note, person, Purpose.CHECK_IN, class_id=1, lesson=lesson, enrolment=None, received_at=at
            )
        unsure = Result(job_id=attempt.id, verdict=Verdict.UNSURE, reason=Reason.UNSURE)
        with door.services.database.session() as session:
            apply_result(session, door.services.keyring, unsure, at)
        await answer(door.application, door.services, attempt.id)
        said = anna.inbox[-1].text
        assert said.startswith("Вы уже отмечены: присутствует")
        assert T("reason-unsure") in said


async def test_look_alike_names_are_told_to_both_sides_and_keep_nobody_out(tmp_path: Path, valkey_url: str) -> None:
    database = f"sqlite:///{tmp_path / 'alike.sqlite3'}"
    async with open_door(tmp_path, database, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher, anna, copy, bo, twin = (Person(door.telegram, f"P{n}", id=n, language_code="ru") for n in range(1, 6))
        await door.ask(teacher, "/newclass Физика")
        with door.services.database.session() as session:
            code = session.scalar(select(SchoolClass.join_code))

        async def join(who: Person, name: str) -> Sent:
            await door.ask(who, f"/start join-{code}")
            await door.press(who, "consent:yes")
            sent = await who.say(name)
            await door.handle()
            return sent

        async def told() -> list[Message]:
            before = len(teacher.inbox)
            await tell_of_namesakes(door.application, door.services)
            return teacher.inbox[before:]

        await join(anna, "Anna Belova")
        await join(bo, "Bo Ray")
        assert T("namesake") not in anna.inbox[-1].text + bo.inbox[-1].text
        assert await told() == []
        await join(copy, "\u0410nn\u0430 Bel\u043ev\u0430")  # А, а and о are Cyrillic
        asked = copy.inbox[-1]
        assert asked.text.startswith("\u0410nn\u0430 Bel\u043ev\u0430, вы в классе Физика")
        assert T("namesake") in asked.text
        assert asked.button("enroll")
        (card,) = await told()
        assert "\u0410nn\u0430 Bel\u043ev\u0430 (2)" in card.text
        assert "Anna Belova в этом же классе" in card.text
        assert T("namesake-letters") in card.text
        assert await told() == [], "once"

        # Another account of one's own: the teachers hear so, and which can be removed.
        assert await door.press(copy, "namesake:same:1") == [T("namesake-same")]
        (card,) = await told()
        assert T("namesake-said-same") in card.text
        assert [button.data for button in card.buttons] == ["alike:1:4:keep", "alike:1:4:out", "alike:1:2:out"]
        assert await door.press(copy, "namesake:same:1") == [T("namesake-same")]
        assert await told() == [], "the same answer is no news"
        assert await door.press(bo, "namesake:same:1") == [T("question-gone")]

        # Namesakes need one tap, or none.
        name = await join(twin, "Ray Bo")
        assert T("namesake") in twin.inbox[-1].text
        assert (await door.press(twin, "namesake:other:1"))[0].startswith(T("namesake-other"))
        (card,) = await told()
        assert T("namesake-said-other") in card.text
        assert T("namesake-letters") not in card.text
        assert [button.data for button in card.buttons] == ["alike:1:5:keep", "alike:1:5:out"]
        assert await door.press(teacher, "alike:1:5:keep") == [T("namesake-kept")]

        # A corrected name is looked at as well.
        await twin.edit(name, "Ray Bo Junior")
        assert T("namesake") not in (said(await door.handle()))[0]
        assert await door.press(twin, "namesake:same:1") == [T("question-gone")]
        await twin.edit(name, "Anna BeIova")
        assert T("namesake") in (said(await door.handle()))[0]
        (card,) = await told()
        assert "Anna BeIova (3)" in card.text

        # The teacher takes one out by a tap, and back in by another; nobody else can be moved that way.
        assert "больше не в классе" in (await door.press(teacher, "alike:1:4:out"))[0]
        assert copy.inbox[-1].text == T("staff-told-out", title="Физика")
        assert await door.press(teacher, "alike:1:4:out") == [T("question-gone")]
        assert "снова в классе" in (await door.press(teacher, "alike:1:4:back"))[0]
        for other in ("alike:1:4:back", "alike:1:3:back", "alike:1:1:back", "alike:1:1:out", "alike:1:999:out"):
            assert await door.press(teacher, other) == [T("question-gone")], other
        with door.services.database.session() as session:
            assert len(students_of(session, 1)) == 4

        # Taken out, and in again by the link: that is news.
        await door.press(teacher, "alike:1:4:out")
        await join(copy, "\u0410nna Belova")
        (card,) = await told()
        assert "(3)" in card.text
