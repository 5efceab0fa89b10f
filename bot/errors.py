"""What went wrong in a handler: logged first; tried again where a service was out of reach; told where it was not."""

from __future__ import annotations

import logging

import redis
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.inbox import InOrder
from bot.services import Context
from rollcall.texts import language_for, texts_in

_log = logging.getLogger(__name__)

_OUT_OF_REACH = (redis.ConnectionError, redis.TimeoutError, DBAPIError, PoolTimeout, NetworkError, RetryAfter, OSError)


async def on_error(update: object, context: Context) -> None:
    """The application's error handler."""
    error = context.error
    if isinstance(error, Forbidden):
        _log.info("the chat is closed to us")
        return
    number = update.update_id if isinstance(update, Update) else None
    # BadRequest counts as a network error in the library's tree, but the same request would be refused again.
    if isinstance(update, Update) and isinstance(error, _OUT_OF_REACH) and not isinstance(error, BadRequest):
        processor = context.application.update_processor
        if isinstance(processor, InOrder) and processor.failed(update):
            _log.warning("tried again soon", extra={"update": number, "error": type(error).__name__})
            return
    _log.error("an update failed", exc_info=error, extra={"update": number})
    if isinstance(update, Update) and update.effective_chat is not None and update.effective_user is not None:
        texts = texts_in(language_for(update.effective_user.language_code))
        try:
            await update.effective_chat.send_message(texts("sorry"))
        except TelegramError:
            _log.warning("nor could its sender be told", extra={"update": number})
