"""What came in a message that is neither words nor a voice note: what may hold speech, and what to call the rest."""

from __future__ import annotations

from telegram import Document, Message
from telegram.ext import filters

_PICTURES = ("image/",)
_LISTS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")
_KINDS_OF_LISTS = (
    "text/plain",
    "text/csv",
    "text/tab-separated-values",
    "application/vnd.openxmlformats-officedocument.spreadsheetml",
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
)
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


class _MayBeList(filters.MessageFilter):
    """A spreadsheet or a text. By its name first: what type a file is, phones and Windows often do not know."""

    def filter(self, message: Message) -> bool:
        document = message.document
        if document is None or message.animation is not None:
            return False
        name, kind = (document.file_name or "").lower(), (document.mime_type or "").strip().lower()
        return name.endswith(_LISTS) or kind.startswith(_KINDS_OF_LISTS)


MAY_BE_LIST = _MayBeList(name="may be a list")


class _MayHoldSpeech(filters.MessageFilter):
    """A recording by any name: what it holds, the worker finds out.

    A document's type is its sender's word, and often missing; only one that is plainly something else is not heard.
    """

    def filter(self, message: Message) -> bool:
        if message.animation is not None or MAY_BE_LIST.filter(message):
            return False  # an animation has no sound; Telegram sends it as a document, too
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
    is_list = (document.file_name or "").lower().endswith(_LISTS)
    return "seen-document" if is_list or kind.startswith(_WITHOUT_SOUND) else None
