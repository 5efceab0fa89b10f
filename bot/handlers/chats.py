"""What happens to chats: groups that become supergroups, chats that close and open, and voices without a person."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session
from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bot.messages.replies import reply
from bot.services import Bot, Context, Services, now
from rollcall.domain.limits import MESSAGES
from rollcall.storage.allowances import pseudonym, spend
from rollcall.storage.chats import move_chat, opened_again, opener_in
from rollcall.storage.tables import Conversation
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
    async with services.database.session() as session:
        boards = await session.run_sync(move_chat, old, new)
    for lesson_id in boards:
        services.stale_boards.touch(lesson_id)


async def standing_changed(update: Update, context: Context) -> None:
    """A person blocked us or let us in again: what they are owed is sent as soon as their chat takes it."""
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    if change.new_chat_member.status == ChatMemberStatus.MEMBER:
        async with context.services.database.session() as session:
            await session.run_sync(opened_again, change.chat.id, now())


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
    async with services.database.session() as session:
        held = await session.run_sync(spend, pseudonym(services.keyring, chat.id), MESSAGES, now(), update.update_id)
    if held is not None:
        return
    t = await _texts_of(services, context.bot, chat.id, chat.title or "")
    message = update.effective_message
    as_group = message is not None and message.sender_chat is not None and message.sender_chat.id == chat.id
    key = "asked-by-a-group" if as_group and chat.type != ChatType.CHANNEL else "asked-by-a-channel"
    link = f"https://t.me/{context.bot.username}?start=hello"
    await reply(update, t(key), [[(t("button-write-to-me"), link)]], texts=t)


async def _texts_of(services: Services, bot: Bot, chat_id: int, title: str) -> Texts:
    """A group's language: that of the teacher who shows lessons there, else of an admin we know, else its title's."""
    async with services.database.session() as session:
        opener = await session.run_sync(opener_in, chat_id)
        found = await session.run_sync(_language_of, opener) if opener is not None else None
    if found is None:
        try:
            admins = [member.user.id for member in await bot.get_chat_administrators(chat_id)]
        except TelegramError:
            admins = []
        async with services.database.session() as session:
            for account in admins:
                found = found or await session.run_sync(_language_of, account)
    if found is None:
        found = language_for("ru" if _CYRILLIC.search(title) else None)
    return texts_in(found)


def _language_of(session: Session, account: int) -> str | None:
    conversation = session.get(Conversation, account)
    return conversation.locale if conversation is not None else None
