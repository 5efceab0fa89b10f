"""The register's pages: which days a week and a month are, and what a term adds up to."""

from __future__ import annotations

from datetime import date, timedelta

from rollcall.domain.attendance import Status
from rollcall.storage import people
from rollcall.storage.timetable_tables import Term
from rollcall.usecases import marks
from rollcall.usecases.register_grid import month_of, sheet_of_days, term_of, term_sheet, week_of
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

DAY = timedelta(days=1)


def test_a_week_begins_on_monday_and_a_month_ends_on_its_last_day() -> None:
    assert week_of(date(2026, 9, 1)) == (date(2026, 8, 31), date(2026, 9, 6))
    assert week_of(date(2026, 9, 6)) == (date(2026, 8, 31), date(2026, 9, 6))
    assert month_of(date(2028, 2, 11)) == (date(2028, 2, 1), date(2028, 2, 29))


async def _three_lessons(school: School) -> list[int]:
    """On the first and the second of September, and on the first of October; Boris is late, absent and excused."""
    found = []
    for after, status in ((0, Status.LATE), (1, Status.ABSENT), (30, Status.EXCUSED)):
        lesson_id = await school.open(NINE + after * DAY)
        await school.close(lesson_id, NINE + after * DAY + timedelta(hours=1))
        with school.database.session() as session:
            teacher = people.find_person(session, TEACHER)
            assert teacher
            marks.set_mark(session, teacher, lesson_id, school.ids[ANNA], Status.PRESENT, None, NINE)
            marks.set_mark(session, teacher, lesson_id, school.ids[BORIS], status, None, NINE)
        found.append(lesson_id)
    return found


async def test_a_term_is_told_month_by_month(school: School) -> None:
    await _three_lessons(school)
    with school.database.session() as session:
        sheet = term_sheet(session, school.class_id, NINE + 31 * DAY)
        assert sheet.months == [date(2026, 9, 1), date(2026, 10, 1)]
        assert sheet.lessons == [2, 1]
        boris = next(one for one in sheet.students if one.person_id == school.ids[BORIS])
        september, october = boris.months
        assert september
        assert october
        assert (september.attended, september.lessons) == (1, 2)
        assert (october.attended, october.lessons) == (0, 0), "an excused lesson speaks neither for nor against"
        assert boris.whole.share == 0.5
        anna = next(one for one in sheet.students if one.person_id == school.ids[ANNA])
        assert (anna.whole.attended, anna.whole.lessons) == (3, 3)


async def test_a_page_has_the_lessons_of_its_days_alone(school: School) -> None:
    first, second, _ = await _three_lessons(school)
    with school.database.session() as session:
        report = sheet_of_days(session, school.class_id, month_of(date(2026, 9, 1)), NINE + 31 * DAY)
        assert [one.id for one in report.lessons] == [first, second]


async def test_the_term_is_the_timetables_once_it_has_begun(school: School) -> None:
    await _three_lessons(school)
    with school.database.session() as session:
        assert term_of(session, school.class_id, NINE + 31 * DAY) == (date(2026, 9, 1), date(2026, 10, 2))
        session.add(Term(class_id=school.class_id, first="2026-09-02", last="2027-05-31"))
        session.flush()
        assert term_of(session, school.class_id, NINE) == (date(2026, 9, 1), date(2026, 9, 1))
        assert term_of(session, school.class_id, NINE + DAY) == (date(2026, 9, 2), date(2027, 5, 31))
