"""The one way from an update to a handler: who is it, how often, where, and may they, on what they name?

Nothing is registered but through here, and nothing that `rollcall.domain.permissions` has no row for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session
from telegram import Update
from telegram.constants import ChatType
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.caller import Caller, caller_of
from bot.handlers.chats import speaks_for_a_chat, who_asks
from bot.messages.links import JOIN, PAYLOAD
from bot.messages.replies import Buttons, reply, settle_button
from bot.services import App, Context, now
from rollcall.domain.permissions import PERMISSIONS, Permission, Target
from rollcall.storage.allowances import Exceeded, pseudonym, spend
from rollcall.storage.chats import opened_again
from rollcall.storage.people import Acquaintance
from rollcall.storage.tables import TEACHER
from rollcall.texts import Texts
from rollcall.usecases.access import WITH_NUMBERS, Denied, access
from rollcall.usecases.access import number_in as number_of

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


class Write(Protocol):
    """What is written down of an update in the gate's own transaction; the handler finds it in `Context.written`."""

    def __call__(self, session: Session, caller: Caller, update: Update, *, held: bool) -> object: ...


Refusal = tuple[str, Buttons | None]
"""A line, and what can be pressed instead."""


class Undeclared(Exception):
    """A handler that nobody may use: it has no row in `rollcall.domain.permissions`, or did not come through here."""


class GuardedApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that takes no handler past the gate."""

    def add_handler(self, handler: BaseHandler[Any, Any, Any], group: int = 0) -> None:
        """Add a handler that `Gate` made.

        Raises:
            Undeclared: it did not come through the gate.
        """
        if not isinstance(handler.callback, Guarded | Noticed):
            raise Undeclared(f"{handler} does not come through bot.gate")
        super().add_handler(handler, group)


class Gate:
    """Registers handlers under their permissions."""

    def __init__(self, application: App) -> None:
        self._application = application
        self._unused = set(PERMISSIONS)

    def command(self, name: str, handler: Handler) -> None:
        """A ``/command``."""
        guarded = self._guard(f"/{name}", handler)
        self._application.add_handler(CommandHandler(name, guarded, filters=filters.UpdateType.MESSAGE))

    def button(self, pattern: str, handler: Handler) -> None:
        """Buttons whose callback data matches the pattern from end to end; the action is its first word."""
        compiled = re.compile(rf"\A(?:{pattern})\Z", re.ASCII)
        permission = self._permission("button:" + pattern.partition(":")[0])
        if permission.target is not Target.NONE and permission.target not in compiled.groupindex:
            raise Undeclared(f"{pattern!r} does not say which part is the {permission.target}")
        self._application.add_handler(_Button(Guarded(permission, handler), pattern=compiled))

    def message(self, action: str, wanted: filters.BaseFilter, handler: Handler, write: Write | None = None) -> None:
        """Messages that are no commands.

        Args:
            write: what is written down in the gate's own transaction, also beyond the limit, where each is owed a word.
        """
        self._application.add_handler(MessageHandler(wanted, self._guard(action, handler, write)))

    def any_other_button(self, action: str, handler: Handler) -> None:
        """Buttons that nothing else matched."""
        self._application.add_handler(CallbackQueryHandler(self._guard(action, handler)))

    def notice(self, handler: BaseHandler[Any, Any, Any]) -> None:
        """What happens to a chat and is nobody's request: nothing to permit, and nothing said of anyone's."""
        handler.callback = Noticed(handler.callback)
        self._application.add_handler(handler)

    def close(self) -> None:
        """All is registered.

        Raises:
            Undeclared: a row of the table has no handler.
        """
        if self._unused:
            raise Undeclared(f"permissions without a handler: {', '.join(sorted(self._unused))}")

    def _guard(self, action: str, handler: Handler, write: Write | None = None) -> Guarded:
        return Guarded(self._permission(action), handler, write)

    def _permission(self, action: str) -> Permission:
        if action not in PERMISSIONS:
            raise Undeclared(f"{action!r} has no row in rollcall.domain.permissions")
        self._unused.discard(action)
        return PERMISSIONS[action]


class _Button(CallbackQueryHandler[Context, None]):
    """Takes what its pattern matches; python-telegram-bot's own also takes a press without any data."""

    def check_update(self, update: object) -> bool | object | None:
        found = super().check_update(update)
        return found if isinstance(found, re.Match) else None


