"""A class in the archive: read by its teachers, changed by nobody, brought back whole, erased after a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.messages.roles import last_words
from bot.services import now
from rollcall.domain.permissions import PERMISSIONS
from rollcall.domain.staff import Standing
from rollcall.report.wording import day_words
from rollcall.storage.tables import SchoolClass
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door
from tests.bot.handlers.test_staff import joins, on_record, told, tries
from tests.bot.school import ADMIN, ANNA, CLASS_ID, IGOR, LESSON_ID, MARIA, OLGA, PAVEL, STRANGER
from tests.bot.test_permissions import CASES

T = texts_in("ru")
DAY = timedelta(days=1)


@pytest.fixture
def admins() -> frozenset[int]:
    return frozenset({ADMIN})


async def put_away(door: Door, people: dict[int, Person]) -> None:
    (text,) = await door.press(people[MARIA], f"archive-yes:{CLASS_ID}")
    last = day_words((now() + timedelta(days=365)).date(), T)
    assert text == T("class-archived", title="Физика", last=last)


async def test_its_teachers_read_it_and_change_nothing(door: Door, people: dict[int, Person]) -> None:
    await put_away(door, people)
    may = await tries(door, people[MARIA])
    assert may == {action: PERMISSIONS[action].archived for action in may}
    assert not all(may.values())
    refusal = [T("class-in-archive", title="Физика")]
    for action, read in may.items():
        if not read:
            assert await door.press(people[MARIA], CASES[action].data) == refusal, action


async def test_what_is_read_of_it(door: Door, people: dict[int, Person]) -> None:
    await put_away(door, people)
    teacher = people[MARIA]
    (listed,) = await door.press(teacher, "archived:0")
    assert "Физика" in listed
    (card,) = await door.press(teacher, f"class:{CLASS_ID}")
    assert "1 ученик, 1 урок" in card
    for data in (f"report:{CLASS_ID}:all", f"lessons:{CLASS_ID}:0", f"lesson:{LESSON_ID}", f"staff:{CLASS_ID}"):
        (text, *_) = await door.press(teacher, data)
        assert "Физика" in text, data
        if data.startswith(("report", "lesson:")):
            assert "Анна Ан" in text, data


async def test_to_everybody_else_it_is_nothing(door: Door, people: dict[int, Person]) -> None:
    await put_away(door, people)
    for account in (ADMIN, PAVEL, OLGA, ANNA, STRANGER):
        assert not any((await tries(door, people[account])).values()), account
        assert T("class-in-archive", title="Физика") not in await door.press(people[account], f"open:{CLASS_ID}")
    assert "Физика" not in "".join(await door.ask(people[ANNA], "/me"))


async def test_it_comes_back_with_its_students_and_marks(door: Door, people: dict[int, Person]) -> None:
    (before, *_) = await door.press(people[MARIA], f"report-lesson:{LESSON_ID}")
    await put_away(door, people)
    assert await door.press(people[MARIA], f"restore:{CLASS_ID}") == [T("class-restored", title="Физика")]
    (after, *_) = await door.press(people[MARIA], f"report-lesson:{LESSON_ID}")
    assert "Анна Ан" in before
    assert "Анна Ан" in after
    assert "Физика" in "".join(await door.ask(people[ANNA], "/me"))
    assert all((await tries(door, people[MARIA])).values())
    assert await door.press(people[MARIA], "archived:0") == [T("archive-empty")]
    assert await door.press(people[MARIA], f"restore:{CLASS_ID}"), "once more changes nothing"
    assert (await on_record(door)).count("class.restored") == 1


async def test_the_others_who_teach_it_hear_of_it(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR)
    await told(door)
    await put_away(door, people)
    assert await told(door) == {IGOR: [T("staff-told-archived", title="Физика", name="Мария Ма")]}
    await door.press(people[IGOR], f"restore:{CLASS_ID}")
    assert await told(door) == {MARIA: [T("staff-told-restored", title="Физика", name="Игорь Иг")]}


async def test_a_substitute_reads_the_archive_and_brings_nothing_back(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR, "week")
    await put_away(door, people)
    may = await tries(door, people[IGOR])
    reads = {action: row.archived and row.standing is Standing.ANY for action, row in PERMISSIONS.items()}
    assert may == {action: reads[action] for action in may}


async def test_its_teachers_are_warned_once_before_it_is_erased(door: Door, people: dict[int, Person]) -> None:
    await put_away(door, people)
    assert await told(door) == {}
    with door.services.database.session() as session:
        since = now() - 352 * DAY
        session.execute(update(SchoolClass).where(SchoolClass.id == CLASS_ID).values(archived_at=since))
    last = last_words((since + 365 * DAY).date(), T)
    assert await told(door) == {MARIA: [T("staff-told-erased-soon", title="Физика", last=last)]}
    assert await told(door) == {}
    await door.press(people[MARIA], f"restore:{CLASS_ID}")
