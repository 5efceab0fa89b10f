"""When somebody did what an update tells of, by Telegram's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from telegram import Message, Update

from bot.services import now
from bot.transport.clock import whole_second
from rollcall.storage.inbox import arrival


def moment_of(session: Session, update: Update) -> datetime:
    """A message carries its date. A press carries none: it counts from when it reached us, which is the same however
    often it is tried, and not from before the message that it was made on.
    """
    message = update.effective_message
    if update.callback_query is None and message is not None:
        return message.date
    came = whole_second(arrival(session, update.update_id) or now())
    return max(came, message.date) if isinstance(message, Message) else came
