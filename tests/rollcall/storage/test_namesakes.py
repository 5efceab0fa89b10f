"""Who joins under a classmate's name is noticed, also where several do so at the same moment."""

import asyncio

from rollcall.storage import classes, namesakes, people
from rollcall.storage.tables import SchoolClass
from tests.rollcall.conftest import NINE, School


async def test_of_four_who_join_at_once_under_one_name_three_are_asked(school: School) -> None:
    async def join(number: int) -> bool:
        async with school.database.session() as session:
            school_class = await session.get_one(SchoolClass, school.class_id)
            person = await session.run_sync(people.register_person, number, "Ян Лис", NINE)
            await session.run_sync(classes.join_class, person, school_class, NINE)
            return await session.run_sync(namesakes.note_namesakes, person, school.class_id, NINE)

    assert sum(await asyncio.gather(*(join(number) for number in range(301, 305)))) == 3
    async with school.database.session() as session:
        assert len(await session.run_sync(namesakes.untold)) == 3
