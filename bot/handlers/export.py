"""A class's record as a file: which form, of which lessons. The menu stands where the report's buttons were."""

from __future__ import annotations

import asyncio

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.caller import as_teacher
from bot.handlers.report import CORRECTING, lesson_buttons, report_buttons
from bot.messages.documents import send_document, show_that_files_come
from bot.messages.replies import Buttons, keyboard, reply, settle_button
from bot.services import Context, now
from rollcall.report.exports import Form, Made, export, forms_for
from rollcall.report.model import Period
from rollcall.texts import Texts, texts_in
from rollcall.usecases.report import make_report


async def menu_pressed(update: Update, context: Context) -> None:
    """export:<class>:<period>."""
    await _swap(update, context, menu(context.caller.texts, context.class_id, _period(context)))


async def back_pressed(update: Update, context: Context) -> None:
    """export-back:<class>:<period>: the report's own buttons again."""
    several = len(context.caller.taught) > 1
    await _swap(
        update, context, report_buttons(context.caller.texts, context.class_id, _period(context), several=several)
    )


async def lesson_pressed(update: Update, context: Context) -> None:
    """export-lesson:<lesson>[:back]: the forms of one lesson, or the buttons of its report again."""
    t, match = context.caller.texts, context.match
    back = match is not None and match["back"] is not None
    await _swap(update, context, lesson_buttons(t, context.number) if back else lesson_menu(t, context.number))


async def form_pressed(update: Update, context: Context) -> None:
    """export-as:<class>:<period>:<form>: the file."""
    await _send(update, context, _period(context), None)


async def lesson_form_pressed(update: Update, context: Context) -> None:
    """export-lesson-as:<lesson>:<form>: the file of one lesson."""
    await _send(update, context, Period.LESSON, context.number)


async def _send(update: Update, context: Context, period: Period, lesson_id: int | None) -> None:
    await settle_button(update)
    chat, t, match = update.effective_chat, context.caller.texts, context.match
    if chat is None or match is None:
        return
    form = Form(match["form"])
    await show_that_files_come(chat)
    ask = as_teacher(context.caller, make_report)
    made = await context.services.database.run(ask, context.class_id, period, form.value, now(), lesson_id)
    if not made.report.lessons:
        await reply(update, t("report-no-lessons", period=period.value))
        return
    in_file = texts_in(made.language).speaking(t.vocabulary) if made.language else t
    file = await asyncio.to_thread(export, form, made.report, in_file)
    if not file.data:
        await reply(update, t("export-moodle-none"))
    elif not await send_document(chat, file.data, file.name, caption=_caption(file, t)):
        await reply(update, t("report-file-refused"), texts=t)


def menu(t: Texts, class_id: int, period: Period) -> Buttons:
    """A row for each two forms, the periods, and the way back."""
    forms = [(t(f"export-form-{form}"), f"export-as:{class_id}:{period}:{form}") for form in forms_for(t.language)]
    periods = [
        (("• " if one is period else "") + t(f"report-period-button-{one}"), f"export:{class_id}:{one}")
        for one in Period
    ]
    return [
        *(forms[index : index + 2] for index in range(0, len(forms), 2)),
        periods[:2],
        periods[2:],
        [(t("button-back"), f"export-back:{class_id}:{period}")],
    ]


def lesson_menu(t: Texts, lesson_id: int) -> Buttons:
    """A row for each two forms, and the way back."""
    forms = [(t(f"export-form-{form}"), f"export-lesson-as:{lesson_id}:{form}") for form in forms_for(t.language)]
    rows: Buttons = [forms[index : index + 2] for index in range(0, len(forms), 2)]
    return [*rows, [(t("button-back"), f"export-lesson:{lesson_id}:back")]]


async def _swap(update: Update, context: Context, buttons: Buttons) -> None:
    """Other buttons below the message whose button was pressed, be it a file or a text."""
    await settle_button(update)
    message = update.callback_query.message if update.callback_query is not None else None
    if isinstance(message, Message):
        try:
            await message.edit_reply_markup(_in_place_of_others(message, buttons))
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return
        except (Forbidden, ChatMigrated):
            pass
        else:
            return
    # Too old to be changed: the same below a new message.
    await reply(update, context.caller.texts("export-which"), buttons)


def _in_place_of_others(message: Message, buttons: Buttons) -> InlineKeyboardMarkup:
    """The buttons below those of the message that stay."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    kept = [row for row in rows if all(str(button.callback_data).startswith(CORRECTING) for button in row)]
    new = keyboard(buttons)
    return InlineKeyboardMarkup([*kept, *(new.inline_keyboard if new is not None else ())])


def _caption(file: Made, t: Texts) -> str | None:
    if not file.identifier:
        return None
    caption = t("export-moodle", identifier=file.identifier)
    if file.without:
        caption += "\n\n" + t("export-moodle-without", identifier=file.identifier, number=len(file.without))
    return caption


def _period(context: Context) -> Period:
    return Period(context.match["period"]) if context.match is not None else Period.LESSON
