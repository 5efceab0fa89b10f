"""/report: text, chart and spreadsheet; buttons for other classes and periods, and CSV."""

from __future__ import annotations

import asyncio
import re

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update
from telegram.constants import ChatAction

from bot.caller import Caller, caller_of, teacher_of
from bot.replies import Buttons, keyboard, reply, settle_button
from bot.services import Context, now
from rollcall.audit import Action
from rollcall.report.model import Period, Report
from rollcall.report.text import report_text
from rollcall.storage import audit
from rollcall.storage.classes import taught_class, taught_classes
from rollcall.storage.reports import build_report
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts

_WORDS = {
    "today": Period.TODAY, "сегодня": Period.TODAY, "day": Period.TODAY, "день": Period.TODAY,
    "week": Period.WEEK, "неделя": Period.WEEK, "month": Period.MONTH, "месяц": Period.MONTH,
    "all": Period.ALL, "всё": Period.ALL, "все": Period.ALL, "lesson": Period.LESSON, "урок": Period.LESSON,
}  # fmt: skip


_LONGEST_TITLE = 40
"""In a file's name, of which file systems take 255 bytes."""


async def report_command(update: Update, context: Context) -> None:
    """/report [period]: without a question asked, for the class used last."""
    word = (context.args or ["lesson"])[0].lower()
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        school_class = await _class_used_last(session, caller)
    if word not in _WORDS:
        await reply(update, caller.texts("report-usage"))
    elif school_class is None:
        await reply(update, caller.texts("classes-none"))
    else:
        await _send(update, context, school_class.id, _WORDS[word])


async def report_pressed(update: Update, context: Context) -> None:
    """report:<class>:<period>."""
    await settle_button(update)
    await _send(update, context, context.class_id, _period(context))


async def classes_pressed(update: Update, context: Context) -> None:
    """report-classes: which other class?"""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        taught = await taught_classes(session, await teacher_of(session, caller))
    buttons = [[(one.title, f"report:{one.id}:lesson")] for one in taught]
    await reply(update, caller.texts("report-which"), buttons)


async def csv_pressed(update: Update, context: Context) -> None:
    """csv:<class>:<period>."""
    from rollcall.report.table import csv_table

    await settle_button(update)
    caller, report, _others = await _build(update, context, context.class_id, _period(context), "csv")
    if update.effective_chat is None:
        return
    await update.effective_chat.send_document(csv_table(report, caller.texts), filename=f"{_file_name(report)}.csv")


async def _send(update: Update, context: Context, class_id: int, period: Period) -> None:
    caller, report, several = await _build(update, context, class_id, period, "xlsx")
    chat = update.effective_chat
    if chat is None:
        return
    t = caller.texts
    buttons = _buttons(t, class_id, period, several=several)
    if not report.lessons:
        await reply(update, report_text(report, t), buttons)
        return
    await chat.send_action(ChatAction.UPLOAD_DOCUMENT)
    chart, sheet = await asyncio.to_thread(_render, report, t)
    await reply(update, report_text(report, t))
    await chat.send_photo(chart, filename=f"{_file_name(report)}.png")
    await chat.send_document(sheet, filename=f"{_file_name(report)}.xlsx", reply_markup=keyboard(buttons))


def _render(report: Report, texts: Texts) -> tuple[bytes, bytes]:
    # Here, not above: matplotlib takes a second to import, and most bots wait long for their first report.
    from rollcall.report.chart import chart
    from rollcall.report.spreadsheet import spreadsheet

    return chart(report, texts), spreadsheet(report, texts)


async def _build(
    update: Update, context: Context, class_id: int, period: Period, form: str
) -> tuple[Caller, Report, bool]:
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        teacher = await teacher_of(session, caller)
        school_class = await session.get_one(SchoolClass, class_id)
        teacher.last_class_id = school_class.id
        several = len(await taught_classes(session, teacher)) > 1
        report = await build_report(session, school_class, period, now())
        if report.lessons:
            audit.record(session, Action.EXPORT_MADE, teacher, f"class:{class_id}", form=form, period=period.value)
        return caller, report, several


async def _class_used_last(session: AsyncSession, caller: Caller) -> SchoolClass | None:
    teacher = await teacher_of(session, caller)
    if teacher.last_class_id is not None:
        last = await taught_class(session, teacher, teacher.last_class_id)
        if last is not None:
            return last
    taught = await taught_classes(session, teacher)
    return taught[-1] if taught else None


def _buttons(t: Texts, class_id: int, period: Period, *, several: bool) -> Buttons:
    others = [(t(f"report-period-button-{one}"), f"report:{class_id}:{one}") for one in Period if one is not period]
    rows = [others[:2], others[2:], [("CSV", f"csv:{class_id}:{period}")]]
    if several:
        rows[-1].append((t("report-other-class"), "report-classes"))
    return rows


def _period(context: Context) -> Period:
    return Period(context.match["period"]) if context.match is not None else Period.LESSON


def _file_name(report: Report) -> str:
    """Class, and the day it was made; what file systems dislike is left out."""
    title = re.sub(r"[^\w-]+", "-", report.class_title).strip("-") or "class"
    return f"{title[:_LONGEST_TITLE]}-{report.local(report.made_at):%Y-%m-%d}"
