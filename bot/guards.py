"""Who may use a handler, readable above it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from telegram import Update
from telegram.constants import ChatType

from bot.caller import Caller, caller_of
from bot.replies import reply
from bot.services import Context

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


def for_teachers(handler: Handler) -> Handler:
    """Everyone else gets one polite line, and nothing changes."""
    return _only(lambda caller: caller.is_teacher, "not-a-teacher")(handler)


def for_admins(handler: Handler) -> Handler:
    """Everyone else gets one polite line, and nothing changes."""
    return _only(lambda caller: caller.is_admin, "not-an-admin")(handler)


def in_private(handler: Handler) -> Handler:
    """In a group: a line that points to the private chat, since the answer is nobody else's business."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        if update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE:
            await handler(update, context)
            return
        async with context.services.database.session() as session:
            caller = await caller_of(session, update, context.services.settings)
        await reply(update, caller.texts("talk-in-private", link=f"https://t.me/{context.bot.username}"))

    return guarded


def _only(allowed: Callable[[Caller], bool], refusal: str) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(update: Update, context: Context) -> None:
            async with context.services.database.session() as session:
                caller = await caller_of(session, update, context.services.settings)
            if allowed(caller):
                await handler(update, context)
            else:
                await reply(update, caller.texts(refusal))

        return guarded

    return decorate
