"""Menus that turn their own pages: a pressed button changes the message it is under."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.messages.replies import Buttons, button, fitted, keyboard, reply, settle_button
from rollcall.texts import Texts


async def show(update: Update, text: str, buttons: Buttons | None = None, texts: Texts | None = None) -> Message | None:
    """Put a menu in the place of the one whose button was pressed; a command, or a message that cannot be changed any
    more, is answered with a new one.

    Args:
        texts: as in `reply`.
    """
    message = update.callback_query.message if update.callback_query is not None else None
    if not isinstance(message, Message) or message.text is None:
        return await reply(update, text, buttons, texts)
    await settle_button(update)
    try:
        await message.edit_text(fitted(text), reply_markup=keyboard(buttons))
    except BadRequest as error:
        if "not modified" not in str(error).lower():
            return await reply(update, text, buttons, texts)
    except (Forbidden, ChatMigrated):
        return await reply(update, text, buttons, texts)
    return message


async def turn_button(update: Update, other: tuple[str, str], said: str) -> bool:
    """Put another button in the place of the pressed one, and say briefly what it did; the message stays as it is.

    Args:
        other: its label and callback data.
        said: shown for a moment, 200 characters at most.

    Returns:
        False where the message cannot be changed, and nothing was said.
    """
    query = update.callback_query
    message = query.message if query is not None else None
    if query is None or not isinstance(message, Message) or message.reply_markup is None:
        return False
    rows = [
        [button(*other) if one.callback_data == query.data else one for one in row]
        for row in message.reply_markup.inline_keyboard
    ]
    try:
        await message.edit_reply_markup(InlineKeyboardMarkup(rows))
    except (BadRequest, Forbidden, ChatMigrated) as error:
        if "not modified" not in str(error).lower():
            return False
    await settle_button(update, said)
    return True
