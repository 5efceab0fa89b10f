"""A message was changed after it was sent: taken where it answers our question, never run a second time."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

from telegram import Message, Update

from bot.caller import Caller
from bot.commands import command_in
from bot.handlers.other import anything
from bot.handlers.questions import answered_by
from bot.handlers.start import follow
from bot.messages.attachments import MAY_HOLD_SPEECH
from bot.messages.links import payload_in
from bot.messages.recording import describe
from bot.messages.replies import reply
from bot.services import Context, now
from rollcall.storage.attempts import is_known

_RECENT = timedelta(hours=1)
"""Nobody waits for an answer to what they wrote earlier."""
_REMEMBERED = 10_000
_TOLD: OrderedDict[tuple[int, int], None] = OrderedDict()
"""Messages whose change was answered; a second change is made by someone who has read it. A restart may forget them."""


async def edited(update: Update, context: Context) -> None:
    """A text, a command or a recording that is no longer what it was."""
    message = update.edited_message
    if message is None:
        return
    caller = context.caller
    command = command_in(message, context.bot.username)
    if command is not None:
        await _once(update, message, caller.texts("edited-command", command=command))
    elif MAY_HOLD_SPEECH.filter(message):
        await _recording(update, context, message, caller)
    elif (payload := payload_in(message, context.bot.username)) is not None:
        await follow(update, context, payload)
    elif (taken_by := answered_by(caller.conversation, message.message_id)) is not None:
        await taken_by(update, context)
    elif now() - message.date < _RECENT:
        await anything(update, context)


async def _recording(update: Update, context: Context, message: Message, caller: Caller) -> None:
    """Another caption changes nothing. Another file may have been recorded at any time, so it is not taken."""
    if message.voice or message.video_note or now() - message.date > _RECENT:
        return  # of a voice note only the caption can be changed
    if not await context.services.database.run(is_known, describe(message).attempt_id):
        await _once(update, message, caller.texts("edited-recording"))


async def _once(update: Update, message: Message, text: str) -> None:
    key = (message.chat_id, message.message_id)
    if key in _TOLD:
        return
    _TOLD[key] = None
    if len(_TOLD) > _REMEMBERED:
        _TOLD.popitem(last=False)
    await reply(update, text)
