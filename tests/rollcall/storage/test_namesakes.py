"""Who joins under a classmate's name is noticed, also where several do so at the same moment."""

import asyncio

from rollcall.storage import classes, namesakes, people
from rollcall.storage.tables import SchoolClass
from tests.rollcall.conftest import NINE, School


async def test_of_four_who_join_at_once_under_one_name_three_are_asked(school: School) -> None:
    async def join(number: int) -> bool:
        with school.database.session() as session:
            school_class = session.get_one(SchoolClass, school.class_id)
            person = people.register_person(session, number, "Ян Лис", NINE)
            classes.join_class(session, person, school_class, NINE)
            return namesakes.note_namesakes(session, person, school.class_id, NINE)

    assert sum(await asyncio.gather(*(join(number) for number in range(301, 305)))) == 3
    with school.database.session() as session:
        assert len(namesakes.untold(session)) == 3
