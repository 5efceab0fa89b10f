"""What a bot's message may hold: texts, keyboards, replies and files, checked as Telegram checks them."""

from __future__ import annotations

import mimetypes
from typing import Any

from sandbox.entities import commands, length, parse
from sandbox.errors import Json, bad_request
from sandbox.files import StoredFile
from sandbox.media import picture_size
from sandbox.parameters import Parameters
from sandbox.telegram import Telegram

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CALLBACK_DATA_LIMIT = 64
BUTTON_LIMIT = 100
_BUTTON_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_PHOTO_LIMIT = 10 * 1024 * 1024


def text(given: Parameters) -> Json:
    """The ``text`` and ``entities`` of a message."""
    plain, entities = _formatted(given, given.text("text"), given.tree("entities"))
    if not plain:
        raise bad_request("message text is empty")
    if length(plain) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": plain, **({"entities": entities} if entities else {})}


def caption(given: Parameters) -> Json:
    """The ``caption`` and ``caption_entities`` of a message; empty where there is none."""
    plain, entities = _formatted(given, given.text("caption"), given.tree("caption_entities"))
    if length(plain) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not plain:
        return {}
    return {"caption": plain, **({"caption_entities": entities} if entities else {})}


def _formatted(given: Parameters, raw: str | None, entities: Any) -> tuple[str, list[Json]]:
    if entities:
        return (raw or "").strip(), list(entities)
    plain, found = parse(raw or "", given.text("parse_mode"))
    return plain, sorted([*found, *commands(plain)], key=lambda entity: int(entity["offset"]))


def keyboard(given: Parameters) -> Json | None:
    """The reply markup, checked."""
    markup = given.tree("reply_markup")
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return markup if buttons else None


def _check_button(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: button text must be non-empty")
    if not any(action in button for action in _BUTTON_ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")


def reply_to(telegram: Telegram, given: Parameters, chat_id: int) -> int | None:
    """The id of the message that is replied to."""
    reply = given.tree("reply_parameters") or {}
    number = reply.get("message_id") or given.integer("reply_to_message_id")
    if number is None:
        return None
    if (chat_id, int(number)) in telegram.messages:
        return int(number)
    if reply.get("allow_sending_without_reply") or given.truth("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def thread(telegram: Telegram, given: Parameters, chat_id: int) -> Json:
    """The topic a message belongs to; in a chat without topics of its own every one is taken to exist."""
    number = given.integer("message_thread_id")
    telegram.groups.check_topic(chat_id, number)
    return {} if number is None else {"message_thread_id": number, "is_topic_message": True}


def file(telegram: Telegram, given: Parameters, name: str, folder: str, reference: str | None = None) -> StoredFile:
    """The file of a call: uploaded, attached or known by its id."""
    upload = given.attached(reference) if reference is not None else given.upload(name)
    if upload is None:
        reference = reference or given.text(name)
        if not reference:
            raise bad_request(f"there is no {name} in the request")
        return telegram.files.get(reference)
    if not upload.data:
        raise bad_request("file must be non-empty")
    mime = mimetypes.guess_type(upload.name)[0] or upload.mime_type
    return telegram.files.add(upload.data, folder=folder, name=upload.name, mime_type=mime)


def photo(stored: StoredFile) -> list[Json]:
    """The sizes of a photo (one: ours is not scaled down)."""
    size = picture_size(stored.data)
    if size is None or len(stored.data) > _PHOTO_LIMIT:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return [{**stored.ids, "width": width, "height": height}]


def document(stored: StoredFile) -> Json:
    """The ``document`` object of a message."""
    return {**stored.ids, "file_name": stored.name, "mime_type": stored.mime_type}
