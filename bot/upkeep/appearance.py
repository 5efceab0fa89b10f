"""What people see of the bot before a word is said: menus of commands by role and chat, its description, the button.

None of it is a reason to fail: a Bot API server that lacks a method has bots that work all the same. What Telegram
would take later is set later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
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
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.commands import GROUP_COMMANDS, GROUP_TEACHER_COMMANDS, STUDENT_COMMANDS, commands_of
from bot.services import App, Bot, Services
from bot.transport.pace import seconds_of
from bot.upkeep.tries import Tries
from rollcall.config.settings import Settings
from rollcall.storage.rights import Teaching, who_may_teach, who_taught
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
            menu = _menu(commands, t)
            await _in_time(partial(bot.set_my_commands, menu, scope=scope, language_code=code))
    await _in_time(partial(bot.set_chat_menu_button, menu_button=MenuButtonCommands()))
    for language in LANGUAGES:  # last, since for these we may be asked to wait for hours
        await _describe(bot, texts_in(language), None if language == DEFAULT_LANGUAGE else language)


class Menus:
    """Teachers' and admins' private chats look as they should, whoever made them teachers, and wherever.

    What was shown is known since our start. Whoever ceased to teach before it, while no bot ran perhaps, is found among
    those who once did.
    """

    def __init__(self) -> None:
        self._shown: dict[int, Teaching | None] | None = None
        """By chat; None: whatever was shown to somebody who taught."""
        self._tries: Tries[int] = Tries("the menu of a teacher's chat")

    async def keep(self, application: App, services: Services) -> None:
        """What has changed since the last time; at first, all. A chat that fails is put off alone."""
        bot, settings, look = application.bot, services.settings, services.database.look
        if self._shown is None:
            self._shown = dict.fromkeys(await look(who_taught, settings.admins))
        shown = self._shown
        found = {one.telegram_id: one for one in await look(who_may_teach, settings.admins)}
        changed = [chat_id for chat_id, one in found.items() if shown.get(chat_id) != one]

        async def show(chat_id: int) -> None:
            if (one := found.get(chat_id)) is None:
                await _take_commands(bot, chat_id)
                del shown[chat_id]
                return
            is_admin = chat_id in settings.admins
            commands = commands_of(is_teacher=True, is_admin=is_admin, is_student=one.is_student)
            await _set_commands(bot, chat_id, texts_in(one.locale), commands, app_at(settings))
            shown[chat_id] = one

        await self._tries.each(services, [*(shown.keys() - found.keys()), *changed], show)


def app_at(settings: Settings) -> str | None:
    """The address of the Mini App; None where there is none."""
    return f"{settings.web_url}/app" if settings.web_url is not None else None


async def show_commands(bot: Bot, chat_id: int, t: Texts, commands: Sequence[str], app: str | None = None) -> None:
    """A private chat's own menu, in answer to its owner; a teacher's is looked after by `Menus` in any case.

    Args:
        app: what the button beside the text field opens; it is left as it is where there is nothing to be opened.
    """
    try:
        await _set_commands(bot, chat_id, t, commands, app)
    except TelegramError as error:
        _log.info("a chat's menu cannot be set now", extra={"error": type(error).__name__})


async def _set_commands(bot: Bot, chat_id: int, t: Texts, commands: Sequence[str], app: str | None) -> None:
    await _if_it_can_be(bot.set_my_commands(_menu(commands, t), scope=BotCommandScopeChat(chat_id)))
    if app is not None:
        button = MenuButtonWebApp(t("button-pages-menu"), WebAppInfo(app))
        await _if_it_can_be(bot.set_chat_menu_button(chat_id, button))


async def _take_commands(bot: Bot, chat_id: int) -> None:
    """A private chat's menu and its button are everyone's again."""
    await _if_it_can_be(bot.delete_my_commands(scope=BotCommandScopeChat(chat_id)))
    await _if_it_can_be(bot.set_chat_menu_button(chat_id, MenuButtonDefault()))


async def _describe(bot: Bot, t: Texts, code: str | None) -> None:
    """Set only where they differ: Telegram takes such a change a few times a day."""
    known = await _in_time(partial(bot.get_my_description, language_code=code))
    if known is not None and known.description != t("about-description"):
        await _in_time(partial(bot.set_my_description, t("about-description"), language_code=code))
    short = await _in_time(partial(bot.get_my_short_description, language_code=code))
    if short is not None and short.short_description != t("about-short"):
        await _in_time(partial(bot.set_my_short_description, t("about-short"), language_code=code))


def _menu(commands: Sequence[str], t: Texts) -> list[BotCommand]:
    return [BotCommand(command, t(f"command-{command}")) for command in commands]


async def _in_time(call: Callable[[], Awaitable[Any]]) -> Any:
    """As `_if_it_can_be`, once Telegram takes it. Where there is no network, the whole task begins anew."""
    while True:
        try:
            return await _if_it_can_be(call())
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error).total_seconds())


async def _if_it_can_be(call: Awaitable[Any]) -> Any:
    """What came of it; None where Telegram will never take it: it does not know the method or the chat."""
    try:
        return await call
    except (BadRequest, Forbidden, InvalidToken) as error:
        _log.info("a part of how the bot looks cannot be set", extra={"error": type(error).__name__})
        return None
