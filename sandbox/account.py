"""Methods about the bot itself, its chats and its files."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Json, bad_request
from sandbox.files import DOWNLOAD_LIMIT
from sandbox.parameters import Parameters
from sandbox.registry import Registry
from sandbox.telegram import Telegram

METHODS = Registry()

_ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


@METHODS
async def get_me(telegram: Telegram, given: Parameters) -> Json:  # noqa: ARG001 (every method's signature)
    """The bot as a user."""
    return {
        **telegram.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@METHODS
async def log_out(telegram: Telegram, given: Parameters) -> bool:  # noqa: ARG001 (every method's signature)
    """Nothing to leave here."""
    return True


@METHODS
async def close(telegram: Telegram, given: Parameters) -> bool:  # noqa: ARG001 (every method's signature)
    """Nothing to close here."""
    return True


@METHODS
async def get_file(telegram: Telegram, given: Parameters) -> Json:
    """Where to download a file."""
    file_id = given.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = telegram.files.get(file_id)
    if len(stored.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**stored.ids, "file_path": stored.path}


@METHODS
async def get_chat(telegram: Telegram, given: Parameters) -> Json:
    """A chat in full."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **telegram.chat(given.text("chat_id"), to_write=False),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@METHODS
async def get_chat_administrators(telegram: Telegram, given: Parameters) -> list[Json]:
    """Who runs a group; of those known here."""
    chat = telegram.chat(given.text("chat_id"), to_write=False)
    ranks = telegram.members.get(chat["id"], {})
    return [
        {"status": rank, "user": telegram.users[number], "is_anonymous": False}
        for number, rank in ranks.items()
        if rank == "creator" and number in telegram.users
    ]


@METHODS
async def get_chat_member(telegram: Telegram, given: Parameters) -> Json:
    """A user's standing in a chat."""
    chat = telegram.chat(given.text("chat_id"), to_write=False)
    number = given.integer("user_id")
    user = telegram.bot if number == telegram.bot["id"] else telegram.users.get(number or 0)
    if user is None:
        raise bad_request("member not found")
    default = "member" if chat["id"] == number else "left"
    status = telegram.members.get(chat["id"], {}).get(user["id"], default)
    if status == "creator":
        return {"status": status, "user": user, "is_anonymous": False}
    if status == "administrator":
        rights = dict.fromkeys(_ADMINISTRATOR_RIGHTS, True)
        return {"status": status, "user": user, "can_be_edited": False, "is_anonymous": False, **rights}
    return {"status": status, "user": user}


def _slot(given: Parameters, name: str) -> str:
    """Each language, and for commands each scope, has its own value."""
    scope: Json = given.tree("scope") or {"type": "default"}
    return f"{name}/{given.text('language_code') or ''}/{sorted(scope.items())}"


@METHODS
async def set_my_commands(telegram: Telegram, given: Parameters) -> bool:
    """The menu of commands."""
    menu = given.tree("commands") or []
    for entry in menu:
        name, told = str(entry.get("command", "")).removeprefix("/"), str(entry.get("description", ""))
        if not (1 <= len(name) <= 32 and name == name.lower() and name.replace("_", "").isalnum() and name.isascii()):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(told) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    if len(menu) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    telegram.profile[_slot(given, "commands")] = menu
    return True


@METHODS
async def get_my_commands(telegram: Telegram, given: Parameters) -> list[Json]:
    """The menu as it was set for just this scope and language."""
    menu: list[Json] = telegram.profile.get(_slot(given, "commands"), [])
    return menu


@METHODS
async def delete_my_commands(telegram: Telegram, given: Parameters) -> bool:
    """Back to no menu."""
    telegram.profile.pop(_slot(given, "commands"), None)
    return True


@METHODS
async def set_chat_menu_button(telegram: Telegram, given: Parameters) -> bool:
    """The button beside the text field: of one private chat, or everywhere."""
    button: Json = given.tree("menu_button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("Can't parse menu button: unsupported type specified")
    telegram.profile[_button_slot(telegram, given)] = button
    return True


@METHODS
async def get_chat_menu_button(telegram: Telegram, given: Parameters) -> Json:
    """The button as it is there; of a chat without its own, everyone's."""
    everyones = telegram.profile.get("menu_button/", {"type": "default"})
    button: Json = telegram.profile.get(_button_slot(telegram, given), everyones)
    return button


def _button_slot(telegram: Telegram, given: Parameters) -> str:
    chat_id = given.text("chat_id")
    return "menu_button/" + (str(telegram.chat(chat_id, to_write=False)["id"]) if chat_id else "")


def _text_setting(name: str, field: str, limit: int) -> None:
    """A pair of methods that set and get a text of the bot's profile."""

    async def setter(telegram: Telegram, given: Parameters) -> bool:
        value = given.text(field) or ""
        if len(value) > limit:
            raise bad_request(f"{field.upper()}_TOO_LONG")
        telegram.profile[_slot(given, field)] = value
        return True

    async def getter(telegram: Telegram, given: Parameters) -> dict[str, Any]:
        return {field: telegram.profile.get(_slot(given, field), "")}

    METHODS[f"setmy{name}"] = setter
    METHODS[f"getmy{name}"] = getter


_text_setting("name", "name", 64)
_text_setting("description", "description", 512)
_text_setting("shortdescription", "short_description", 120)
