"""/start with its deep links, /help, /language, /cancel."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update
from telegram.constants import ChatType

from bot.caller import Caller, become_teacher, remember
from bot.commands import ADMIN_COMMANDS, TEACHER_COMMANDS, command_list, commands_of
from bot.handlers.staff import accept
from bot.messages.consent import ask_consent
from bot.messages.guesses import too_many, wrong
from bot.messages.links import JOIN, PAYLOAD, TEACH, WITH
from bot.messages.menus import show
from bot.messages.replies import Buttons, reply, student_menu, teacher_menu
from bot.services import Context, Services, now
from bot.upkeep.appearance import app_at, show_commands
from rollcall.config.settings import Settings
from rollcall.storage.classes import class_by_code
from rollcall.storage.invites import redeem_invite
from rollcall.storage.people import drop_conversation, set_step
from rollcall.storage.voiceprints import is_enrolled
from rollcall.texts import LANGUAGES, Texts, texts_in


async def start(update: Update, context: Context) -> None:
    """/start, alone or with the payload of a join link or an invitation."""
    await follow(update, context, context.args[0] if context.args and PAYLOAD.fullmatch(context.args[0]) else "")


async def follow(update: Update, context: Context, payload: str) -> None:
    """A link was opened, or pasted."""
    if payload.startswith(JOIN):
        await _join(update, context, payload.removeprefix(JOIN))
    elif payload.startswith(TEACH):
        await _teach(update, context, payload.removeprefix(TEACH))
    elif payload.startswith(WITH):
        await accept(update, context, payload.removeprefix(WITH))
    else:
        await greet(update, context)


async def help_wanted(update: Update, context: Context) -> None:
    """/help and its button: all that this person can ask of the bot."""
    await greet(update, context, every_command=True)


async def greet(update: Update, context: Context, *, every_command: bool = False) -> None:
    """What the bot does, and what this person most likely wants to press."""
    services, caller, chat = context.services, context.caller, update.effective_chat
    if chat is not None and chat.type != ChatType.PRIVATE:
        # Not the caller's own menu: the whole group reads along.
        link = f"https://t.me/{context.bot.username}"
        await reply(update, caller.texts("help-group"), [[(caller.texts("button-private"), link)]])
    elif caller.is_teacher:
        await reply(update, *_teacher_greeting(caller))
        await _show_commands(context, caller, caller.texts)
    elif caller.person is None or not caller.attended:
        await reply(update, _newcomer_greeting(caller, services.settings))
    else:
        enrolled = await services.database.run(is_enrolled, caller.person.id)
        text = caller.texts("start-student" if enrolled else "start-not-enrolled")
        if every_command:
            text += "\n\n" + command_list(caller.texts)
        await reply(update, text, student_menu(caller.texts, enrolled=enrolled))


async def cancel(update: Update, context: Context) -> None:
    """/cancel: leave whatever dialogue is under way."""
    caller, run = context.caller, context.services.database.run
    was_busy = bool(caller.conversation.step)
    if was_busy and caller.person is None:
        await run(drop_conversation, caller.user.id)
    elif was_busy:
        await run(set_step, caller.user.id, "", None, now())
    await show(update, caller.texts("cancelled" if was_busy else "nothing-to-cancel"))


async def language(update: Update, context: Context) -> None:
    """/language and its button: which?"""
    buttons = [[(texts_in(code)("language-name"), f"language:{code}") for code in LANGUAGES]]
    await reply(update, context.caller.texts("language-choose"), buttons)


async def language_chosen(update: Update, context: Context) -> None:
    """A language was picked; it holds until another is."""
    match = context.match
    if match is None:
        return
    code = match["language"]
    await context.services.database.run(_choose_language, context.caller, code)
    await show(update, texts_in(code)("language-set"))
    await _show_commands(context, context.caller, texts_in(code))


async def _join(update: Update, context: Context, code: str) -> None:
    text, buttons = await context.services.database.run(_follow_join, context.services, context.caller, update, code)
    await reply(update, text, buttons)


async def _teach(update: Update, context: Context, token: str) -> None:
    services, caller = context.services, context.caller
    refusal = await services.database.run(_follow_invitation, services, caller, update, token)
    if refusal is not None:
        await reply(update, refusal)
        return
    t = caller.texts
    text = t("teacher-welcome") + "\n\n" + t("start-teacher-first") + "\n\n" + command_list(t, TEACHER_COMMANDS)
    await reply(update, text, teacher_menu(t, (), is_admin=False))
    commands = commands_of(is_teacher=True, is_admin=caller.is_admin, is_student=bool(caller.attended))
    await show_commands(context.bot, caller.user.id, t, commands, app_at(services.settings))


def _choose_language(session: Session, caller: Caller, code: str) -> None:
    caller = caller.within(session)
    remember(session, caller)
    caller.conversation.language = caller.conversation.locale = code


def _follow_join(
    session: Session, services: Services, caller: Caller, update: Update, code: str
) -> tuple[str, Buttons | None]:
    refusal = too_many(session, services, caller)
    if refusal is not None:
        return refusal, None
    school_class = class_by_code(session, code, now())
    if school_class is None:
        wrong(session, services, caller, update)
        return caller.texts("join-unknown"), None
    return ask_consent(session, caller.within(session), school_class, services.settings)


def _follow_invitation(session: Session, services: Services, caller: Caller, update: Update, token: str) -> str | None:
    """Why it makes nobody a teacher; None where it did."""
    refusal = too_many(session, services, caller)
    if refusal is not None:
        return refusal
    if not redeem_invite(session, token, caller.user.id, now()):
        wrong(session, services, caller, update)
        return caller.texts("invite-unusable")
    become_teacher(session, caller.within(session))
    return None


def _teacher_greeting(caller: Caller) -> tuple[str, Buttons | None]:
    t, taught = caller.texts, caller.taught
    commands = TEACHER_COMMANDS + ADMIN_COMMANDS if caller.is_admin else TEACHER_COMMANDS
    first = "" if taught else t("start-teacher-first") + "\n\n"
    return t("start-teacher") + "\n\n" + first + command_list(t, commands), teacher_menu(
        t, taught, is_admin=caller.is_admin
    )


def _newcomer_greeting(caller: Caller, settings: Settings) -> str:
    if caller.person is not None:
        return caller.texts("start-no-class")
    if not settings.admins:
        # Most likely the very person who has just set the bot up.
        return caller.texts("start-no-admins", id=str(caller.user.id))
    return caller.texts("start-stranger")


async def _show_commands(context: Context, caller: Caller, t: Texts) -> None:
    """The menu of the caller's private chat, for what they are, in the language they picked."""
    commands = commands_of(is_teacher=caller.is_teacher, is_admin=caller.is_admin, is_student=bool(caller.attended))
    app = app_at(context.services.settings) if caller.is_teacher else None
    await show_commands(context.bot, caller.user.id, t, commands, app)
