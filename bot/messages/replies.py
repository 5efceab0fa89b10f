"""Sending. A name is data, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update, WebAppInfo
from telegram.constants import InlineKeyboardMarkupLimit, MessageLimit
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter

from bot.messages.places import places_for, send_to_first
from bot.services import Bot
from rollcall.report.text import units
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts, language_for, texts_in

Buttons = Sequence[Sequence[tuple[str, str]]]
"""Rows of (label, callback data, or a link that begins with ``https://``, or with ``app:`` and that: a Mini App)."""


def keyboard(buttons: Buttons | None) -> InlineKeyboardMarkup | None:
    """An inline keyboard, or none."""
    if not buttons:
        return None
    rows = [[button(label, data) for label, data in row] for row in buttons]
    return InlineKeyboardMarkup(rows[: InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER])


def button(label: str, data: str) -> InlineKeyboardButton:
    """One button; a link where its data begins like one."""
    if data.startswith("app:https://"):
        return InlineKeyboardButton(label, web_app=WebAppInfo(data.removeprefix("app:")))
    if data.startswith("https://"):
        return InlineKeyboardButton(label, url=data)
    return InlineKeyboardButton(label, callback_data=data)


def fitted(text: str) -> str:
    """As many of the lines as fit into one message, by Telegram's count of UTF-16 units; an ellipsis for the rest."""
    if units(text) <= MessageLimit.MAX_TEXT_LENGTH:
        return text
    kept = text[: MessageLimit.MAX_TEXT_LENGTH - 2]
    while units(kept) > MessageLimit.MAX_TEXT_LENGTH - 2:
        kept = kept[: -max(1, (units(kept) - MessageLimit.MAX_TEXT_LENGTH) // 2)]
    return (kept[: kept.rfind("\n")] if "\n" in kept else kept) + "\n…"


def enrol_button(t: Texts) -> Buttons:
    """The way to record one's voice."""
    return [[(t("button-enrol"), "enroll")]]


def student_again_buttons(t: Texts) -> Buttons:
    """For whoever opens the link of their own class once more."""
    return [[(t("button-me"), "me"), (t("button-enrol-again"), "enroll")]]


def namesake_buttons(t: Texts, class_id: int) -> Buttons:
    """Who is it whose name looks like a classmate's?"""
    return [[(t(f"namesake-is-{one}"), f"namesake:{one}:{class_id}") for one in ("other", "same")]]


def teacher_buttons(t: Texts, taught: Sequence[SchoolClass]) -> Buttons:
    """What a teacher most often wants; first of all a class."""
    if not taught:
        return [[(t("button-new-class"), "newclass")]]
    return [
        [(t("button-open"), f"open:{taught[0].id}" if len(taught) == 1 else "open-which")],
        [(t("button-classes"), "classes:0"), (t("button-report"), "report-classes")],
    ]


def teacher_menu(t: Texts, taught: Sequence[SchoolClass], *, is_admin: bool) -> Buttons:
    """All that a teacher can press to begin with."""
    rows = [*teacher_buttons(t, taught)]
    if taught:
        rows.append([(t("button-new-class"), "newclass"), *practice_button(t)[0]])
    else:
        rows += practice_button(t)
    if is_admin:
        rows.append([(t("button-invite"), "invite"), (t("button-teachers"), "teachers:0")])
    return [*rows, [(t("button-language"), "languages")]]


def student_menu(t: Texts, *, enrolled: bool) -> Buttons:
    """All that a student can press to begin with."""
    me, again = (t("button-me"), "me"), (t("button-enrol-again"), "enroll")
    return [
        *([] if enrolled else enrol_button(t)),
        [(t("button-here"), "check-in")],
        [me, again] if enrolled else [me],
        [(t("button-mydata"), "mydata"), (t("button-forget"), "forget:ask")],
        [(t("button-language"), "languages")],
    ]


def practice_button(t: Texts) -> Buttons:
    """A teacher tries out what students see."""
    return [[(t("button-practice"), "practice")]]


def practice_buttons(t: Texts, class_id: int) -> Buttons:
    """In a practice class: what its teacher does, and the way out."""
    return [[(t("button-open"), f"open:{class_id}")], [(t("button-practice-end"), "practice-end")]]


def cancel_button(t: Texts) -> Buttons:
    """Out of a question."""
    return [[(t("button-cancel"), "cancel")]]


def tidy_button(t: Texts) -> Buttons:
    """The offer to delete the enrolment notes from the chat."""
    return [[(t("tidy-button"), "tidy")]]


async def reply(
    update: Update, text: str, buttons: Buttons | None = None, texts: Texts | None = None
) -> Message | None:
    """Answer where the update came from, in its topic; a pressed button stops waiting.

    Args:
        texts: the language in which to say so, where the answer has to go elsewhere; without them the account's.
    """
    if update.callback_query is not None:
        await settle_button(update)
    if update.effective_chat is None:
        return None
    if texts is None:
        user = update.effective_user
        texts = texts_in(language_for(user.language_code if user is not None else None))
    bot = cast("Bot", update.effective_chat.get_bot())
    return await send_to_first(bot, places_for(update), fitted(text), keyboard(buttons), texts)


async def settle_button(update: Update, said: str | None = None) -> None:
    """Tell Telegram that a button press was taken; one that is too old, or comes in a flood, needs no telling.

    Args:
        said: shown to who pressed it, for a moment.
    """
    if update.callback_query is None:
        return
    try:
        await update.callback_query.answer(said)
    except RetryAfter:
        return  # the button stops waiting by itself
    except BadRequest as error:
        if "query is too old" not in str(error).lower():
            raise


async def take_buttons_away(update: Update, but: str | None = None) -> None:
    """Remove the buttons of the message that was answered, so that it is not answered twice.

    Args:
        but: rows whose callback data begins like this stay: they ask something else.
    """
    if update.callback_query is None:
        return
    message, left = update.callback_query.message, []
    if but is not None and isinstance(message, Message) and message.reply_markup is not None:
        rows = message.reply_markup.inline_keyboard
        left = [row for row in rows if all(str(button.callback_data).startswith(but) for button in row)]
    try:
        await update.callback_query.edit_message_reply_markup(InlineKeyboardMarkup(left) if left else None)
    except (BadRequest, Forbidden, ChatMigrated):
        return  # already gone, too old to edit, in a chat that is no more: none is worth a word


async def take_pressed_away(update: Update) -> None:
    """Remove the pressed button's row; the others of the message ask something else."""
    query = update.callback_query
    message = query.message if query is not None else None
    if query is None or not isinstance(message, Message) or message.reply_markup is None:
        return
    rows = message.reply_markup.inline_keyboard
    left = [row for row in rows if all(one.callback_data != query.data for one in row)]
    with suppress(BadRequest, Forbidden, ChatMigrated):  # as above
        await query.edit_message_reply_markup(InlineKeyboardMarkup(left) if left else None)
