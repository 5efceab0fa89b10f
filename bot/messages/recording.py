"""A message that holds a recording, as what is kept of it."""

from __future__ import annotations

from telegram import Audio, Document, Message, Video, VideoNote, Voice
from telegram.constants import FileSizeLimit

from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import Reason
from rollcall.storage.attempts import IncomingNote

_KINDS = {
    Voice: SentAs.VOICE,
    VideoNote: SentAs.VIDEO_NOTE,
    Audio: SentAs.AUDIO,
    Video: SentAs.VIDEO,
    Document: SentAs.DOCUMENT,
}


def describe(message: Message) -> IncomingNote:
    """The note of a message that holds a recording."""
    media = message.voice or message.video_note or message.audio or message.video or message.document
    if not isinstance(media, Voice | VideoNote | Audio | Video | Document):
        raise ValueError("a message without audio")
    return IncomingNote(
        chat_id=message.chat_id,
        message_id=message.message_id,
        file_id=media.file_id,
        file_unique_id=media.file_unique_id,
        declared_bytes=media.file_size or 0,
        sent_at=message.date,
        second_hand=_second_hand(message),
        sent_as=_KINDS[type(media)],
        too_big=(media.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD,
    )


def _second_hand(message: Message) -> Reason | None:
    """Why nobody can have spoken into it here and now, as Telegram marks it."""
    if message.forward_origin is not None:
        return Reason.FORWARDED
    if message.via_bot is not None or message.sender_business_bot is not None:
        return Reason.THROUGH_BOT
    return Reason.SCHEDULED if message.is_from_offline else None
