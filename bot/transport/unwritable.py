"""While nothing can be written down: everyone hears so at once, and a teacher still sees the last lesson's report.

What is answered here is kept nowhere and was confirmed to Telegram: its sender is told to send it again.
"""

from __future__ import annotations

import logging

from telegram import ReplyParameters, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.handlers.report import text_alone
from bot.messages.replies import fitted
from bot.services import Services
from rollcall.marked import one_below_the_other
from rollcall.texts import Texts, language_for, texts_in

_log = logging.getLogger(__name__)


async def turn_away(update: Update, services: Services) -> None:
    """One honest answer, which needs no database; best effort, for there is nobody left to try it again."""
    chat, user, message = update.effective_chat, update.effective_user, update.message
    if chat is None or user is None or (message is None and update.callback_query is None):
        return
    if chat.type != ChatType.PRIVATE and not _asks(update):
        return
    services.waits.gone(message)
    t = texts_in(language_for(user.language_code))
    quoted = message.message_id if message is not None else None
    try:
        if update.callback_query is not None:
            await update.callback_query.answer()
        text = await _report(update, services, t) or t("unwritable")
        await chat.send_message(fitted(text), reply_parameters=ReplyParameters(quoted) if quoted is not None else None)
    except TelegramError as error:
        _log.info("someone could not be told", extra={"error": type(error).__name__})


def _asks(update: Update) -> bool:
    """A button, or a command: in a group nothing else is for us."""
    message = update.message
    return message is None or bool(message.text and message.text.startswith("/"))


async def _report(update: Update, services: Services, t: Texts) -> str | None:
    """What /report says, as text; None where something else was asked, or not even that can be read."""
    message, chat = update.message, update.effective_chat
    said = (message.text or "").partition(" ")[0].partition("@")[0] if message is not None else ""
    if said != "/report" or chat is None or chat.type != ChatType.PRIVATE:
        return None
    try:
        text = await services.database.look(text_alone, update, services.settings)
    except Exception as error:  # whatever it is, the plain answer is still owed
        _log.info("nor can a report be read", extra={"error": type(error).__name__})
        return None
    return None if text is None else one_below_the_other([text, t("unwritable-report")], "\n\n")
