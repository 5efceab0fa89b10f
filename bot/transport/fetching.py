"""A file from Telegram: asked for until it comes whole, for a while; and why it did not come."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.services import Bot, Services
from bot.transport.backoff import Backoff
from bot.transport.pace import ONCE, Stopping, pace_of, seconds_of
from rollcall.domain.verdict import Reason

_log = logging.getLogger(__name__)

_FIRST, _MOST = 0.5, 8.0
_LONGEST_TRY = 60.0
"""Seconds that one download may take, however slowly it trickles."""
_LONGEST_FLOOD = timedelta(minutes=15)
"""Beyond what Telegram asks us to wait in all, nobody is kept waiting."""


class Withheld(Exception):
    """Telegram does not give the file; trying for longer would not help."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Incomplete(Exception):
    """An answer without the file's path, or fewer bytes than Telegram says it has."""


async def fetch(bot: Bot, services: Services, file_id: str, patience: timedelta | None = None) -> bytes:
    """The file's bytes.

    A refusal of the file is tried again for as long as `patience` says (else the settings do); where nothing of
    Telegram's answers, for as long as that lasts, for nobody could be told anything meanwhile either.

    Raises:
        Withheld: it is too big, or Telegram did not give it in all that time.
        Stopping: the bot stops.
    """
    backoff, flood = Backoff(_FIRST, _MOST), timedelta()
    gives_up = time.monotonic() + (patience or services.settings.file_patience).total_seconds()
    while True:
        try:
            async with services.downloads:
                return await _once(bot, file_id)
        except Stopping:
            raise
        except (TelegramError, _Incomplete, TimeoutError, OSError) as error:
            wait = backoff.wait()
            if isinstance(error, RetryAfter) and flood < _LONGEST_FLOOD:
                # No refusal of the file: what we are asked to wait does not count.
                flood += seconds_of(error)
                wait += seconds_of(error).total_seconds()
                gives_up += wait
            elif time.monotonic() + wait > gives_up and await _answers(bot, error):
                _log.warning("a file was given up", extra={"error": type(error).__name__})
                raise Withheld(Reason.FILE_UNAVAILABLE) from error
            _log.info("a file is asked for again soon", extra={"error": type(error).__name__, "seconds": wait})
        await pace_of(bot).sleep(wait)


async def _once(bot: Bot, file_id: str) -> bytes:
    # The message's word on its size is not enough: it may be missing, and a Bot API server of one's own has no limit.
    async with asyncio.timeout(_LONGEST_TRY):
        return await pace_of(bot).unless_stopped(_download(bot, file_id))


async def _download(bot: Bot, file_id: str) -> bytes:
    try:
        file = await bot.get_file(file_id, rate_limit_args=ONCE)
        size = file.file_size or 0
        if size > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise Withheld(Reason.TOO_BIG)
        if not file.file_path:
            raise _Incomplete("no path")
        data = await pace_of(bot).download(file, patience=0)
    except BadRequest as error:
        if "too big" in str(error).lower():
            raise Withheld(Reason.TOO_BIG) from error
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _Incomplete("an answer of another shape") from error
    if len(data) > FileSizeLimit.FILESIZE_DOWNLOAD:
        raise Withheld(Reason.TOO_BIG)
    if not data or len(data) < size:
        raise _Incomplete(f"{len(data)} of {size} bytes")
    return data


async def _answers(bot: Bot, error: Exception) -> bool:
    """Whether Telegram answers, and it is the file that it refuses."""
    if isinstance(error, BadRequest | Forbidden | _Incomplete):
        return True
    try:
        await bot.get_me(rate_limit_args=ONCE)
    except TelegramError:
        return False
    return True