@dataclass(frozen=True)
class Noticed:
    """A handler of what nobody asked for."""

    handler: Handler

    async def __call__(self, update: Update, context: Context) -> None:
        await self.handler(update, context)


@dataclass(frozen=True)
class Guarded:
    """A handler behind its permission."""

    permission: Permission
    handler: Handler
    write: Write | None = None

    async def __call__(self, update: Update, context: Context) -> None:
        if update.effective_user is None:
            return  # a channel's post: nobody to answer
        if speaks_for_a_chat(update):
            await who_asks(update, context)
            return
        held, refusal = await context.services.database.run(self._admit, update, context)
        if refusal is not None:
            await reply(update, *refusal, texts=context.caller.texts)
        elif held is None or self.write is not None:
            await self.handler(update, context)
        elif held.first:
            await reply(update, slow_down(context.caller.texts, held.wait))
        else:
            await settle_button(update)  # told once, until the person has come down to half

    def _admit(self, session: Session, update: Update, context: Context) -> tuple[Exceeded | None, Refusal | None]:
        """Whether it is too much, and the line for someone who may not; what the handler needs is in the context."""
        caller = context.caller = caller_of(session, update, context.services.settings)
        if caller.is_teacher and update.effective_chat is not None and update.effective_chat.id == caller.user.id:
            opened_again(session, caller.user.id, now())
        who = pseudonym(context.services.keyring, caller.user.id)
        held = spend(session, who, self.permission.limit, now(), update.update_id)
        refusal = None if held else _refusal(session, self.permission, caller, update, context)
        if refusal is None and self.write is not None:
            context.written = self.write(session, caller, update, held=held is not None)
        return held, refusal


def slow_down(t: Texts, wait: timedelta) -> str:
    """For how long to wait, in seconds or minutes."""
    if wait > timedelta(minutes=1):
        return t("slow-down-minutes", minutes=minutes_of(wait))
    return t("slow-down", seconds=math.ceil(wait.total_seconds()))


def minutes_of(wait: timedelta) -> int:
    """Whole minutes to wait, one at least."""
    return max(1, math.ceil(wait / timedelta(minutes=1)))


def _refusal(
    session: Session, permission: Permission, caller: Caller, update: Update, context: Context
) -> Refusal | None:
    """The one polite line for someone who may not; None where they may, and then the target is in the context."""
    t = caller.texts
    chat = update.effective_chat
    if permission.private and (chat is None or chat.type != ChatType.PRIVATE):
        return t("talk-in-private", link=f"https://t.me/{context.bot.username}{_query(context)}"), None
    if permission.target in WITH_NUMBERS:
        context.number = number_in(context, permission.target)
    number = context.number if permission.target in WITH_NUMBERS else 0
    known = Acquaintance(caller.person, caller.conversation, caller.classes)
    found = access(session, permission, known, number, now(), is_admin=caller.is_admin)
    if found.denied is Denied.ROLE:
        return t(permission.refusal(found.roles)), None
    if found.denied is Denied.ARCHIVED and found.put_away is not None:
        restore = [[(t("button-restore"), f"restore:{found.put_away.id}")]]
        return t("class-in-archive", title=found.put_away.title), restore
    if found.denied is Denied.STANDING:
        return t(f"standing-{permission.standing}"), None
    if found.class_id is not None:
        class_id = context.class_id = found.class_id
        context.caller = caller.in_words_of(next((one for _, one in caller.classes if one.id == class_id), None))
    if found.put_away is not None:
        context.caller = replace(caller, classes=(*caller.classes, (TEACHER, found.put_away)))
    return None


def _query(context: Context) -> str:
    """The code of a join link that was opened in a group, so that it leads on from there."""
    given = context.args[0] if context.args else ""
    return f"?start={given}" if given.startswith(JOIN) and PAYLOAD.fullmatch(given) else ""


def number_in(context: Context, target: Target) -> int:
    """A row's number out of the callback data; 0, which is no row's, where it cannot be one."""
    match = context.match
    return number_of(match[target.value]) if match is not None else 0
