"""/start with its deep links, /help, /language, /cancel."""

from __future__ import annotations

import re

from telegram import BotCommandScopeChat, Update
from telegram.error import TelegramError

from bot.caller import Caller, caller_of, remember, teacher_of
from bot.commands import TEACHER_COMMANDS, command_list
from bot.consent import ask_consent
from bot.guards import in_private
from bot.replies import reply
from bot.services import Context, now
from rollcall.storage.classes import class_by_code
from rollcall.storage.invites import redeem_invite
from rollcall.storage.people import drop_conversation, set_step
from rollcall.texts import LANGUAGES, texts_in

JOIN, TEACH = "join-", "teach-"
_PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")
"""What Telegram allows in a link; the person may type anything."""


@in_private
async def start(update: Update, context: Context) -> None:
    """/start, alone or with the payload of a join link or an invitation."""
    payload = context.args[0] if context.args and _PAYLOAD.fullmatch(context.args[0]) else ""
    if payload.startswith(JOIN):
        await _join(update, context, payload.removeprefix(JOIN))
    elif payload.startswith(TEACH):
        await _teach(update, context, payload.removeprefix(TEACH))
    else:
        await greet(update, context)


async def greet(update: Update, context: Context) -> None:
    """What the bot does, and what this person can ask of it; also /help."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
    await reply(update, _greeting(caller))
    if caller.is_teacher:
        await _show_teacher_commands(update, context, caller)


async def cancel(update: Update, context: Context) -> None:
    """/cancel: leave whatever dialogue is under way."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        was_busy = bool(caller.conversation.step)
        if was_busy and caller.person is None:
            await drop_conversation(session, caller.user.id)
        elif was_busy:
            await set_step(session, caller.user.id, "", None, now())
    await reply(update, caller.texts("cancelled" if was_busy else "nothing-to-cancel"))


async def language(update: Update, context: Context) -> None:
    """/language: buttons to pick one."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
    buttons = [[(texts_in(code)("language-name"), f"language:{code}") for code in LANGUAGES]]
    await reply(update, caller.texts("language-choose"), buttons)


async def language_chosen(update: Update, context: Context) -> None:
    """A language was picked; it holds until another is."""
    code = (update.callback_query.data or "").partition(":")[2] if update.callback_query else ""
    if code not in LANGUAGES:
        return
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        await remember(session, caller)
        caller.conversation.language = code
        caller.conversation.locale = code
    await reply(update, texts_in(code)("language-set"))


async def _join(update: Update, context: Context, code: str) -> None:
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        school_class = await class_by_code(session, code)
        if school_class is None:
            text, buttons = caller.texts("join-unknown"), None
        else:
            text, buttons = await ask_consent(session, caller, school_class, context.services.settings)
    await reply(update, text, buttons)


async def _teach(update: Update, context: Context, token: str) -> None:
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        good = await redeem_invite(session, token, caller.user.id, now())
        if good:
            await teacher_of(session, caller)
    if not good:
        await reply(update, caller.texts("invite-unusable"))
        return
    await reply(update, caller.texts("teacher-welcome") + "\n\n" + command_list(caller.texts, TEACHER_COMMANDS))
    await _show_teacher_commands(update, context, caller)


def _greeting(caller: Caller) -> str:
    t = caller.texts
    if caller.is_teacher:
        extra = "\n" + t("admin-commands") if caller.is_admin else ""
        return t("start-teacher") + "\n\n" + command_list(t, TEACHER_COMMANDS) + extra
    if caller.person is None:
        return t("start-stranger")
    return t("start-student") + "\n\n" + command_list(t)


async def _show_teacher_commands(update: Update, context: Context, caller: Caller) -> None:
    """Put the teacher's commands into this chat's menu; a menu is no reason to fail."""
    if update.effective_chat is None:
        return
    try:
        await context.bot.set_my_commands(
            [(command, caller.texts(f"command-{command}")) for command in TEACHER_COMMANDS],
            scope=BotCommandScopeChat(update.effective_chat.id),
        )
    except TelegramError:
        return
