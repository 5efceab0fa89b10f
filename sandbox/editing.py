"""Methods by which a bot changes what is there already, and answers buttons."""

from __future__ import annotations

from sandbox import content
from sandbox.errors import Json, bad_request
from sandbox.parameters import Parameters
from sandbox.registry import Registry
from sandbox.telegram import Telegram

METHODS = Registry()

_EMOJI = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
REACTIONS = frozenset(_EMOJI.split())
"""The only emoji that a bot may react with."""

_DELETABLE_FOR = 48 * 3600
"""Seconds."""


def _own(telegram: Telegram, given: Parameters) -> Json:
    chat = telegram.chat(given.text("chat_id"))
    message = telegram.message(chat["id"], given.integer("message_id"), "to edit")
    if message["from"]["id"] != telegram.bot["id"]:
        raise bad_request("message can't be edited")
    telegram.groups.check_topic(chat["id"], message.get("message_thread_id"))
    return message


def _apply(telegram: Telegram, message: Json, changes: Json, replaced: tuple[str, ...]) -> Json:
    """Replace some fields; the keyboard too, for an edit without one removes it."""
    kept = {key: value for key, value in message.items() if key not in replaced and key != "edit_date"}
    edited = {**kept, **changes}
    if edited == {key: value for key, value in message.items() if key != "edit_date"}:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    # In place, so that replies and queries that hold the message see it as it is now.
    message.clear()
    message.update(edited, edit_date=telegram.now())
    telegram.emit("edit", message["chat"]["id"], message)
    return message


def _markup(given: Parameters) -> Json:
    markup = content.keyboard(given)
    return {"reply_markup": markup} if markup else {}


@METHODS
async def edit_message_text(telegram: Telegram, given: Parameters) -> Json:
    """Another text, with another keyboard or none."""
    message = _own(telegram, given)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    changes = {**content.text(given), **_markup(given)}
    return _apply(telegram, message, changes, ("text", "entities", "reply_markup"))


@METHODS
async def edit_message_caption(telegram: Telegram, given: Parameters) -> Json:
    """Another caption, with another keyboard or none."""
    message = _own(telegram, given)
    if "text" in message:
        raise bad_request("there is no caption in the message to edit")
    changes = {**content.caption(given), **_markup(given)}
    return _apply(telegram, message, changes, ("caption", "caption_entities", "reply_markup"))


@METHODS
async def edit_message_reply_markup(telegram: Telegram, given: Parameters) -> Json:
    """Another keyboard or none."""
    return _apply(telegram, _own(telegram, given), _markup(given), ("reply_markup",))


@METHODS
async def delete_message(telegram: Telegram, given: Parameters) -> bool:
    """The bot's own messages anywhere, everybody's in a private chat."""
    chat = telegram.chat(given.text("chat_id"))
    _delete(telegram, chat, telegram.message(chat["id"], given.integer("message_id"), "to delete"))
    return True


@METHODS
async def delete_messages(telegram: Telegram, given: Parameters) -> bool:
    """Several at once; those that are not found are skipped."""
    chat = telegram.chat(given.text("chat_id"))
    numbers: list[int] = given.tree("message_ids") or []
    if not 1 <= len(numbers) <= 100:
        raise bad_request("message identifiers are not specified" if not numbers else "too many message identifiers")
    for number in numbers:
        if message := telegram.messages.get((chat["id"], int(number))):
            _delete(telegram, chat, message)
    return True


def _delete(telegram: Telegram, chat: Json, message: Json) -> None:
    rank = telegram.members.get(chat["id"], {}).get(telegram.bot["id"])
    if message["from"]["id"] != telegram.bot["id"] and chat["type"] != "private" and rank != "administrator":
        raise bad_request("message can't be deleted")
    if telegram.now() - message["date"] >= _DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    del telegram.messages[chat["id"], message["message_id"]]
    telegram.emit("delete", chat["id"], message)


@METHODS
async def set_message_reaction(telegram: Telegram, given: Parameters) -> bool:
    """One emoji on a message, or none."""
    chat = telegram.chat(given.text("chat_id"))
    message = telegram.message(chat["id"], given.integer("message_id"), "to react")
    reactions: list[Json] = given.tree("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = [str(reaction.get("emoji")) for reaction in reactions]
    # Clients write some emoji with a variation selector, Telegram's list has them without.
    if any(one.removesuffix("\ufe0f") not in REACTIONS for one in emoji):
        raise bad_request("REACTION_INVALID")
    telegram.emit("reaction", chat["id"], {"message_id": message["message_id"], "emoji": emoji})
    return True


@METHODS
async def answer_callback_query(telegram: Telegram, given: Parameters) -> bool:
    """Stop the button's clock, perhaps with a notice."""
    query = telegram.queries.pop(given.text("callback_query_id") or "", None)
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    notice = given.text("text")
    if notice and len(notice) > 200:
        telegram.queries[query["id"]] = query
        raise bad_request("MESSAGE_TOO_LONG")
    answer = {"id": query["id"], "from": query["from"], "text": notice, "show_alert": given.truth("show_alert")}
    telegram.emit("callback", query["message"]["chat"]["id"], answer)
    return True
