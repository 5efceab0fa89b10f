"""Deleting a person's voice messages from chats, where Telegram still lets us: 48 hours after they were sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.services import App, Services, now
from rollcall.domain.verdict import Purpose
from rollcall.storage import attempts, cards

_log = logging.getLogger(__name__)

DELETABLE_FOR = timedelta(hours=48)
"""https://core.telegram.org/bots/api#deletemessage"""


@dataclass(frozen=True)
class Removal:
    """What came of it.

    Attributes:
        removed: messages that are gone, by our doing or before.
        left: when the others were sent, oldest first; only their sender can delete them.
    """

    removed: int
    left: Sequence[datetime]


async def remove_notes(application: App, services: Services, person_id: int, purpose: Purpose | None = None) -> Removal:
    """Delete the person's notes from their chat; of one purpose, or all."""
    notes = await services.database.run(attempts.in_chat, person_id, purpose)
    removed, left = [], []
    for note in notes:
        if await _delete(application, note.chat_id, note.message_id, note.sent_at):
            removed.append(note.attempt_id)
        else:
            left.append(note.sent_at)
    await services.database.run(attempts.removed_from_chat, removed, now())
    return Removal(len(removed), left)


async def remove_cards(application: App, services: Services, person_id: int) -> Removal:
    """Delete the person's notes from the chats of the teachers who were asked to listen."""
    removed, left = 0, []
    for kind, card in await services.database.run(cards.with_voice, person_id):
        if card.message_id and await _delete(application, card.chat_id, card.message_id, card.claimed_at):
            removed += 1
            await services.database.run(cards.removed, kind, card.question_id, card.chat_id)
        else:
            left.append(card.claimed_at)
    return Removal(removed, left)


async def _delete(application: App, chat_id: int, message_id: int, sent_at: datetime) -> bool:
    if now() - sent_at >= DELETABLE_FOR:
        return False
    try:
        await application.bot.delete_message(chat_id, message_id)
    except (BadRequest, Forbidden) as error:
        # Gone already, by somebody's own hand.
        return "not found" in str(error).lower()
    except TelegramError as error:
        _log.warning("a message was not deleted", extra={"error": type(error).__name__})
        return False
    return True
