"""/start with its deep links, /help, /language, /cancel."""

from __future__ import annotations

import re

from telegram import BotCommandScopeChat, Update
from telegram.error import TelegramError

from bot.caller import Caller, become_teacher, caller_of, remember
from bot.commands import ADMIN_COMMANDS, TEACHER_COMMANDS, command_list
from bot.consent import ask_consent
from bot.guesses import too_many, wrong
from bot.replies import reply
from bot.services import Context, now
from rollcall.storage.classes import class_by_code
from rollcall.storage.invites import redeem_invite
from rollcall.storage.people import drop_conversation, set_step
from rollcall.texts import LANGUAGES, texts_in

JOIN, TEACH = "join-", "teach-"
_PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")
"""What Telegram allows in a link; the person may type anything."""


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
    match = context.match
    if match is None:
        return
    code = match["language"]
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        await remember(session, caller)
        caller.conversation.language = code
        caller.conversation.locale = code
    await reply(update, texts_in(code)("language-set"))


async def _join(update: Update, context: Context, code: str) -> None:
    services = context.services
    async with services.database.session() as session:
        caller = await caller_of(session, update, services.settings)
        buttons = None
        text = await too_many(session, services, caller)
        if text is None:
            school_class = await class_by_code(session, code, now())
            if school_class is None:
                await wrong(session, services, caller, update)
                text = caller.texts("join-unknown")
            else:
                text, buttons = await ask_consent(session, caller, school_class, services.settings)
    await reply(update, text, buttons)


async def _teach(update: Update, context: Context, token: str) -> None:
    services = context.services
    async with services.database.session() as session:
        caller = await caller_of(session, update, services.settings)
        refusal = await too_many(session, services, caller)
        if refusal is None and await redeem_invite(session, token, caller.user.id, now()):
            await become_teacher(session, caller)
        elif refusal is None:
            await wrong(session, services, caller, update)
            refusal = caller.texts("invite-unusable")
    if refusal is not None:
        await reply(update, refusal)
        return
    await reply(update, caller.texts("teacher-welcome") + "\n\n" + command_list(caller.texts, TEACHER_COMMANDS))
    await _show_teacher_commands(update, context, caller)


def _greeting(caller: Caller) -> str:
    t = caller.texts
    if caller.is_teacher:
        commands = TEACHER_COMMANDS + ADMIN_COMMANDS if caller.is_admin else TEACHER_COMMANDS
        return t("start-teacher") + "\n\n" + command_list(t, commands)
    if caller.person is None:
        return t("start-stranger")
    return t("start-student") + "\n\n" + command_list(t)


async def _show_teacher_commands(update: Update, context: Context, caller: Caller) -> None:
    """Put the teacher's commands into this chat's menu; a menu is no reason to fail."""
    if update.effective_chat is None:
        return
    try:
        await context.bot.set_my_commands(
            [
                (command, caller.texts(f"command-{command}"))
                for command in (TEACHER_COMMANDS + ADMIN_COMMANDS if caller.is_admin else TEACHER_COMMANDS)
            ],
            scope=BotCommandScopeChat(update.effective_chat.id),
        )
    except TelegramError:
        return
