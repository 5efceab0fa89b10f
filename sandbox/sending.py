"""Methods by which a bot puts messages into a chat."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox import content
from sandbox.errors import Json, bad_request
from sandbox.media import seconds
from sandbox.parameters import Parameters
from sandbox.registry import Registry
from sandbox.telegram import Telegram

METHODS = Registry()

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_SERVICE_FIELDS = ("message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup")


def _send(telegram: Telegram, given: Parameters, chat: Json, body: Json) -> Json:
    # Everything is checked before anything is sent.
    markup = content.keyboard(given)
    reply = content.reply_to(telegram, given, chat["id"])
    if "voice" in body and chat["id"] in telegram.voiceless:
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    return telegram.say(
        chat["id"], {**content.thread(telegram, given, chat["id"]), **body}, reply_to=reply, keyboard=markup
    )


@METHODS
async def send_message(telegram: Telegram, given: Parameters) -> Json:
    """A text."""
    chat = telegram.chat(given.text("chat_id"))
    return _send(telegram, given, chat, content.text(given))


@METHODS
async def send_photo(telegram: Telegram, given: Parameters) -> Json:
    """A picture with a caption."""
    chat = telegram.chat(given.text("chat_id"))
    caption = content.caption(given)
    stored = content.file(telegram, given, "photo", "photos")
    return _send(telegram, given, chat, {"photo": content.photo(stored), **caption})


@METHODS
async def send_document(telegram: Telegram, given: Parameters) -> Json:
    """A file with a caption."""
    chat = telegram.chat(given.text("chat_id"))
    caption = content.caption(given)
    stored = content.file(telegram, given, "document", "documents")
    return _send(telegram, given, chat, {"document": content.document(stored), **caption})


@METHODS
async def send_voice(telegram: Telegram, given: Parameters) -> Json:
    """A voice note."""
    chat = telegram.chat(given.text("chat_id"))
    caption = content.caption(given)
    stored = content.file(telegram, given, "voice", "voice")
    duration = given.integer("duration") or seconds(stored.data) or 0
    voice = {**stored.ids, "duration": duration, "mime_type": "audio/ogg"}
    return _send(telegram, given, chat, {"voice": voice, **caption})


@METHODS
async def send_media_group(telegram: Telegram, given: Parameters) -> list[Json]:
    """An album of photos or documents."""
    chat = telegram.chat(given.text("chat_id"))
    items: list[Json] = given.tree("media") or []
    if not 2 <= len(items) <= 10:
        raise bad_request("group send failed: an album holds 2-10 items")
    bodies = [_album_item(telegram, given, item) for item in items]
    group = {"media_group_id": str(secrets.randbelow(10**17))}
    return [_send(telegram, given, chat, {**group, **body}) for body in bodies]


def _album_item(telegram: Telegram, given: Parameters, item: Json) -> Json:
    caption = content.caption(Parameters(item))
    stored = content.file(telegram, given, "media", f"{item.get('type')}s", str(item.get("media", "")))
    match item.get("type"):
        case "photo":
            return {"photo": content.photo(stored), **caption}
        case "document":
            return {"document": content.document(stored), **caption}
        case kind:
            raise bad_request(f"can't parse InputMedia: type {kind} is not supported by the sandbox")


@METHODS
async def send_chat_action(telegram: Telegram, given: Parameters) -> bool:
    """'typing…' and its like."""
    chat = telegram.chat(given.text("chat_id"))
    action = given.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    telegram.emit("action", chat["id"], {"action": action})
    return True


def _source(telegram: Telegram, given: Parameters, purpose: str) -> Json:
    chat = telegram.chat(given.text("from_chat_id"), to_write=False)
    return telegram.message(chat["id"], given.integer("message_id"), purpose)


def _body(message: Json) -> Json:
    return {key: value for key, value in message.items() if key not in _SERVICE_FIELDS}


@METHODS
async def forward_message(telegram: Telegram, given: Parameters) -> Json:
    """Somebody's message, with its origin."""
    chat = telegram.chat(given.text("chat_id"))
    source = _source(telegram, given, "to forward")
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return _send(telegram, given, chat, {"forward_origin": origin, **_body(source)})


@METHODS
async def copy_message(telegram: Telegram, given: Parameters) -> dict[str, Any]:
    """Somebody's message as the bot's own."""
    chat = telegram.chat(given.text("chat_id"))
    body = _body(_source(telegram, given, "to copy"))
    body.pop("forward_origin", None)
    if "caption" in given.values:
        body = {k: v for k, v in body.items() if not k.startswith("caption")} | content.caption(given)
    return {"message_id": _send(telegram, given, chat, body)["message_id"]}
