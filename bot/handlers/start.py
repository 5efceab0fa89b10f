"""/start with its deep links, /help, /language, /cancel."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import BotCommandScopeChat, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.caller import Caller, become_teacher, caller_of, remember
from bot.commands import ADMIN_COMMANDS, TEACHER_COMMANDS, command_list
from bot.messages.consent import ask_consent
from bot.messages.guesses import too_many, wrong
from bot.messages.links import JOIN, PAYLOAD, TEACH
from bot.messages.replies import Buttons, enrol_button, reply, teacher_buttons
from bot.services import Context, now
from rollcall.config.settings import Settings
from rollcall.storage.classes import attended_classes, class_by_code, taught_classes
from rollcall.storage.invites import redeem_invite
from rollcall.storage.people import drop_conversation, set_step
from rollcall.storage.voiceprints import is_enrolled
from rollcall.texts import LANGUAGES, texts_in


async def start(update: Update, context: Context) -> None:
    """/start, alone or with the payload of a join link or an invitation."""
    await follow(update, context, context.args[0] if context.args and PAYLOAD.fullmatch(context.args[0]) else "")


async def follow(update: Update, context: Context, payload: str) -> None:
    """A link was opened, or pasted."""
    if payload.startswith(JOIN):
        await _join(update, context, payload.removeprefix(JOIN))
    elif payload.startswith(TEACH):
        await _teach(update, context, payload.removeprefix(TEACH))
    else:
        await greet(update, context)


async def greet(update: Update, context: Context) -> None:
    """What the bot does, and what this person can ask of it; also /help."""
    services, chat = context.services, update.effective_chat
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        text, buttons = await session.run_sync(_greeting, caller, services.settings)
    if chat is not None and chat.type != ChatType.PRIVATE:
        # Not the caller's own menu: the whole group reads along.
        link = f"https://t.me/{context.bot.username}"
        await reply(update, caller.texts("help-group"), [[(caller.texts("button-private"), link)]])
        return
    await reply(update, text, buttons)
    if caller.is_teacher:
        await _show_teacher_commands(update, context, caller)


async def cancel(update: Update, context: Context) -> None:
    """/cancel: leave whatever dialogue is under way."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        was_busy = bool(caller.conversation.step)
        if was_busy and caller.person is None:
            await session.run_sync(drop_conversation, caller.user.id)
        elif was_busy:
            await session.run_sync(set_step, caller.user.id, "", None, now())
    await reply(update, caller.texts("cancelled" if was_busy else "nothing-to-cancel"))


async def language(update: Update, context: Context) -> None:
    """/language: buttons to pick one."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
    buttons = [[(texts_in(code)("language-name"), f"language:{code}") for code in LANGUAGES]]
    await reply(update, caller.texts("language-choose"), buttons)


async def language_chosen(update: Update, context: Context) -> None:
    """A language was picked; it holds until another is."""
    match = context.match
    if match is None:
        return
    code = match["language"]
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        await session.run_sync(remember, caller)
        caller.conversation.language = code
        caller.conversation.locale = code
    await reply(update, texts_in(code)("language-set"))


async def _join(update: Update, context: Context, code: str) -> None:
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        buttons = None
        text = await session.run_sync(too_many, services, caller) or ""
        if not text:
            school_class = await session.run_sync(class_by_code, code, now())
            if school_class is None:
                await session.run_sync(wrong, services, caller, update)
                text = caller.texts("join-unknown")
            else:
                text, buttons = await session.run_sync(ask_consent, caller, school_class, services.settings)
    await reply(update, text, buttons)


async def _teach(update: Update, context: Context, token: str) -> None:
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        refusal = await session.run_sync(too_many, services, caller)
        if refusal is None and await session.run_sync(redeem_invite, token, caller.user.id, now()):
            await session.run_sync(become_teacher, caller)
        elif refusal is None:
            await session.run_sync(wrong, services, caller, update)
            refusal = caller.texts("invite-unusable")
    if refusal is not None:
        await reply(update, refusal)
        return
    t = caller.texts
    text = t("teacher-welcome") + "\n\n" + t("start-teacher-first") + "\n\n" + command_list(t, TEACHER_COMMANDS)
    await reply(update, text)
    await _show_teacher_commands(update, context, caller)


def _greeting(session: Session, caller: Caller, settings: Settings) -> tuple[str, Buttons | None]:
    """What the bot is to this person, and the next step."""
    t, person = caller.texts, caller.person
    if caller.is_teacher:
        commands = TEACHER_COMMANDS + ADMIN_COMMANDS if caller.is_admin else TEACHER_COMMANDS
        taught = taught_classes(session, person) if person is not None else ()
        first = "" if taught else t("start-teacher-first") + "\n\n"
        return t("start-teacher") + "\n\n" + first + command_list(t, commands), teacher_buttons(t, taught)
    if person is None:
        if not settings.admins:
            # Most likely the very person who has just set the bot up.
            return t("start-no-admins", id=str(caller.user.id)), None
        return t("start-stranger"), None
    if not attended_classes(session, person):
        return t("start-no-class"), None
    if is_enrolled(session, person.id):
        return t("start-student") + "\n\n" + command_list(t), None
    return t("start-not-enrolled") + "\n\n" + command_list(t), enrol_button(t)


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
