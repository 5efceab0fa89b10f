"""What people see of the bot before a word is said: menus of commands by role and chat, its description, the button.

None of it is a reason to fail: a Bot API server that lacks a method has bots that work all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from typing import Any

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    MenuButtonCommands,
    MenuButtonDefault,
    MenuButtonWebApp,
    WebAppInfo,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from bot.commands import GROUP_COMMANDS, GROUP_TEACHER_COMMANDS, STUDENT_COMMANDS, commands_of
from bot.services import App, Bot, Services
from rollcall.config.settings import Settings
from rollcall.storage.rights import Teaching, who_may_teach
from rollcall.texts import DEFAULT_LANGUAGE, LANGUAGES, Texts, texts_in

_MENUS: tuple[tuple[Sequence[str], BotCommandScope], ...] = (
    (STUDENT_COMMANDS, BotCommandScopeDefault()),
    (GROUP_COMMANDS, BotCommandScopeAllGroupChats()),
    (GROUP_TEACHER_COMMANDS, BotCommandScopeAllChatAdministrators()),
)
"""For everyone; a teacher's or an admin's private chat has its own."""

_log = logging.getLogger(__name__)


async def appear(application: App, _services: Services) -> None:
    """At the start: as this version looks to everyone, in every language."""
    bot = application.bot
    for language in LANGUAGES:
        t = texts_in(language)
        code = None if language == DEFAULT_LANGUAGE else language
        for commands, scope in _MENUS:
            await _quietly(bot.set_my_commands(_menu(commands, t), scope=scope, language_code=code))
        await _describe(bot, t, code)
    await _quietly(bot.set_chat_menu_button(menu_button=MenuButtonCommands()))


class Menus:
    """Teachers' and admins' private chats look as they should, whoever made them teachers, and wherever.

    What was shown is known since our start: whoever ceased to teach while no bot ran keeps a button to pages that do
    not let them in.
    """

    def __init__(self) -> None:
        self._shown: dict[int, Teaching] = {}

    async def keep(self, application: App, services: Services) -> None:
        """What has changed since the last time; at first, all."""
        bot, settings = application.bot, services.settings
        found = {one.telegram_id: one for one in await services.database.look(who_may_teach, settings.admins)}
        for chat_id in self._shown.keys() - found.keys():
            await show_no_commands(bot, chat_id)
            del self._shown[chat_id]
        for chat_id, one in found.items():
            if self._shown.get(chat_id) != one:
                is_admin = chat_id in settings.admins
                commands = commands_of(is_teacher=True, is_admin=is_admin, is_student=one.is_student)
                await show_commands(bot, chat_id, texts_in(one.locale), commands, app_at(settings))
                self._shown[chat_id] = one


def app_at(settings: Settings) -> str | None:
    """The address of the Mini App; None where there is none."""
    return f"{settings.web_url}/app" if settings.web_url is not None else None


async def show_commands(bot: Bot, chat_id: int, t: Texts, commands: Sequence[str], app: str | None = None) -> None:
    """A private chat's own menu.

    Args:
        app: what the button beside the text field opens; it is left as it is where there is nothing to be opened.
    """
    await _quietly(bot.set_my_commands(_menu(commands, t), scope=BotCommandScopeChat(chat_id)))
    if app is not None:
        button = MenuButtonWebApp(t("button-pages-menu"), WebAppInfo(app))
        await _quietly(bot.set_chat_menu_button(chat_id, button))


async def show_no_commands(bot: Bot, chat_id: int) -> None:
    """A private chat's menu and its button are everyone's again."""
    await _quietly(bot.delete_my_commands(scope=BotCommandScopeChat(chat_id)))
    await _quietly(bot.set_chat_menu_button(chat_id, MenuButtonDefault()))


async def _describe(bot: Bot, t: Texts, code: str | None) -> None:
    """Set only where they differ: Telegram takes such a change a few times a day."""
    known = await _quietly(bot.get_my_description(language_code=code))
    if known is not None and known.description != t("about-description"):
        await _quietly(bot.set_my_description(t("about-description"), language_code=code))
    short = await _quietly(bot.get_my_short_description(language_code=code))
    if short is not None and short.short_description != t("about-short"):
        await _quietly(bot.set_my_short_description(t("about-short"), language_code=code))


def _menu(commands: Sequence[str], t: Texts) -> list[BotCommand]:
    return [BotCommand(command, t(f"command-{command}")) for command in commands]


async def _quietly(call: Awaitable[Any]) -> Any:
    """What came of it; None where Telegram does not know the method, the chat, or wants no more of it today."""
    try:
        return await call
    except (BadRequest, Forbidden, InvalidToken, RetryAfter) as error:
        _log.info("a part of how the bot looks cannot be set", extra={"error": type(error).__name__})
        return None
