"""An admin says who teaches any class, and is shown no student and no mark of it until appointed."""

from __future__ import annotations

import pytest

from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door
from tests.bot.handlers.test_staff import joins, number_of, on_record, told, tries
from tests.bot.school import ADMIN, ANNA, CLASS_ID, IGOR, MARIA, OLGA, PAVEL

T = texts_in("ru")


@pytest.fixture
def admins() -> frozenset[int]:
    return frozenset({ADMIN})


async def test_an_admin_sees_every_class_with_its_teachers_and_no_student(
    door: Door, people: dict[int, Person]
) -> None:
    admin = people[ADMIN]
    (listed,) = await door.press(admin, "all-classes:0")
    assert all(title in listed for title in ("Физика — Мария Ма", "Химия — Павел Па", "Право — Ада Ад", "Труд"))
    (card,) = await door.press(admin, f"any-class:{CLASS_ID}")
    assert "1 ученик, 1 урок" in card
    assert "Мария Ма" in card
    assert "Анна" not in listed + card
    assert not any((await tries(door, admin)).values())
    assert await door.press(admin, "any-class:999") == [T("class-not-there")]


async def test_an_admin_finds_a_class_by_its_title_or_a_teachers_name(door: Door, people: dict[int, Person]) -> None:
    for words in ("физ", "ФИЗИКА", "мария", "физ ма"):
        (text,) = await door.ask(people[ADMIN], f"/classes {words}")
        assert "Физика" in text, words
        assert "Химия" not in text, words
    assert await door.ask(people[ADMIN], "/classes анна") == [T("all-classes-not-found")], "no student is found"
    (own,) = await door.ask(people[PAVEL], "/classes физ")
    assert "Физика" not in own


async def test_whoever_is_appointed_teaches_the_class_and_everybody_concerned_hears_of_it(
    door: Door, people: dict[int, Person]
) -> None:
    olga = await number_of(door, OLGA)
    door.telegram.open_private(OLGA)
    (card,) = await door.press(people[ADMIN], f"appoint-yes:{CLASS_ID}:{olga}")
    assert card.startswith(T("appointed", name="Ольга Ол"))
    assert await told(door) == {
        OLGA: [T("staff-told-appointed", title="Физика")],
        MARIA: [T("staff-told-joined", title="Физика", name="Ольга Ол")],
    }
    assert (await tries(door, people[OLGA]))["button:report"]
    assert "colleague.joined" in await on_record(door)
    await door.press(people[ADMIN], f"appoint-yes:{CLASS_ID}:{olga}")
    assert await told(door) == {}, "once more changes nothing"


async def test_an_admin_who_wants_to_read_appoints_themselves_and_the_teachers_hear_of_it(
    door: Door, people: dict[int, Person]
) -> None:
    admin = people[ADMIN]
    own = await number_of(door, ADMIN)
    assert await door.press(admin, f"report:{CLASS_ID}:all") == [T("class-not-yours")]
    await door.press(admin, f"appoint-yes:{CLASS_ID}:{own}")
    assert await told(door) == {MARIA: [T("staff-told-joined", title="Физика", name="Ада Ад")]}
    assert "Анна Ан" in (await door.press(admin, f"report:{CLASS_ID}:all"))[0]
    await door.press(admin, f"any-out:{CLASS_ID}:{own}")
    assert await door.press(admin, f"report:{CLASS_ID}:all") == [T("class-not-yours")]


async def test_an_admin_takes_teachers_out_even_the_last_and_the_next_one_is_in_charge(
    door: Door, people: dict[int, Person]
) -> None:
    maria, olga = await number_of(door, MARIA), await number_of(door, OLGA)
    (card,) = await door.press(people[ADMIN], f"any-out:{CLASS_ID}:{maria}")
    assert T("any-class-nobody") in card
    assert await told(door) == {MARIA: [T("staff-told-you-left", title="Физика", by="Ада Ад")]}
    assert await door.press(people[MARIA], f"class:{CLASS_ID}") == [T("class-not-yours")]
    await door.press(people[ADMIN], f"appoint-yes:{CLASS_ID}:{olga}")
    assert (await tries(door, people[OLGA]))["button:staff-out"], "in charge, for nobody else is"


async def test_an_admin_puts_another_in_charge(door: Door, people: dict[int, Person]) -> None:
    igor = await joins(door, people, IGOR)
    await told(door)
    await door.press(people[ADMIN], f"any-owner:{CLASS_ID}:{igor}")
    assert await told(door) == {
        IGOR: [T("staff-told-you-own", title="Физика")],
        MARIA: [T("staff-told-owner", title="Физика", name="Игорь Иг")],
    }
    assert await door.press(people[MARIA], f"staff-out:{CLASS_ID}:{igor}") == [T("standing-owner")]


async def test_who_cannot_teach_a_class_is_not_appointed(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR, "today")
    await told(door)
    for number in (await number_of(door, ANNA), 999):
        (card,) = await door.press(people[ADMIN], f"appoint-yes:{CLASS_ID}:{number}")
        assert not card.startswith("Теперь")
    assert await told(door) == {}
    await door.press(people[ADMIN], f"appoint-yes:{CLASS_ID}:{await number_of(door, IGOR)}")
    assert "Своё" in (await door.ask(people[IGOR], "/newclass Своё"))[0], "a substitute no more, nor a guest"
