"""One student's sheet, as its buttons lead on from it."""

from bot.handlers.sheets import sheet_buttons
from bot.messages.paging import Page
from rollcall.report.model import Period
from rollcall.report.standing import standing_of
from rollcall.texts import texts_in
from rollcall.usecases.student_sheet import Earlier, Sheet
from tests.rollcall.report.test_text import HERE, report_of

T = texts_in("en")


def test_an_earlier_class_is_offered_only_to_those_who_teach_it_too() -> None:
    report = report_of({"Anna Bell": (HERE,)}, Period.LESSON)
    sheet = Sheet(7, report, [Earlier(3, "Physics 9A", standing_of(report.students[0]))])
    page = Page.of(sheet.newest_first, 0)
    led_to = {
        taught: [data for row in sheet_buttons(4, sheet, page, taught, T) for _, data in row if data == "sheet:3:7"]
        for taught in (frozenset({4}), frozenset({3, 4}))
    }
    assert led_to == {frozenset({4}): [], frozenset({3, 4}): ["sheet:3:7"]}
