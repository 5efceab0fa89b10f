"""Where a message goes when its place does not take it: another topic, the general one, at last a private chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.services import Bot
from rollcall.texts import Texts


@dataclass(frozen=True)
class Place:
    """A chat, or a topic of a forum."""

    chat_id: int
    thread_id: int | None = None


def place_of(message: Message) -> Place:
    """Where a message is. Only a forum's topics count: other threads are a client's way to show replies."""
    return Place(message.chat_id, message.message_thread_id if message.is_topic_message else None)


def places_for(update: Update) -> list[Place]:
    """Where to answer an update, best first: where it was said, beside that, to its sender alone."""
    message, chat, user = update.effective_message, update.effective_chat, update.effective_user
    if chat is None:
        return []
    places = [place_of(message) if isinstance(message, Message) else Place(chat.id)]
    if chat.type != ChatType.PRIVATE:
        places += alternatives(places[0], user.id if user is not None and not user.is_bot else None)
    return places


def alternatives(place: Place, person: int | None) -> list[Place]:
    """Where else a message may go that its place does not take; `person` is whom it concerns most."""
    general = [Place(place.chat_id)] if place.thread_id is not None else []
    return general + ([Place(person)] if person is not None and person != place.chat_id else [])


async def send_to_first(
    bot: Bot,
    places: Sequence[Place],
    text: str,
    buttons: InlineKeyboardMarkup | None,
    t: Texts,
    patience: float | None = None,
) -> Message:
    """Send it to the first place that takes it; where that is not the place meant, a line before it says why.

    Raises:
        BadRequest: no place took it; likewise Forbidden. It is what the first one said.
    """
    refused: TelegramError | None = None
    for place in places:
        try:
            if refused is not None:
                await _send(bot, place, t(_why(places[0], place)), None, patience)
            return await _send(bot, place, text, buttons, patience)
        except (BadRequest, Forbidden) as error:
            refused = refused or error
    raise refused or ValueError("no place to send to")


async def _send(
    bot: Bot, place: Place, text: str, buttons: InlineKeyboardMarkup | None, patience: float | None
) -> Message:
    return await bot.send_message(
        place.chat_id,
        text,
        message_thread_id=place.thread_id,
        reply_markup=buttons,
        rate_limit_args=patience,
    )


def _why(meant: Place, taken: Place) -> str:
    return "topic-closed" if meant.chat_id == taken.chat_id else "group-closed"
