"""Doing the same for many: where it fails for one, that one is put off alone, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import redis
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import RetryAfter, TelegramError

from bot.services import Services, now
from bot.transport.pace import seconds_of
from rollcall.errors import WrongKey
from rollcall.storage.lease import wait_after

_log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class _Failed:
    """How often, and when it may be tried again."""

    times: int
    again_at: datetime


class Tries(Generic[K]):
    """What failed, since our start: tried again ever more seldom, as long as it is still to be done."""

    def __init__(self, what: str) -> None:
        """`what` one of them is, for the log."""
        self._what = what
        self._failed: dict[K, _Failed] = {}

    async def each(self, services: Services, keys: Iterable[K], step: Callable[[K], Awaitable[None]]) -> None:
        """Take the step for each of those that are to be done and not put off.

        Raises:
            WrongKey: as from any step: with that nothing can go on.
        """
        wanted = list(keys)
        self._failed = {key: self._failed[key] for key in wanted if key in self._failed}
        for key in wanted:
            failed = self._failed.get(key)
            if failed is not None and now() < failed.again_at:
                continue
            try:
                await step(key)
            except WrongKey:
                raise
            except Exception as error:
                times = failed.times if failed is not None else 0
                wait = wait_after(times)
                if isinstance(error, RetryAfter):
                    wait = max(wait, seconds_of(error))
                self._failed[key] = _Failed(times + 1, now() + wait)
                self._tell(services, error)
            else:
                self._failed.pop(key, None)

    def _tell(self, services: Services, error: Exception) -> None:
        if services.database.troubles.saw(error) is not None:  # that is told, and not at each try
            return
        if isinstance(error, redis.RedisError | SQLAlchemyError | TelegramError | OSError):
            _log.warning("%s is put off", self._what, extra={"error": type(error).__name__})
        else:
            _log.error("%s failed and is put off", self._what, exc_info=error)
