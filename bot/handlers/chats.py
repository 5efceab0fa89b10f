"""What happens to chats: groups that become supergroups, chats that close and open, and voices without a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session
from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bot.messages.replies import reply
from bot.services import Bot, Context, Services, now
from rollcall.domain.limits import MESSAGES
from rollcall.storage.allowances import pseudonym, spend
from rollcall.storage.chats import move_chat, opened_again, opener_in
from rollcall.storage.people import known_locale_of
from rollcall.texts import Texts, language_for, texts_in

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


async def became_another(update: Update, context: Context) -> None:
    """A group's last message, or a supergroup's first: what we keep of the one belongs to the other."""
    message = update.effective_message
    if message is None:
        return
    if message.migrate_to_chat_id is not None:
        await follow(context.services, message.chat_id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await follow(context.services, message.migrate_from_chat_id, message.chat_id)


async def follow(services: Services, old: int, new: int) -> None:
    """Move what we keep of a chat, once; its boards are shown in the new one."""
    for lesson_id in await services.database.run(move_chat, old, new):
        services.stale_boards.touch(lesson_id)


async def standing_changed(update: Update, context: Context) -> None:
    """A person blocked us or let us in again: what they are owed is sent as soon as their chat takes it."""
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    if change.new_chat_member.status == ChatMemberStatus.MEMBER:
        await context.services.database.run(opened_again, change.chat.id, now())


def speaks_for_a_chat(update: Update) -> bool:
    """Whether a message comes in a group's or a channel's name: Telegram does not tell whose it is."""
    message = update.effective_message
    return update.callback_query is None and message is not None and message.sender_chat is not None


async def who_asks(update: Update, context: Context) -> None:
    """A command by an anonymous admin, or in a channel: how to ask so that we see who does."""
    chat = update.effective_chat
    if chat is None:
        return
    services = context.services
    who = pseudonym(services.keyring, chat.id)
    if await services.database.run(spend, who, MESSAGES, now(), update.update_id) is not None:
        return
    t = await _texts_of(services, context.bot, chat.id, chat.title or "")
    message = update.effective_message
    as_group = message is not None and message.sender_chat is not None and message.sender_chat.id == chat.id
    key = "asked-by-a-group" if as_group and chat.type != ChatType.CHANNEL else "asked-by-a-channel"
    link = f"https://t.me/{context.bot.username}?start=hello"
    await reply(update, t(key), [[(t("button-write-to-me"), link)]], texts=t)


async def _texts_of(services: Services, bot: Bot, chat_id: int, title: str) -> Texts:
    """A group's language: that of the teacher who shows lessons there, else of an admin we know, else its title's."""
    found = await services.database.run(_opener_language, chat_id)
    if found is None:
        try:
            admins = [member.user.id for member in await bot.get_chat_administrators(chat_id)]
        except TelegramError:
            admins = []
        found = await services.database.run(_first_language, admins)
    if found is None:
        found = language_for("ru" if _CYRILLIC.search(title) else None)
    return texts_in(found)


def _opener_language(session: Session, chat_id: int) -> str | None:
    opener = opener_in(session, chat_id)
    return known_locale_of(session, opener) if opener is not None else None


def _first_language(session: Session, accounts: Iterable[int]) -> str | None:
    """That of the first of these whom we know."""
    return next((locale for one in accounts if (locale := known_locale_of(session, one)) is not None), None)
