"""Giving a teacher a student's note to listen to, in whatever form the teacher's chat takes it."""

from __future__ import annotations

import logging

from telegram import InlineKeyboardMarkup
from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, TelegramError

from bot.services import App
from bot.transport.pace import BESIDE, pace_of
from rollcall.texts import Texts
from rollcall.usecases.cards import NoteToHear

_log = logging.getLogger(__name__)

_FORBIDDEN = ("VOICE_MESSAGES_FORBIDDEN", "VIDEO_MESSAGES_FORBIDDEN")
"""Telegram's words where the teacher's privacy settings refuse voice messages."""


async def send_note(
    application: App,
    chat_id: int,
    note: NoteToHear | None,
    text: str,
    buttons: InlineKeyboardMarkup | None,
    t: Texts,
    patience: float,
) -> int:
    """The note itself with the words below; as a file where voice messages are refused; else why there is none.

    Returns:
        The message's id.

    Raises:
        TelegramError: the chat takes nothing at all.
    """
    bot = application.bot
    if note is None:
        return (await bot.send_message(chat_id, text, reply_markup=buttons, rate_limit_args=patience)).message_id
    try:
        voice = await bot.send_voice(
            chat_id, note.file_id, caption=text, reply_markup=buttons, rate_limit_args=patience
        )
        return voice.message_id
    except BadRequest as error:
        refused = _is_privacy(error)
    if not refused:
        try:  # a round video or an audio file: as the message it came in
            copied = await bot.copy_message(
                chat_id, note.chat_id, note.message_id, caption=text, reply_markup=buttons,
                rate_limit_args=patience,
            )  # fmt: skip
            return copied.message_id
        except BadRequest as error:
            refused = _is_privacy(error)
    sound = await _fetched(application, note.file_id)
    if sound is not None:
        try:
            document = await bot.send_document(
                chat_id, sound, filename="note.ogg", caption=text, reply_markup=buttons,
                disable_content_type_detection=True, rate_limit_args=patience,
            )  # fmt: skip
            return document.message_id
        except BadRequest as error:
            _log.info("a note was not taken as a file", extra={"error": str(error)})
    why = t("review-voice-refused" if refused else "review-voice-gone")
    sent = await bot.send_message(chat_id, text + "\n\n" + why, reply_markup=buttons, rate_limit_args=patience)
    return sent.message_id


def _is_privacy(error: BadRequest) -> bool:
    return any(word in str(error).upper() for word in _FORBIDDEN)


async def _fetched(application: App, file_id: str) -> bytes | None:
    try:
        file = await application.bot.get_file(file_id)
        if (file.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
            return None
        return await pace_of(application.bot).download(file, BESIDE)
    except TelegramError as error:
        _log.info("a note cannot be fetched for a teacher", extra={"error": type(error).__name__})
        return None
