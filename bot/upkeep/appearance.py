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
    MenuButtonWebApp,
    WebAppInfo,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from bot.commands import GROUP_COMMANDS, GROUP_TEACHER_COMMANDS, STUDENT_COMMANDS, commands_of
from bot.services import App, Bot, Services
from rollcall.texts import DEFAULT_LANGUAGE, LANGUAGES, Texts, texts_in
from rollcall.usecases.teaching import who_teaches

_MENUS: tuple[tuple[Sequence[str], BotCommandScope], ...] = (
    (STUDENT_COMMANDS, BotCommandScopeDefault()),
    (GROUP_COMMANDS, BotCommandScopeAllGroupChats()),
    (GROUP_TEACHER_COMMANDS, BotCommandScopeAllChatAdministrators()),
)
"""For everyone; a teacher's or an admin's private chat has its own."""

_log = logging.getLogger(__name__)


async def appear(application: App, services: Services) -> None:
    """At the start: as this version looks, in every language; teachers' and admins' menus in their own."""
    bot = application.bot
    for language in LANGUAGES:
        t = texts_in(language)
        code = None if language == DEFAULT_LANGUAGE else language
        for commands, scope in _MENUS:
            await _quietly(bot.set_my_commands(_menu(commands, t), scope=scope, language_code=code))
        await _describe(bot, t, code)
    await _quietly(bot.set_chat_menu_button(menu_button=MenuButtonCommands()))
    admins = services.settings.admins
    for one in await services.database.run(who_teaches, admins):
        is_admin = one.telegram_id in admins
        commands = commands_of(is_teacher=True, is_admin=is_admin, is_student=one.is_student)
        await show_commands(bot, one.telegram_id, texts_in(one.locale), commands)
        if services.settings.web_url is not None:
            app = WebAppInfo(f"{services.settings.web_url}/app")
            button = MenuButtonWebApp(texts_in(one.locale)("button-pages-menu"), app)
            await _quietly(bot.set_chat_menu_button(one.telegram_id, button))


async def show_commands(bot: Bot, chat_id: int, t: Texts, commands: Sequence[str]) -> None:
    """A private chat's own menu."""
    await _quietly(bot.set_my_commands(_menu(commands, t), scope=BotCommandScopeChat(chat_id)))


async def show_no_commands(bot: Bot, chat_id: int) -> None:
    """A private chat's menu is everyone's again."""
    await _quietly(bot.delete_my_commands(scope=BotCommandScopeChat(chat_id)))


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
