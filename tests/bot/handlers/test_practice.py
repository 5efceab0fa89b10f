"""A teacher plays a student in one account: both sides of a class of one, which nobody else sees and which goes."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from bot.services import now
from bot.upkeep.practices import end_practices, erase_each
from rollcall.domain.attendance import Status
from rollcall.storage.classes import class_count
from rollcall.storage.people import find_person, has_consent
from rollcall.storage.tables import Attendance, Membership, Review, SchoolClass
from rollcall.texts import texts_in
from rollcall.usecases.practice import LASTS, practices_over
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door
from tests.bot.school import ANNA, BORIS, MARIA, PAVEL, STRANGER

T = texts_in("ru")
TITLE = T("practice-title")


async def practice_class(door: Door) -> SchoolClass | None:
    with door.services.database.session() as session:
        return session.scalars(select(SchoolClass).where(SchoolClass.practice_of.is_not(None))).one_or_none()


async def joined(door: Door, teacher: Person) -> int:
    """A teacher who has joined their practice class; its number."""
    await door.press(teacher, "practice")
    await door.press(teacher, "consent:yes")
    await door.ask(teacher, "Маринина Мария")
    made = await practice_class(door)
    assert made is not None
    return made.id


async def test_a_teacher_meets_what_students_meet_and_then_opens_the_lesson(
    door: Door, people: dict[int, Person]
) -> None:
    maria = people[MARIA]
    (asked,) = await door.press(maria, "practice")
    assert asked.startswith(T("practice-begin"))
    assert T("consent-text", days=180) in asked
    assert await door.press(maria, "consent:yes") == [T("name-ask")]
    assert await door.ask(maria, "Маринина Мария") == [T("joined", name="Маринина Мария", title=TITLE)]
    made = await practice_class(door)
    assert made is not None
    (board,) = await door.press(maria, f"open:{made.id}")
    assert TITLE in board
    assert any("here:" in str(call.values) for call in await shown(door, maria, "/here"))


async def shown(door: Door, person: Person, words: str) -> list[Call]:
    await person.say(words)
    return await door.handle()


async def test_the_teacher_answers_for_the_student_that_they_play(door: Door, people: dict[int, Person]) -> None:
    maria, number = people[MARIA], await joined(door, people[MARIA])
    await door.press(maria, f"open:{number}")
    (call,) = [one for one in await shown(door, maria, "/here") if "here:" in str(one.values)]
    (button,) = set(re.findall(r"here:\d+", str(call.values)))
    said = await door.press(maria, button)
    assert any(T("here-ask", name="Маринина Мария") in text for text in said)
    with door.services.database.session() as session:
        review = session.scalars(select(Review).order_by(Review.id.desc())).first()
    assert review is not None
    await door.press(maria, f"review:{review.id}:yes")
    with door.services.database.session() as session:
        mark = session.get(Attendance, (review.lesson_id, review.person_id))
    assert mark is not None
    assert mark.status is Status.PRESENT


async def test_its_card_has_no_button_that_would_be_refused(door: Door, people: dict[int, Person]) -> None:
    maria, number = people[MARIA], await joined(door, people[MARIA])
    before = len(door.telegram.calls)
    await door.press(maria, f"class:{number}")
    card = next(str(one.values["reply_markup"]) for one in door.telegram.calls[before:] if "reply_markup" in one.values)
    assert f"settings:{number}" in card
    for refused in ("archive:", "newlink:", "endlink:"):
        assert refused not in card


async def test_nobody_else_sees_the_class_or_gets_in(door: Door, people: dict[int, Person]) -> None:
    before = await door.services.database.run(class_count)
    number = await joined(door, people[MARIA])
    made = await practice_class(door)
    assert made is not None
    assert await door.services.database.run(class_count) == before
    for words in ("/classes", "/open", "/report"):
        assert TITLE not in "".join(await door.ask(people[MARIA], words))
    for other in (PAVEL, ANNA, STRANGER):
        assert "".join(await door.press(people[other], f"open:{number}")) in (T("class-not-yours"), T("not-a-teacher"))
    await door.ask(people[STRANGER], f"/start join-{made.join_code}")
    await door.press(people[STRANGER], "consent:yes")
    assert await door.ask(people[STRANGER], "Чужой Пётр") == [T("join-unknown")]


async def test_asked_for_again_it_is_the_same_class(door: Door, people: dict[int, Person]) -> None:
    number = await joined(door, people[MARIA])
    assert await door.press(people[MARIA], "practice") == [T("practice-again")]
    made = await practice_class(door)
    assert made is not None
    assert made.id == number


async def test_a_day_later_nothing_is_left_of_it_and_the_voice_goes_too(door: Door, people: dict[int, Person]) -> None:
    number = await joined(door, people[MARIA])
    await door.press(people[MARIA], f"open:{number}")
    run = door.services.database.run
    assert await run(practices_over, now() + LASTS - timedelta(minutes=5)) == []
    assert await practice_class(door) is not None
    await erase_each(door.services, await run(practices_over, now() + LASTS + timedelta(minutes=5)))
    assert await practice_class(door) is None
    assert not await run(has_consent, MARIA)
    with door.services.database.session() as session:
        assert list(session.scalars(select(Membership).where(Membership.class_id == number))) == []
    await end_practices(door.application, door.services)


async def test_who_attends_a_colleagues_class_keeps_their_voice(door: Door, people: dict[int, Person]) -> None:
    boris = people[BORIS]
    with door.services.database.session() as session:
        person = find_person(session, BORIS)
        assert person is not None
        person.is_teacher = True
    await door.press(boris, "practice")
    await door.press(boris, "consent:yes")
    made = await practice_class(door)
    assert made is not None
    assert await door.press(boris, "practice-end") == [T("practice-ended")]
    assert await practice_class(door) is None
    assert await door.services.database.run(has_consent, BORIS)
    assert await door.press(boris, "practice-end") == [T("practice-none")]
