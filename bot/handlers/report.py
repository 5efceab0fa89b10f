"""/report: text, chart and spreadsheet; buttons for other classes and periods, and for other files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from sqlalchemy.orm import Session
from telegram import Chat, Update
from telegram.error import Forbidden, TelegramError

from bot.caller import as_teacher, caller_of
from bot.messages.documents import PATIENCE, send_document, show_that_files_come
from bot.messages.replies import Buttons, reply, settle_button
from bot.outbox.claim_cards import voices_line
from bot.services import Bot, Context, now
from bot.transport.pace import Stopping
from rollcall.config.settings import Settings
from rollcall.report.exports import file_name
from rollcall.report.model import Period, Report
from rollcall.report.text import report_text
from rollcall.report.wording import waiting_count
from rollcall.texts import Texts, texts_in
from rollcall.usecases.report import Made, build_report, make_report

_log = logging.getLogger(__name__)

_WORDS = {
    "today": Period.TODAY, "сегодня": Period.TODAY, "day": Period.TODAY, "день": Period.TODAY,
    "week": Period.WEEK, "неделя": Period.WEEK, "month": Period.MONTH, "месяц": Period.MONTH,
    "all": Period.ALL, "всё": Period.ALL, "все": Period.ALL, "lesson": Period.LESSON, "урок": Period.LESSON,
}  # fmt: skip

CORRECTING = "marks:"
"""The data of the button to correct a lesson's marks, which stays whatever is below it."""


async def report_command(update: Update, context: Context) -> None:
    """/report [period]: without a question asked, for the class used last."""
    word = (context.args or ["lesson"])[0].lower()
    school_class = context.caller.class_used_last
    if word not in _WORDS:
        await reply(update, context.caller.texts("report-usage"))
    elif school_class is None:
        t = context.caller.texts
        await reply(update, t("classes-none"), [[(t("button-new-class"), "newclass")]])
    else:
        await _send(update, context, school_class.id, _WORDS[word])


def text_alone(session: Session, update: Update, settings: Settings) -> str | None:
    """What /report says of the last lesson, for when nothing can be written; None for who teaches no class."""
    caller = caller_of(session, update, settings)
    school_class = caller.class_used_last if caller.is_teacher else None
    if school_class is None:
        return None
    return report_text(build_report(session, school_class, Period.LESSON, now()), caller.texts)


async def report_pressed(update: Update, context: Context) -> None:
    """report:<class>:<period>."""
    await settle_button(update)
    await _send(update, context, context.class_id, _period(context))


async def lesson_pressed(update: Update, context: Context) -> None:
    """report-lesson:<lesson>: of this one lesson."""
    await settle_button(update)
    await _send(update, context, context.class_id, Period.LESSON, context.number)


async def classes_pressed(update: Update, context: Context) -> None:
    """report-classes: which other class?"""
    buttons = [[(one.title, f"report:{one.id}:lesson")] for one in context.caller.taught]
    await reply(update, context.caller.texts("report-which"), buttons)


async def _send(update: Update, context: Context, class_id: int, period: Period, lesson_id: int | None = None) -> None:
    """Text, chart, spreadsheet, buttons: what Telegram refuses, or cannot be made, takes none of the others with it."""
    made = await _asked_for(context, class_id, period, "xlsx", lesson_id)
    chat = update.effective_chat
    if chat is None:
        return
    report, t = made.report, context.caller.texts
    buttons = report_buttons(t, class_id, period, several=len(context.caller.taught) > 1)
    if lesson_id is not None:
        buttons = lesson_buttons(t, lesson_id)
    if report.is_single and report.lessons and report.students:
        buttons = [[(t("button-correct"), f"{CORRECTING}{report.lessons[0].id}:0")], *buttons]
    text = report_text(report, t) + voices_line(made.voices, t)
    if not report.lessons:
        current = any(one.id == class_id for one in context.caller.taught)
        first = [[(t("button-open"), f"open:{class_id}")]] if current else []
        await reply(update, text, [*first, *buttons], t)
        return
    await reply(update, text, texts=t)
    await show_that_files_come(chat)
    chart, sheet = await asyncio.to_thread(
        _render, report, texts_in(made.language).speaking(t.vocabulary) if made.language else t
    )
    missing = []
    if chart is None or not await _picture(chat, chart, f"{file_name(report)}.png", _caption(report, t)):
        missing.append(t("report-no-chart"))
    if sheet is None or not await send_document(chat, sheet, f"{file_name(report)}.xlsx", buttons):
        missing.append(t("report-no-spreadsheet"))
        await reply(update, "\n".join(missing), buttons, t)
    elif missing:
        await reply(update, "\n".join(missing), texts=t)


async def _picture(chat: Chat, chart: bytes, name: str, caption: str | None) -> bool:
    """As a picture; else as a file, which is not looked into."""
    try:
        await _bot(chat).send_photo(chat.id, chart, filename=name, caption=caption, rate_limit_args=PATIENCE)
    except (Forbidden, Stopping):
        raise
    except TelegramError as error:
        _log.info("a chart was not taken as a picture", extra={"error": str(error)})
        return await send_document(chat, chart, name)
    return True


def _bot(chat: Chat) -> Bot:
    return cast("Bot", chat.get_bot())


def _caption(report: Report, t: Texts) -> str | None:
    return waiting_count(report, t) if report.waiting else None


def _render(report: Report, texts: Texts) -> tuple[bytes | None, bytes | None]:
    # Here, not above: matplotlib takes a second to import, and most bots wait long for their first report.
    from rollcall.report.chart import chart
    from rollcall.report.spreadsheet import spreadsheet

    return _made(chart, report, texts), _made(spreadsheet, report, texts)


def _made(make: Callable[[Report, Texts], bytes], report: Report, texts: Texts) -> bytes | None:
    try:
        return make(report, texts)
    except Exception:
        _log.exception("a part of a report cannot be made", extra={"part": make.__name__})
        return None


async def _asked_for(context: Context, class_id: int, period: Period, form: str, lesson_id: int | None = None) -> Made:
    ask = as_teacher(context.caller, make_report)
    return await context.services.database.run(ask, class_id, period, form, now(), lesson_id)


def lesson_buttons(t: Texts, lesson_id: int) -> Buttons:
    """Below the report of one lesson that was chosen: other files, and back to the lesson."""
    return [[(t("button-export"), f"export-lesson:{lesson_id}"), (t("button-back"), f"lesson:{lesson_id}")]]


def report_buttons(t: Texts, class_id: int, period: Period, *, several: bool) -> Buttons:
    """Other periods, the way out of Rollcall, another class."""
    others = [(t(f"report-period-button-{one}"), f"report:{class_id}:{one}") for one in Period if one is not period]
    rows = [others[:2], others[2:], [(t("button-export"), f"export:{class_id}:{period}")]]
    if several:
        rows[-1].append((t("report-other-class"), "report-classes"))
    return rows


def _period(context: Context) -> Period:
    return Period(context.match["period"]) if context.match is not None else Period.LESSON
