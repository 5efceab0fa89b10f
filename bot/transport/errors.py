"""What went wrong in a handler: logged first; tried again where a service was out of reach; told where it was not."""

from __future__ import annotations

import logging

import redis
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from telegram import Update
from telegram.error import Forbidden, TelegramError

from bot import metrics
from bot.services import Context
from bot.transport.inbox import InOrder
from bot.transport.pace import passing
from bot.transport.unwritable import turn_away
from rollcall.errors import QueueFull, WrongKey
from rollcall.storage.faults import Trouble
from rollcall.texts import language_for, texts_in

_log = logging.getLogger(__name__)


_TRIES = 5
_WRONG_REQUEST = frozenset({"0A", "22", "42"})
"""Classes of PostgreSQL's error codes: not supported, data exception, wrong statement or no right to it."""


async def on_error(update: object, context: Context) -> None:
    """The application's error handler."""
    error = context.error
    if isinstance(error, Forbidden):
        _log.info("the chat is closed to us")
        return
    number = update.update_id if isinstance(update, Update) else None
    if isinstance(update, Update) and error is not None and out_of_reach(error):
        processor = context.application.update_processor
        trouble = context.services.database.troubles.saw(error)
        # Two bots that insert the same row agree at the second try; one that never can is our mistake. What is damaged
        # stays so.
        most = _TRIES if isinstance(error, IntegrityError) or trouble is Trouble.DAMAGED else None
        if isinstance(processor, InOrder) and processor.failed(update, most):
            metrics.RETRIED.labels(metrics.kind_of(update)).inc()
            if trouble is None:  # else it is told, and not at each try
                _log.warning("tried again soon", extra={"update": number, "error": type(error).__name__})
            return
        if trouble is not None:
            metrics.FAILED.labels(metrics.kind_of(update)).inc()
            await turn_away(update, context.services)
            return
    metrics.FAILED.labels(metrics.kind_of(update)).inc()
    _log.error("an update failed", exc_info=error, extra={"update": number})
    if isinstance(update, Update) and update.effective_chat is not None and update.effective_user is not None:
        context.services.waits.gone(update.message)
        texts = texts_in(language_for(update.effective_user.language_code))
        try:
            await update.effective_chat.send_message(texts("sorry"))
        except TelegramError:
            _log.warning("nor could its sender be told", extra={"update": number})


def out_of_reach(error: BaseException) -> bool:
    """Whether a service failed, and not the request: what was asked will succeed once the service is back.

    Among databases' errors that is all but those of a wrong statement or value: a full disk, a restart, a lock, two
    bots that insert the same row.
    """
    if isinstance(error, DBAPIError):
        # Some errors of wrong values come without a class of their own, but with PostgreSQL's code.
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return not (isinstance(error, DataError | ProgrammingError | NotSupportedError) or state[:2] in _WRONG_REQUEST)
    if isinstance(error, redis.DataError):
        return False
    return isinstance(error, redis.RedisError | PoolTimeout | OSError | QueueFull | WrongKey) or passing(error)
