"""What came in a message that is neither words nor a voice note: what may hold speech, and what to call the rest."""

from __future__ import annotations

from telegram import Document, Message
from telegram.ext import filters

_PICTURES = ("image/",)
_WITHOUT_SOUND = (
    "text/",
    "font/",
    "application/pdf",
    "application/json",
    "application/msword",
    "application/rtf",
    "application/vnd.",
    "application/zip",
    "application/x-7z",
    "application/x-rar",
    "application/gzip",
    "application/epub",
)


class _MayHoldSpeech(filters.MessageFilter):
    """A recording by any name: what it holds, the worker finds out.

    A document's type is its sender's word, and often missing; only one that is plainly something else is not heard.
    """

    def filter(self, message: Message) -> bool:
        if message.animation is not None:
            return False  # without sound; Telegram sends it as a document, too
        if message.document is not None:
            return what_it_is(message) is None
        return bool(message.voice or message.video_note or message.audio or message.video)


MAY_HOLD_SPEECH = _MayHoldSpeech(name="may hold speech")


def what_it_is(message: Message) -> str | None:
    """The text key that names it; None where it may hold speech or is something that needs no name."""
    if message.animation is not None:
        return "seen-gif"
    if message.sticker is not None:
        return "seen-sticker"
    if message.photo:
        return "seen-picture"
    return None if message.document is None else _document(message.document)


def _document(document: Document) -> str | None:
    kind = (document.mime_type or "").strip().lower()
    if kind.startswith(_PICTURES):
        return "seen-picture"
    return "seen-document" if kind.startswith(_WITHOUT_SOUND) else None
