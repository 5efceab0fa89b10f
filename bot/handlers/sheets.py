"""One student's sheet: all lessons of the class, page by page, each leading to the student's card for it."""

from __future__ import annotations

import asyncio
from collections.abc import Container

from telegram import Update

from bot.caller import as_teacher
from bot.messages.documents import send_document, show_that_files_come
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import Buttons, reply, settle_button
from bot.messages.rosters import cut
from bot.services import Context, now
from rollcall.domain.attendance import MEANINGS, STATUSES
from rollcall.marked import one_below_the_other
from rollcall.report.exports import file_name
from rollcall.report.model import LessonHead, Mark
from rollcall.report.wording import CORRECTED, capital, count_words, one_line, share_percent, sign_of
from rollcall.texts import Texts
from rollcall.usecases.student_sheet import Sheet, sheet_file, student_sheet


async def sheet_pressed(update: Update, context: Context) -> None:
    """sheet:<class>:<student>[:<page>]."""
    t, person_id = context.caller.texts, _student(context)
    sheet = await context.services.database.run(student_sheet, context.class_id, person_id, now())
    if sheet is None:
        await show(update, t("mark-gone"), texts=t)
        return
    page = Page.of(sheet.newest_first, page_of(context))
    taught = {one.id for one in context.caller.taught}
    buttons = sheet_buttons(context.class_id, sheet, page, taught, t)
    await show(update, sheet_text(sheet, page.number, page.pages, t), buttons, t)


async def file_pressed(update: Update, context: Context) -> None:
    """sheet-file:<class>:<student>: as a spreadsheet."""
    from rollcall.report.spreadsheet import spreadsheet

    t, chat = context.caller.texts, update.effective_chat
    await settle_button(update)
    take = as_teacher(context.caller, sheet_file)
    sheet = await context.services.database.run(take, context.class_id, _student(context), now())
    if sheet is None or chat is None:
        await reply(update, t("mark-gone"), texts=t)
        return
    await show_that_files_come(chat)
    data = await asyncio.to_thread(spreadsheet, sheet.report, t)
    if not await send_document(chat, data, f"{file_name(sheet.report)}.xlsx"):
        await reply(update, t("report-file-refused"), texts=t)


def sheet_text(sheet: Sheet, number: int, pages: int, t: Texts) -> str:
    """Who, how often each mark, the share, and the longest run of missed lessons."""
    student, standing = sheet.report.students[0], sheet.standing
    counts = count_words({status: student.count(status) for status in STATUSES}, t, single=False)
    lines = [t("sheet-head", name=one_line(student.full_name), title=sheet.report.class_title)]
    lines += [f"{MEANINGS[status].sign} {words}" for status, words in counts.items()]
    if standing.lessons:
        of = t("report-of", part=standing.attended, whole=standing.lessons)
        lines.append(capital(t("report-attendance-share", percent=share_percent(standing.share))) + f" · {of}")
    if standing.missed_in_a_row > 1:
        lines.append(capital(t("report-missed-in-a-row", number=standing.missed_in_a_row)))
    for one in sheet.earlier:
        of = t("report-of", part=one.standing.attended, whole=one.standing.lessons)
        lines.append(t("sheet-earlier", title=one.title, percent=share_percent(one.standing.share)) + f" · {of}")
    lines.append("")
    lines.append(t("sheet-hint") if sheet.newest_first else t("sheet-none"))
    if pages > 1:
        lines.append(t("marks-page", number=number + 1, total=pages))
    return one_below_the_other(lines)


def sheet_buttons(
    class_id: int, sheet: Sheet, page: Page[tuple[LessonHead, Mark]], taught: Container[int], t: Texts
) -> Buttons:
    """A button for each lesson of the page, and for the earlier classes that whoever looks teaches too."""
    this = f"{class_id}:{sheet.person_id}"
    lessons = [(_label(sheet, *one), f"mark:{one[0].id}:{sheet.person_id}") for one in page.entries]
    rows = [lessons[at : at + 2] for at in range(0, len(lessons), 2)]
    earlier = [
        [(cut(t("sheet-earlier-button", title=one.title)), f"sheet:{one.class_id}:{sheet.person_id}")]
        for one in sheet.earlier
        if one.class_id in taught
    ]
    return [*rows, *page.turning(f"sheet:{this}"), *earlier, [(t("sheet-file"), f"sheet-file:{this}")]]


def _label(sheet: Sheet, lesson: LessonHead, mark: Mark) -> str:
    when = f"{sheet.report.local(lesson.opened_at):%d.%m %H:%M}"
    return f"{sign_of(mark)} {when}" + (f" {CORRECTED}" if mark.corrected else "")


def _student(context: Context) -> int:
    number = int(context.match["student"]) if context.match is not None else 0
    return number if number < 2**31 else 0
